"""Running the networks for the labs: loaded once, one evaluation at a time, results remembered.

torch is imported here inside functions, so that pages are served while it still loads.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from app.errors import ModelNotInstalled
from app.i18n import N_
from app.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.detectors import Opened

Origin = Literal["shipped", "untrained", "fetched"]
ORIGINS: dict[str, Origin] = {
    "vitrine": "shipped",
    "fasterrcnn_mobilenet_v3_large_320_fpn": "fetched",
    "fasterrcnn_resnet50_fpn_v2": "fetched",
    "untrained": "untrained",
}
REMEMBERED = 48  # results; one of Vitrine's network takes 0.6 MB
REMEMBERED_ANCHORS = 30_000  # results of larger networks are not kept

_lock = threading.RLock()
_networks: dict[tuple[str, Path], Any] = {}
_results: OrderedDict[tuple[Any, ...], Opened] = OrderedDict()


def is_installed(name: str, config: Settings) -> bool:
    """Whether the network's weights are on this machine."""
    if ORIGINS[name] != "fetched":
        return True
    from models.weights import installed

    return installed(name, config.weights_folder)


def network(name: str, config: Settings) -> Any:
    """The network of that name, loaded at its first use. Raises `ModelNotInstalled`."""
    from models.detectors import load_detector
    from models.weights import WeightsError, load_rpn, untrained_rpn, weights_path

    key = (name, config.weights_folder)
    with _lock:
        if key not in _networks:
            try:
                if name == "vitrine":
                    _networks[key] = load_rpn()
                elif name == "untrained":
                    _networks[key] = untrained_rpn()
                else:
                    path = weights_path(name, config.weights_folder)
                    _networks[key] = load_detector(name, path)
            except WeightsError as error:
                message = N_(
                    "The weights of “{name}” are not installed, or damaged. On the machine that "
                    "runs Vitrine, type: vitrine fetch-weights {name}"
                )
                raise ModelNotInstalled(message, "model", name=name) from error
        return _networks[key]


def open_photo(
    name: str, image_id: str, image: NDArray[np.uint8], config: Settings, **options: float
) -> Opened:
    """The network's proposals for a photo uint8 [H, W, 3], from memory where it ran before.

    One evaluation at a time: torch already spreads each over the cores, and two at once only
    take them from each other. `options` go to `models.detectors.open_rpn`.
    """
    import torch

    from models.detectors import open_rpn

    key = (name, image_id, *sorted(options.items()))
    with _lock:
        if key in _results:
            _results.move_to_end(key)
            return _results[key]
        if config.torch_threads:
            torch.set_num_threads(config.torch_threads)
        pixels = torch.from_numpy(image.copy()).permute(2, 0, 1)
        opened = open_rpn(network(name, config), pixels, **options)  # type: ignore[arg-type]
        if len(opened.proposals.candidates.anchors) <= REMEMBERED_ANCHORS:
            _results[key] = opened
            while len(_results) > REMEMBERED:
                _results.popitem(last=False)
        return opened


def forget_results() -> None:
    """Drop every remembered result; the networks stay loaded."""
    with _lock:
        _results.clear()


def warm_up(config: Settings) -> None:
    """Load torch and the shipped network, compile the loops: the first visitor should not wait."""
    import numpy as np

    from models import nms

    nms.warm_up()
    open_photo("vitrine", "", np.zeros((240, 320, 3), np.uint8), config)
