"""Answers about a photo: evaluated once for all who ask about a picture of the same content."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import TYPE_CHECKING

from fastapi import Request

from app.answers.shared import shared_answers_of
from app.errors import ImageGone
from app.pictures.images import images_of
from app.pictures.private_folder import in_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Evaluate = Callable[["NDArray[np.uint8]"], bytes]


async def answer_on_photo(
    request: Request, image_id: str, key: tuple[Hashable, ...], evaluate: Evaluate
) -> bytes:
    """What `evaluate`, a function that can be pickled, makes of the picture uint8 [H, W, 3], where
    the networks are.

    `key` tells what else the answer depends on. Raises `ImageGone`, and what `evaluate` raises.
    """
    store, networks = images_of(request), request.app.state.networks
    content = (await in_thread(store.get, image_id)).digest

    ask = partial(networks.in_turn, evaluate, lambda: (store.load(image_id),))
    try:
        shared = shared_answers_of(request)
        packed: bytes = await shared.get((*key, content), ask, len, about=content)
    except ImageGone:
        await in_thread(
            store.get, image_id
        )  # raises where it is not another's equal picture that has gone
        packed = await ask()
    return packed
