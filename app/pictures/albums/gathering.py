"""What comes together until it is an album: in one request, or in several."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

from app.pictures.albums.album import Album
from app.pictures.albums.classes import classes_of
from app.pictures.albums.words import nothing_readable, one_picture, too_many_classes
from app.pictures.decoding.album_limits import MAX_CLASSES, PICTURE, UNLABELED
from app.pictures.private_folder import storing


class Gathered:
    """Pictures in a file of their own, one after another, and their paths. For one thread at a
    time.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.paths: list[str] = []
        self.reasons: Counter[str] = Counter()
        self.others = self.incomplete = 0
        self.guessed = ""
        self.patches = False
        self._batches = 0
        self.alone: str | None = None  # what the only file is, where it is no picture and no zip
        self.taken: list[str] = []

    @property
    def count(self) -> int:
        """Pictures."""
        return len(self.paths)

    def add(self, part: Path, facts: Mapping[str, Any]) -> None:
        """Take what `album_decoder.made` wrote and told. Raises `StorageFull`, `StorageGone`."""
        with storing():
            data = part.read_bytes()
            end = facts["count"] * PICTURE
            with self.path.open("ab") as file:
                file.write(data[:end])
        self.alone = None if self._batches else facts["alone"]
        self._batches += 1
        self.paths += json.loads(data[end:])
        self.reasons.update(facts["reasons"])
        self.others += facts["others"]
        self.incomplete += facts["incomplete"]
        self.guessed = self.guessed or facts["guessed"]
        self.patches = facts["patches"]
        self.taken = facts["taken"]

    def settled(self, target: Path, max_pixels: int) -> Album:
        """Write the album's file. Raises `AlbumRefused` or `AlbumTooLarge` where the pictures are
        none, one, or of too many classes; `StorageFull` or `StorageGone`.
        """
        if not self.paths:
            raise nothing_readable(self.reasons, self.alone, self.taken, max_pixels)
        if len(self.paths) == 1:
            raise one_picture()
        found = classes_of(self.paths)
        if len(found.names) > MAX_CLASSES:
            raise too_many_classes(len(found.names))
        kept = [i for i, label in enumerate(found.labels) if label != UNLABELED or not found.names]
        aside = sorted(set(range(len(self.paths))) - set(kept))
        paths = json.dumps([self.paths[i] for i in (*kept, *aside)], ensure_ascii=False).encode()
        with storing():
            data = memoryview(self.path.read_bytes())
            with target.open("wb") as file:
                file.writelines(data[i * PICTURE : (i + 1) * PICTURE] for i in kept)
                file.write(bytes(found.labels[i] for i in kept))
                file.writelines(data[i * PICTURE : (i + 1) * PICTURE] for i in aside)
                file.write(paths)
        return Album(
            token_hex(16),
            target,
            len(kept),
            found.names,
            dict(self.reasons),
            patches=self.patches,
            aside=len(aside),
            paths_bytes=len(paths),
            others=self.others,
            incomplete=self.incomplete,
            guessed=self.guessed,
        )
