"""What the `pretext` lab learns from and with, by its settings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from app.errors import InvalidInput
from app.i18n import N_
from app.labs.pretext import pairs, scale, sentences
from app.labs.pretext.config import PretextConfig
from app.labs.pretext.own_clip import clip_id, windows
from app.pictures.albums.album import Album, labeled
from app.pictures.samples import photo_pixels
from app.pictures.sources import DIGITS, album_id, built_in, from_album

if TYPE_CHECKING:
    from torch import Tensor

    from models.data.objects import Objects
    from models.representation.downstream import Downstream
    from models.representation.pretext_training import Material, PretextSettings

VIDEO = ("order", "sort", "speed", "frame")
TEST = 400  # pictures held out
CLIPS, TEST_CLIPS = 800, 200
SIDE = 32  # pixels of a picture
LONG = "25"  # frames, of clips that have a fourth speed
SPEED_ANSWER = 129  # trained numbers of one answer more
HELD_OUT = 500_000  # seeds of what is held out begin here


def album_of(config: PretextConfig) -> str:
    """The album's id; "" where the pictures are built in, and in other modes. Raises `InvalidInput`
    without one.
    """
    if config.mode != "pictures":
        return ""
    return clip_id(config) if on_own_clip(config) else album_id(config.data, config.pictures)


def on_own_clip(config: PretextConfig) -> bool:
    """Whether the network is asked about a clip of the visitor's: then that is the run's album."""
    return config.task in VIDEO and config.clips == "own"


def stills_in(config: PretextConfig, album: Album | None) -> Album | None:
    """The album, where it is one of pictures."""
    return None if on_own_clip(config) else album


@lru_cache(maxsize=4)
def objects(count: int, seed: int) -> Objects:
    from models.data.objects import draw_objects

    return draw_objects(count, seed)


@lru_cache(maxsize=4)
def clips(kind: str, held_out: bool, seed: int, frames: int) -> Tensor:
    """uint8 [M, frames, 3, 32, 32], to learn from or held out."""
    count = TEST_CLIPS if held_out else CLIPS
    seed += HELD_OUT if held_out else 0
    if kind == "thrown":
        from models.data.clips import draw_clips

        return draw_clips(count, seed, frames=frames).frames
    from models.data.pans import pan_clips, parts_of

    return pan_clips(parts_of(photos())[held_out], count, seed, frames=frames)


def moving(config: PretextConfig, held_out: bool, album: Album | None) -> Tensor:
    """Clips to learn from, or held out, uint8 [M, T, 3, 32, 32]: with a clip of the visitor's, that
    one is held out, and thrown things are learned from.
    """
    frames = int(config.length)
    if not on_own_clip(config):
        return clips(config.clips, held_out, config.seed, frames)
    if held_out and album:
        return windows(config, album, TEST_CLIPS, config.seed)
    return clips("thrown", held_out, config.seed, frames)


def photos() -> list[Tensor]:
    """The two photos that scikit-learn carries, uint8 [3, 427, 640]."""
    import torch

    return [torch.tensor(pixels).permute(2, 0, 1) for pixels in photo_pixels()]


def stills_of(config: PretextConfig, album: Album | None) -> tuple[Material, Downstream]:
    """Pictures to learn from, and what is asked of the features."""
    from models.data.objects import CLASSES
    from models.representation.downstream import of_classes, of_objects
    from models.representation.pretext_training import Material

    album = stills_in(config, album)
    if album is None and config.data == "objects":
        train, test = objects(config.count, config.seed), objects(TEST, HELD_OUT + config.seed)
        material = Material(train.images, test.images, train.classes, test.classes, len(CLASSES))
        return material, of_objects(train, test)
    if album is None:
        p = built_in(config.data, config.count, config.seed)
    else:
        p = from_album(album, config.classes, config.count, config.seed)
    material = Material(p.train, p.test, p.labels, p.test_labels, max(p.classes, 1))
    return material, of_classes(p.train, p.labels, p.test, p.test_labels, p.classes)


def held_out_of(config: PretextConfig, album: Album | None) -> Material:
    """What puzzles and neighbors are made of; nothing to learn from is drawn where that takes
    long.
    """
    from models.data.objects import CLASSES
    from models.representation.pretext_training import PUZZLES, Material

    if config.data == "objects":
        test = objects(PUZZLES, HELD_OUT + config.seed)  # the first of those of a run
        stills = Material(test.images, test.images, test.classes, test.classes, len(CLASSES))
    else:
        stills = stills_of(config, album)[0]
    if config.task not in VIDEO:
        return stills
    shown = moving(config, True, album)
    return Material(shown, shown, classes=stills.classes)


def check_classes(config: PretextConfig, material: Material) -> None:
    """Raises `InvalidInput` where there is nothing to be supervised by."""
    if config.task == "supervised" and (material.labels is None or material.classes < 2):
        message = N_("These pictures have no classes to be supervised by. Choose a pretext task.")
        raise InvalidInput(message, "task")


def material_of(config: PretextConfig, album: Album | None) -> tuple[Material, Downstream]:
    """What a run learns from: clips for the tasks on video; and what is asked later."""
    from models.representation.pretext_training import Material

    stills, downstream = stills_of(config, album)
    if config.task not in VIDEO:
        return stills, downstream
    train, test = (moving(config, held_out, album) for held_out in (False, True))
    return Material(train, test, classes=stills.classes), downstream


def painted_of(text: str, side: int) -> tuple[bool, ...]:
    """Painted blocks, none for "". Raises `InvalidInput` where they are not side x side of 0, 1."""
    if text and (len(text) != side * side or set(text) - {"0", "1"}):
        raise InvalidInput(N_("The painted blocks do not fit the side of a block."), "painted")
    return tuple(mark == "1" for mark in text)


def settings_of(config: PretextConfig) -> PretextSettings:
    from models.representation.pretext import Options
    from models.representation.pretext_training import PretextSettings

    block = int(config.block)
    painted = painted_of(config.painted, SIDE // block)
    options = Options(config.gap, config.jitter, config.color_drop, config.ratio, block, painted)
    times = float(config.width) if config.mode == "scale" else 1.0
    return PretextSettings(
        config.task, options, config.batch_size, config.learning_rate, seed=config.seed, times=times
    )


def names_of(config: PretextConfig, album: Album | None) -> list[str]:
    """What the classes are called; drawn ones in English, which the page translates."""
    stills = stills_in(config, album)
    if stills:
        return list(labeled(stills, config.classes).names)
    from models.data.objects import CLASSES
    from models.data.scenes import SHAPES

    return list({"digits": DIGITS, "scenes": SHAPES}.get(config.data, CLASSES))


def parameters(config: PretextConfig) -> int:
    """Trained numbers: of the encoder, and of the task's head, whose classes may be ten more or
    fewer; or of the networks on words and on pairs.
    """
    if config.mode == "words":
        return sentences.PARAMETERS
    if config.mode == "pairs":
        return pairs.PARAMETERS
    from models.representation.sizes import D_H, ENCODER_PARAMETERS, encoder_parameters

    if config.mode == "scale":
        return encoder_parameters(float(config.width)) + 4 * (D_H + 1)

    heads = {
        "rotation": 4 * (D_H + 1), "patch": 34_056, "color": 12_900, "regression": 1_032,
        "masked": 320_192, "order": 49_666, "sort": 67_340, "speed": 66_179, "frame": 238_272,
        "simclr": 24_896, "supervised": 10 * (D_H + 1),
    }  # fmt: skip
    more = SPEED_ANSWER if config.task == "speed" and config.length == LONG else 0
    return ENCODER_PARAMETERS + heads[config.task] + more


def followed(config: PretextConfig) -> set[str]:
    """Fields that change a run of a mode while it runs."""
    own = {"words": {"sentence", "hidden_word"}, "pairs": {"prompts"}}
    return set() if config.mode == "scale" else {"learning_rate"} | own.get(config.mode, set())


def memory(config: PretextConfig) -> int:
    """Bytes of a run, which follow from its batch and from what it draws."""
    if config.mode == "words":
        return sentences.RUN_BYTES
    if config.mode == "scale":
        return scale.RUN_BYTES
    if config.mode == "pairs":
        return pairs.RUN_BYTES + pairs.BYTES_PER_PAIR * config.batch_size
    of_clip = 4 if config.task in VIDEO else 1
    drawn = 60 * 2**20 * int(config.length) // 13 if config.task in VIDEO else 20 * 2**20
    return 160 * 2**20 + drawn + of_clip * 2**19 * config.batch_size
