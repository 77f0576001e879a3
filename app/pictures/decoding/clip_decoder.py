"""How a clip, small pictures in the order of time, is made out of an animated picture, or out of
frames that a browser took from a video; in a process of its own with limits, as `decoder.py` is.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from app.pictures.decoding import album_limits as limits
from app.pictures.decoding import decoder
from app.pictures.decoding.album_decoder import File, Sizes, bytes_of, cleaned, files_in, middle
from app.pictures.decoding.zip_members import Tally

if TYPE_CHECKING:
    from PIL.Image import Image


def animated(file: Path, sizes: Sizes) -> Iterator["Image"]:
    """Each frame of an animated picture, composed, as a person would see it.

    Raises `Refused` for a picture that stands still, for frames that are too small, and where all
    frames together have more than `sizes.max_pixels`.
    """
    with decoder.opened_upload(file) as opened:
        kind = decoder.recognized(opened)
        picture = decoder.begun(opened, kind, sizes.max_pixels)
        # An animated PNG may begin with a picture for programs that show no animation.
        first, count = int(bool(picture.info.get("default_image"))), getattr(picture, "n_frames", 1)
        if count - first < 2:
            raise decoder.Refused("still")
        if picture.width * picture.height * count > sizes.max_pixels:
            raise decoder.Refused("pixels")
        pixels = 0
        for number in range(first, count):
            picture.seek(number)  # frame after frame: each is laid over those before
            pixels += picture.width * picture.height  # a frame may be larger than the first
            if pixels > sizes.max_pixels:
                raise decoder.Refused("pixels")
            yield decoder.as_seen(picture.copy(), sizes.max_side)


def stills(files: list[File], sizes: Sizes, tally: Tally) -> Iterator["Image"]:
    """Pictures that are frames, in the order of their files. Raises `Refused` as `animated`."""
    pixels = 0
    for file in files:
        picture = cleaned(file.read(), file.name, sizes, tally)
        if picture:
            pixels += picture.width * picture.height
            if pixels > sizes.max_pixels:
                raise decoder.Refused("pixels")
            yield picture


def different(frames: Iterable["Image"], tally: Tally) -> list[bytes]:
    """The frames as small squares, without those that equal the one before, which are counted.
    Raises `Refused` where nothing could be seen in them.
    """
    kept: list[bytes] = []
    for frame in frames:
        if min(frame.size) < limits.LEAST_SIDE:
            raise decoder.Refused("small")
        small = bytes_of(middle(frame))
        if kept and kept[-1] == small:
            tally.reasons["alike"] += 1
        else:
            kept.append(small)
    return kept


def at_even_distances(frames: list[bytes], tally: Tally) -> list[bytes]:
    """At most `MOST_FRAMES` of them, from the first to the last; the others are counted."""
    most = limits.MOST_FRAMES
    if len(frames) <= most:
        return frames
    tally.reasons["between"] += len(frames) - most
    return [frames[round(i * (len(frames) - 1) / (most - 1))] for i in range(most)]


def made(source: str, target: str, max_pixels: int, max_side: int) -> dict[str, object]:
    """Write a clip's frames into `target`, as `album_decoder.made` does an album's pictures; what
    they are, or why all were refused. One file is an animated picture, several are its frames.
    """

    def attempt() -> dict[str, object]:
        files, tally, sizes = files_in(Path(source)), Tally(), Sizes(max_pixels, max_side)
        one = len(files) == 1
        pictures = animated(files[0].path, sizes) if one else stills(files, sizes, tally)
        frames = at_even_distances(different(pictures, tally), tally)
        if len(set(frames)) < limits.FEWEST_FRAMES:
            raise decoder.Refused("alike", different=len(set(frames)))
        names = [f"{number + 1:02}" for number in range(len(frames))]
        decoder.store(target, b"".join(frames) + json.dumps(names).encode())
        return {
            "count": len(frames),
            "patches": False,
            "reasons": dict(tally.reasons),
            "others": tally.others,
            "incomplete": tally.incomplete,
            "guessed": "",
            "alone": None,
            "taken": list(decoder.TAKEN),
        }

    return decoder.tried(attempt)
