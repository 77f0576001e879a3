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
CLASSES = ("car", "bus", "cat", "person", "train")  # what "supervised" was taught to tell apart


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


def load_shipped(network: PretextNetwork, path: Path = FILE, head: bool = True) -> None:
    """Fill a task's network, in place; without `head` the encoder alone.

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
    if not head:
        state = {key: value for key, value in state.items() if not key.startswith("head.")}
    kept = {key for key, value in network.state_dict().items() if value.is_floating_point()}
    wanted = kept if head else {key for key in kept if not key.startswith("head.")}
    if set(state) != wanted:
        raise WeightsError(f"{path.name} has no network for the task {network.name}")
    network.load_state_dict(state, strict=False)
