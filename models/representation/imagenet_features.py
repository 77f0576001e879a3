"""What large pretraining gives: the features of EfficientNet-Lite0, which learned from ImageNet's
1.28 million labeled photos, on small pictures that are enlarged for it.

Shape letters: M pictures, N of a batch, S pixels a side.
"""

from collections.abc import Callable, Iterator
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from models.detection.efficientnet import STAGES, Classifier, fold_batchnorm
from models.detection.imagenet import load_classifier
from models.device import placed
from models.representation.downstream import Downstream, Features

SIDE = 128  # pixels: the last map has as many cells a side, 4, as our encoder's has of 32 pixels
AT_ONCE = 50
CHANNELS = STAGES[-1].channels


def imagenet_network() -> Classifier:
    """The network with its weights. Raises ImportError where their package is not installed."""
    network = fold_batchnorm(load_classifier())
    assert isinstance(network, Classifier)
    return placed(network)


def last_maps(network: Classifier, pictures: Tensor) -> Tensor:
    """The maps [N, 320, 4, 4] after the last block of pictures uint8 [N, 3, S, S]."""
    with torch.no_grad():
        images = (pictures.float() - 127) / 128  # as TensorFlow has them
        x = F.interpolate(images, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        x = F.relu6(network.stem(x.to(memory_format=torch.channels_last)))
        for block in network.blocks:
            x = block(x)
    return x.contiguous()


class ImageNetFeatures:
    """The features of both parts of the pictures, which `parts` computes; `found` at their end."""

    def __init__(self, downstream: Downstream) -> None:
        self._downstream = downstream
        self.found: Features | None = None

    def parts(self) -> Iterator[Callable[[], None]]:
        """What is to be done, once: pictures a few at a time. Raises ImportError as above."""
        if self.found:
            return
        network, pictures = imagenet_network(), self._downstream
        maps: list[Tensor] = []
        every = torch.cat([pictures.train, pictures.test])

        def look(part: Tensor) -> None:
            maps.append(last_maps(network, part))

        def end() -> None:
            found = torch.cat(maps)
            self.found = Features(found[: len(pictures.train)], found[len(pictures.train) :])

        for part in torch.split(every, AT_ONCE):
            yield partial(look, part)
        yield end
