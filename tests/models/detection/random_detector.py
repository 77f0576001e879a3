"""torchvision's detectors with random weights: what the fetched ones are in tests."""

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from models.detection.opened import BUILDERS

CLASSES = 91
LIGHT = ("ssdlite320_mobilenet_v3_large", "fasterrcnn_mobilenet_v3_large_320_fpn")


def any_photo() -> Tensor:
    """Soft colors, uint8 [3, 211, 333]."""
    g = torch.Generator().manual_seed(0)
    coarse = torch.rand(1, 3, 12, 17, generator=g) * 255
    return nn.functional.interpolate(coarse, (211, 333), mode="bicubic")[0].clamp(0, 255).byte()


@cache
def random_state(name: str) -> dict[str, Tensor]:
    """What a file of weights of this network holds; about the photo of `any_photo`."""
    state: dict[str, Tensor] = random_detector(name, any_photo()).state_dict()
    return {key: value for key, value in state.items() if not key.endswith("num_batches_tracked")}


def random_detector(name: str, photo: Tensor) -> Any:
    """A detector whose scores and boxes differ from place to place of a photo uint8
    [3, H, W].
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        detector = BUILDERS[name](weights=None, weights_backbone=None)
    small(name, detector)
    for layer in detector.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.momentum = None
    images, _ = detector.transform([photo.float() / 255])
    with torch.no_grad():
        both = torch.cat([images.tensors, images.tensors.flip(-1)])
        detector.train().backbone(both)  # its BatchNorms know the photo from now on
        detector.eval()
    spread_out(detector, photo, "rpn.head")
    spread_out(detector, photo, "")
    return detector


def small(name: str, detector: Any) -> Any:
    """The same detector; a large one sees photos small, for speed."""
    if name not in LIGHT:
        detector.transform.min_size, detector.transform.max_size = (128,), 256
    return detector


def spread_out(detector: nn.Module, photo: Tensor, begins: str) -> None:
    """Scale the last layers to scores and deltas that differ."""
    heard: dict[str, list[Tensor]] = {}
    layers = {
        part: layer
        for part, layer in detector.named_modules()
        if part.startswith(begins) and is_last(part, layer)
    }
    hooks = [
        layer.register_forward_hook(
            lambda _, __, out, name=part: heard.setdefault(name, []).append(out)
        )
        for part, layer in layers.items()
    ]
    with torch.inference_mode():
        detector([photo.float() / 255])
    for hook in hooks:
        hook.remove()
    for part, outputs in heard.items():
        layer = layers[part]
        wide = torch.cat([out.flatten() for out in outputs]).std()
        layer.weight.data *= (0.2 if moves(part) else 2.0) / wide.clamp(min=1e-9)
        nn.init.zeros_(layer.get_parameter("bias"))


def moves(part: str) -> bool:
    return "bbox" in part or "regression_head.module_list" in part


def is_last(part: str, layer: nn.Module) -> bool:
    """Whether scores or deltas come out of it."""
    if not isinstance(layer, nn.Conv2d | nn.Linear) or layer.bias is None:
        return False
    outputs = layer.weight.shape[0]
    return outputs % CLASSES == 0 or "rpn.head.cls" in part or (moves(part) and outputs % 4 == 0)
