"""Encoders of the pretext tasks on disk: one safetensors file in half precision, with their heads.

`python -m models.train.pretext` makes it, from small crops of real photos and from drawn clips.
"""

from pathlib import Path
from typing import get_args

from safetensors import safe_open
from safetensors.torch import save_file

from models.detection.weights import FOLDER, WeightsError
from models.measures import PretextTask
from models.representation.pretext_network import PretextNetwork

FILE = FOLDER / "pretext.safetensors"
# Of the others the scores are recorded, too, but not their weights: the file is to stay small.
SHIPPED: tuple[PretextTask, ...] = (
    "rotation", "patch", "color", "regression", "masked", "sort", "speed",
)  # fmt: skip


def save_shipped(
    networks: dict[PretextTask, PretextNetwork], facts: dict[str, str], path: Path = FILE
) -> None:
    """Write networks by their task; `facts` go into the header."""
    state = {
        f"{name}.{key}": value.half().contiguous()
        for name, network in networks.items()
        for key, value in network.state_dict().items()
        if value.is_floating_point()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(state, path, metadata=facts)


def shipped_tasks(path: Path = FILE) -> tuple[PretextTask, ...]:
    """Tasks that the file has a network of, in the house's order; none where there is no file."""
    try:
        with safe_open(path, framework="pt") as file:
            found = {key.split(".")[0] for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        return ()
    return tuple(task for task in get_args(PretextTask) if task in found)


def load_shipped(network: PretextNetwork, path: Path = FILE) -> None:
    """Fill a task's network, in place.

    Raises `WeightsError` if the file is missing, damaged, or has no network of that task.
    """
    prefix = f"{network.name}."
    try:
        with safe_open(path, framework="pt") as file:
            names = [key for key in file.keys() if key.startswith(prefix)]  # noqa: SIM118
            state = {key[len(prefix) :]: file.get_tensor(key).float() for key in names}
    except FileNotFoundError as error:
        raise WeightsError(f"no weights at {path}") from error
    except Exception as error:
        raise WeightsError(f"{path.name} is damaged or is no file of weights") from error
    wanted = {key for key, value in network.state_dict().items() if value.is_floating_point()}
    if set(state) != wanted:
        raise WeightsError(f"{path.name} has no network for the task {network.name}")
    network.load_state_dict(state, strict=False)
