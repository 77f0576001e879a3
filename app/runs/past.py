"""The frames that a run has shown, thinned as a page thins them, for guests who came late."""

from __future__ import annotations

FRAMES = 240  # kept; static/js/core/session/history.js keeps as many, and the same ones
MOST_BYTES = 24 * 2**20


class Past:
    """At most `frames` frames, evenly spaced, the first and the last among them; fewer where they
    are large. When it is full, every other one goes, and from then on half as many are kept.
    """

    def __init__(self, frames: int = FRAMES, most_bytes: int = MOST_BYTES) -> None:
        self._frames, self._most_bytes = max(frames, 2), most_bytes
        self._kept: list[tuple[int, int, bytes]] = []  # its place among all, its step, the frame
        self._count, self._stride = 0, 1

    def push(self, step: int, frame: bytes) -> None:
        """The newest frame; of the same step again it replaces the last."""
        if self._kept and self._kept[-1][1] == step:
            place = self._kept.pop()[0]
        else:
            # The last one was only kept because it was the last.
            if self._kept and self._kept[-1][0] % self._stride:
                self._kept.pop()
            place, self._count = self._count, self._count + 1
        self._kept.append((place, step, frame))
        self._thin()

    def _thin(self) -> None:
        while self._is_full():
            self._stride *= 2
            last = self._kept[-1]
            self._kept = [one for one in self._kept if one[0] % self._stride == 0 or one is last]

    def _is_full(self) -> bool:
        count = len(self._kept)
        return count > self._frames or (count > 2 and self.size > self._most_bytes)

    def nearest(self, step: int) -> bytes | None:
        """The frame whose step is the nearest to that one, the earlier of two."""
        if not self._kept:
            return None
        return min(self._kept, key=lambda one: abs(one[1] - step))[2]

    @property
    def steps(self) -> list[int]:
        return [step for _, step, _ in self._kept]

    @property
    def size(self) -> int:
        """Of the frames together, bytes."""
        return sum(len(frame) for *_, frame in self._kept)
