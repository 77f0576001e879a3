"""Where networks compute: on the CPU, or on the GPU that this process was told to use.

Everything but networks stays on the CPU: data, draws, losses, boxes. A network that is `placed` on
a GPU takes its input there and brings its output back to where the input was, gradients the other
way. So the same seed draws the same numbers on every device, and whatever stands around a network
knows nothing of devices.

Importing this loads no torch, and nothing here opens a GPU before `current` is asked for one: a
process that has opened one must not fork.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import torch
    from torch import nn

    Network = TypeVar("Network", bound=nn.Module)

NAMES = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?")  # torch's, and what leaves it to the machine
NVML = "libnvidia-ml.so.1"

_chosen = "cpu"
_most_bytes: int | None = None
_opened: list[torch.device] = []
_homes = threading.local()  # `stack`: of this thread's calls of placed networks


def count_gpus() -> int:
    """NVIDIA's GPUs that this process may use, by the driver's own library: nothing is opened."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    listed = None if visible is None else [one for one in visible.split(",") if one.strip()]
    if listed is not None and (not listed or listed[0].strip() == "-1"):
        return 0
    count = ctypes.c_uint(0)
    try:
        nvml = ctypes.CDLL(NVML)
        if nvml.nvmlInit_v2() or nvml.nvmlDeviceGetCount_v2(ctypes.byref(count)):
            return 0
        nvml.nvmlShutdown()
    except (OSError, AttributeError):  # no driver, or a very old one
        return 0
    return count.value if listed is None else min(count.value, len(listed))


def why_not(name: str) -> str:
    """A sentence why a name cannot be had on this machine; "" where it can."""
    if not NAMES.fullmatch(name):
        return f"“{name}” is none of auto, cpu, cuda, cuda:0, cuda:1 and so on, or mps"
    if name == "mps" and sys.platform != "darwin":
        return "“mps” is of Apple's computers, and this is none"
    if not name.startswith("cuda"):
        return ""
    number, gpus = int(name.partition(":")[2] or 0), count_gpus()
    if number < gpus:
        return ""
    there = f"GPUs cuda:0 to cuda:{gpus - 1}" if gpus > 1 else "GPU cuda:0" if gpus else "no GPU"
    return f"“{name}” is not there: NVIDIA's driver tells of {there}"


def may_be_gpu(name: str) -> bool:
    """Whether `current` may give a GPU where this name is chosen."""
    return count_gpus() > 0 if name == "auto" else name != "cpu"


def choose(name: str, most_bytes: int | None = None) -> None:
    """What networks of this process are placed on from now on, by a name that `NAMES` allows; and
    how much of an NVIDIA GPU's memory they may take.
    """
    global _chosen, _most_bytes
    _chosen, _most_bytes = name, most_bytes
    _opened.clear()


def chosen() -> str:
    return _chosen


def current() -> torch.device:
    """The device of this process. Opens it: only where no process is forked afterwards."""
    if not _opened:
        _opened.append(_open(_chosen))
    return _opened[0]


def _open(name: str) -> torch.device:
    import torch

    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    found = torch.device(name)
    if found.type == "cuda":
        found = torch.device("cuda", found.index or 0)
        torch.cuda.set_device(found)
        reckon_like_a_cpu()
        if _most_bytes is not None:
            there = torch.cuda.get_device_properties(found).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, _most_bytes / there), found)
    return found


def reckon_like_a_cpu() -> None:
    """All bits of float32, where TF32 would keep 10 of each factor; and sums in a fixed order."""
    import torch

    cudnn: Any = torch.backends.cudnn
    for parts in (cudnn.conv, cudnn.rnn, torch.backends.cuda.matmul):
        parts.fp32_precision = "ieee"
    torch.backends.cudnn.deterministic = True


def told(network: nn.Module) -> str:
    """Where a network computes, as a page says it: "CPU", or the GPU's name."""
    import torch

    home = next((one.device for one in network.parameters()), torch.device("cpu"))
    if home.type == "cuda":
        return torch.cuda.get_device_name(home)
    return home.type.upper()


def placed(network: Network) -> Network:
    """The network, on the current device; on a CPU it is left as it is."""
    target = current()
    return network if target.type == "cpu" else bridged(network.to(target))


def bridged(network: Network) -> Network:
    """Let each part of a network be called, also by itself and also a copy of it, with tensors that
    lie on another device; in place.
    """
    for part in network.modules():
        if any(True for _ in part.parameters()) or any(True for _ in part.buffers()):
            part.register_forward_pre_hook(_take_there, with_kwargs=True, prepend=True)
            part.register_forward_hook(_bring_back, always_call=True)
    return network


def _take_there(part: nn.Module, inputs: Any, named: Any) -> tuple[Any, Any]:
    target = next(iter([*part.parameters(), *part.buffers()])).device
    stack = _homes.__dict__.setdefault("stack", [])
    stack.append((part, device_of((inputs, named)) or target))
    there: tuple[Any, Any] = moved((inputs, named), target)
    return there


def _bring_back(part: nn.Module, _: Any, output: Any) -> Any:
    """Also where the part raised, with no output then."""
    stack = _homes.__dict__.setdefault("stack", [])
    if stack and stack[-1][0] is part:
        return moved(output, stack.pop()[1])
    return output


def device_of(found: Any) -> torch.device | None:
    """Where the first tensor lies that is in there."""
    import torch

    if isinstance(found, torch.Tensor):
        return found.device
    inner = found.values() if isinstance(found, dict) else found
    if isinstance(inner, str) or not hasattr(inner, "__iter__"):
        return None
    return next((home for one in inner if (home := device_of(one)) is not None), None)


def moved(found: Any, target: torch.device) -> Any:
    """The same with all tensors there that lists, tuples and dictionaries hold."""
    import torch

    if isinstance(found, torch.Tensor):
        return found.to(target)
    if isinstance(found, dict):
        return type(found)({name: moved(one, target) for name, one in found.items()})
    if isinstance(found, list | tuple):
        inner = [moved(one, target) for one in found]
        return type(found)(*inner) if hasattr(found, "_fields") else type(found)(inner)
    return found
