"""torchvision's weights on disk: .pth files, checked against the hash in their names.

They are fetched once into a folder. `models.detection.shipped` has our own.
"""

import re
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torchvision.models import get_weight

from models.detection.catalog import FETCHED, INSTALLED

FOLDER = Path(__file__).parents[1] / "weights"


class WeightsError(Exception):
    """A weights file that is missing, damaged, or made for another network."""


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
    found = {name: get_weight(INSTALLED[name].weights) for name in FETCHED}
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

    Of a BatchNorm that was frozen in training the file has no count of batches; none is needed.
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
        own = module.state_dict().items()
        counts = {name: value for name, value in own if name.endswith("num_batches_tracked")}
        module.load_state_dict({**counts, **state})
    except Exception as error:
        raise WeightsError(f"{path.name} holds the weights of another network") from error
