"""Weights on disk: the only file of `models` that reads or writes.

Our own networks are safetensors in half precision, with what is needed to rebuild them in the
header, so that a weights file can never be run with the wrong anchors. torchvision's detectors are
its own .pth files, fetched once into a folder and checked against the hash in their names.
"""

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torchvision.models import get_weight

from models.boxes.anchors import AnchorSpec
from models.detection.catalog import FETCHED, NETWORKS
from models.detection.rpn import RPN

FOLDER = Path(__file__).parents[1] / "weights"
RPN_FILE = FOLDER / "rpn.safetensors"
# Vitrine's network: the median COCO object is 28 pixels wide in a photo of 320.
ANCHORS = AnchorSpec(stride=16, scales=(24.0, 64.0, 160.0))


class WeightsError(Exception):
    """A weights file that is missing, damaged, or made for another network."""


def save_rpn(model: RPN, path: Path, facts: dict[str, str]) -> None:
    """Write a network as half-precision safetensors; `facts` go into the header."""
    state = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    anchors = json.dumps(model.anchors._asdict())
    save_file(state, path, metadata={"anchors": anchors, **facts})


def load_rpn(path: Path = RPN_FILE) -> RPN:
    """Read a network written by `save_rpn`, ready for inference in float32.

    Raises `WeightsError` if the file is missing, damaged or of another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            facts = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        spec = json.loads(facts["anchors"])
        model = RPN(AnchorSpec(spec["stride"], tuple(spec["scales"]), tuple(spec["ratios"])))
        model.load_state_dict(
            {n: v.float() if v.is_floating_point() else v for n, v in state.items()}
        )
    except FileNotFoundError as error:
        raise WeightsError(f"no weights at {path}") from error
    except Exception as error:
        raise WeightsError(f"{path.name} is not a set of proposal network weights") from error
    return model.eval().to(memory_format=torch.channels_last)


def untrained_rpn(seed: int = 0) -> RPN:
    """The same network with random weights, as training would start from."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = RPN(ANCHORS)
    return model.eval().to(memory_format=torch.channels_last)


# --- torchvision's weights, which are fetched -------------------------------------------------


class Download(NamedTuple):
    """A weights file that can be fetched."""

    url: str
    megabytes: float

    @property
    def file_name(self) -> str:
        """The last part of the address, as torchvision itself names the file."""
        return self.url.rsplit("/", 1)[-1]

    @property
    def hash_prefix(self) -> str:
        """The first hex digits of the file's SHA-256, in its name: "…-907ea3f9.pth"."""
        match = re.search(r"-([0-9a-f]{8,64})\.[^.]+$", self.file_name)
        if match is None:
            raise ValueError(f"{self.file_name} carries no hash")
        return match[1]


def downloads() -> dict[str, Download]:
    """What `fetch_weights` knows, by the network's name; the addresses are torchvision's own."""
    found = {name: get_weight(NETWORKS[name].weights) for name in FETCHED}
    return {name: Download(w.url, w.meta["_file_size"]) for name, w in found.items()}


DOWNLOADS = downloads()


def find_download(name: str) -> Download:
    """The download of that name. Raises `WeightsError`, which lists the names there are."""
    if name not in DOWNLOADS:
        raise WeightsError(f"there are no weights named {name}, only {', '.join(DOWNLOADS)}")
    return DOWNLOADS[name]


def weights_path(name: str, folder: Path) -> Path:
    """Where the weights of that name are in `folder`, once fetched."""
    return folder / find_download(name).file_name


def installed(name: str, folder: Path) -> bool:
    """Whether `fetch_weights` has brought these weights to `folder`; a look, not a check."""
    return weights_path(name, folder).is_file()


def fetch_weights(name: str, folder: Path, progress: bool = True) -> Path:
    """Download weights to `folder`, with a progress bar on stderr, and return the file's path.

    The file gets its name only when it is complete and its SHA-256 right, so a broken download
    leaves nothing behind. Present weights are not fetched again. Raises `WeightsError`.
    """
    download, path = find_download(name), weights_path(name, folder)
    if path.is_file():
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(download.url, str(path), download.hash_prefix, progress)
    except RuntimeError as error:  # torch's word for a wrong hash
        raise WeightsError(
            f"what {download.url} gave is not {path.name}: its hash is wrong. Nothing was kept; "
            "try again"
        ) from error
    except OSError as error:  # no network, no such file, no room, no right to write
        raise WeightsError(f"{download.url} could not be fetched to {folder}: {error}") from error
    return path


def load_state(module: torch.nn.Module, path: Path) -> None:
    """Fill a module with the state dict in a .pth file, all of it; no code in it is run.

    Raises `WeightsError` if the file is missing, damaged or of another network. The module is then
    not to be used: it may be half filled.
    """
    try:
        state: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise WeightsError(f"no weights at {path}") from error
    except Exception as error:
        raise WeightsError(f"{path.name} is damaged or is not a .pth file of weights") from error
    try:
        module.load_state_dict(state)
    except Exception as error:
        raise WeightsError(f"{path.name} holds the weights of another network") from error
