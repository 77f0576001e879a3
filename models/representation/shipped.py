"""Encoders of the pretext tasks on disk: one safetensors file in half precision, with their heads.

`python -m models.train.pretext` makes it, from small crops of real photos and from drawn clips.
"""

from pathlib import Path
from typing import get_args

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from models.detection.weights import FOLDER, WeightsError
from models.measures import PretextTask
from models.representation.pretext_network import PretextNetwork

FILE = FOLDER / "pretext.safetensors"
# Of the others the scores are recorded, too, but not their weights: the file is to stay small.
SHIPPED: tuple[PretextTask, ...] = (
    "rotation", "patch", "color", "regression", "masked", "order", "sort", "speed",
)  # fmt: skip


def save_shipped(
    networks: dict[PretextTask, PretextNetwork], facts: dict[str, str], path: Path = FILE
) -> None:
    """Write networks, each as one row of numbers under its task's name; `facts` go into the header.

    Named tensors would cost 40 kB of names.
    """
    state: dict[str, Tensor] = {name: flat(one).half() for name, one in networks.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata=facts)
    path.chmod(0o644)


def numbers_of(network: PretextNetwork) -> list[Tensor]:
    """Weights and BatchNorm statistics, in the order of the state dict, without its counters."""
    return [value for value in network.state_dict().values() if value.is_floating_point()]


def flat(network: PretextNetwork) -> Tensor:
    """All of them [P]."""
    return torch.cat([value.flatten() for value in numbers_of(network)])


def shipped_tasks(path: Path = FILE) -> tuple[PretextTask, ...]:
    """Tasks that the file has a network of, in the house's order; none where there is no file."""
    try:
        with safe_open(path, framework="pt") as file:
            found = set(file.keys())
    except FileNotFoundError:
        return ()
    return tuple(task for task in get_args(PretextTask) if task in found)


def load_shipped(network: PretextNetwork, path: Path = FILE) -> None:
    """Fill a task's network, in place.

    Raises `WeightsError` if the file is missing, damaged, or has no network of that task.
    """
    try:
        with safe_open(path, framework="pt") as file:
            row = file.get_tensor(network.name) if network.name in file.keys() else None  # noqa: SIM118
    except FileNotFoundError as error:
        raise WeightsError(f"no weights at {path}") from error
    except Exception as error:
        raise WeightsError(f"{path.name} is damaged or is no file of weights") from error
    parts = numbers_of(network)
    if row is None or len(row) != sum(part.numel() for part in parts):
        raise WeightsError(f"{path.name} has no network for the task {network.name}")
    with torch.no_grad():
        for part, numbers in zip(parts, row.float().split([p.numel() for p in parts]), strict=True):
            part.copy_(numbers.view_as(part))
