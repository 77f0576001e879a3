"""Pretext tasks: an operation with a random draw makes input and label from a picture or a clip.

Nobody writes a label: the draw itself is the label (rotation, Gidaris et al., 2018; relative patch,
Doersch et al., 2015; order of frames, Misra et al., 2016, and Lee et al., 2017; speed, Benaim et
al., 2020), or what was taken away is (color, Zhang et al., 2016; masked region, Pathak et al., 2016
and He et al., 2022; masked frame, Tong et al., 2022).

Shape letters: N pictures or clips, S rows and columns, P of a patch, K patches or frames of an
input, T frames of a clip, B = 25 bins of color.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from models.measures import PretextTask
from models.representation.pictures import as_input

HIDDEN = 0.5  # the gray of what is hidden
AROUND = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))  # rows, columns
SIDE_BINS = 5  # of I and of Q
CHROMA = 0.35  # I and Q from -CHROMA to CHROMA
BINS = SIDE_BINS**2
COLOR_CELL = 4  # pixels a side that one color is told for
SPEEDS = (1, 2, 4, 8)  # of these the ones that a clip is long enough for
TAKEN = 4  # frames of an input
ORDER_SPAN, SORT_SPAN, FRAME_SPAN = 9, 3 * TAKEN - 2, 2 * TAKEN - 1  # frames, first to last
ORDERS = tuple(p for p in itertools.permutations(range(TAKEN)) if p[0] < p[-1])  # up to reversal
YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


@dataclass(frozen=True)
class Options:
    """What a task may be told. gap: pixels between two patches, which are as large as leaves room
    for it; jitter: pixels that a patch may be off its place, inside the picture: more than half the
    gap, and two patches may share pixels; color_drop: share of the patch pairs that lose their
    color; ratio: share of the blocks that are hidden; block: pixels a side of one; painted: what is
    hidden in every picture instead, a bool for each block, row by row.
    """

    gap: int = 2
    jitter: int = 1
    color_drop: float = 0.5
    ratio: float = 0.6
    block: int = 4
    painted: tuple[bool, ...] = ()


class Puzzle(NamedTuple):
    """What a network is given and what it should answer.

    inputs [N, 3, S, S], or [N, K, 3, P, P], in 0..1; labels: int64 [N], a class; or int64
    [N, S / 4, S / 4], bins of color; or float [N, C, H, W], a picture or its colors; counted bool
    [N, 1, H, W]: where an error counts, None for everywhere; at int64 where an input was taken
    from: corners [N, K, 2] (row, column) of patches, or numbers [N, K] of frames.
    """

    inputs: Tensor
    labels: Tensor
    counted: Tensor | None = None
    at: Tensor | None = None


Draw = Callable[[Tensor, Options, Generator], Puzzle]
Answer = Literal["class", "bins", "colors", "pixels", "pairs", "given"]


@dataclass(frozen=True)
class Task:
    """A pretext task: `draw` makes puzzles of pictures uint8 [N, 3, S, S] or of clips
    [N, T, 3, S, S]; `classes` answers are possible (0: a picture is answered); a clip has at least
    `span` frames.
    """

    draw: Draw
    answer: Answer
    classes: int = 0
    video: bool = False
    taken: int = 1  # pictures that an input is made of
    span: int = 1

    @property
    def chance(self) -> float:
        """Accuracy of guessing; 0 where accuracy is the share of the variance that is explained."""
        return 1 / self.classes if self.classes else 0.0


def turn(images: Tensor, times: Tensor) -> Tensor:
    """images [N, 3, S, S] turned counterclockwise by `times` int64 [N] quarters."""
    out = images.clone()
    for quarters in (1, 2, 3):
        chosen = times == quarters
        out[chosen] = torch.rot90(images[chosen], quarters, (2, 3))
    return out


def rotation(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Turn each picture by 0 to 3 quarters; which of the four is the label."""
    times = torch.randint(4, (len(pictures),), generator=generator)
    return Puzzle(turn(as_input(pictures), times), times)


def patch_side(size: int, gap: int) -> int:
    """Pixels a side of each of 3 x 3 patches with gaps between them in a picture of `size`."""
    return (size - 2 * gap) // 3


def patch_corners(size: int, options: Options, places: Tensor, off: Tensor) -> Tensor:
    """Top left corners int64 [N, 2, 2] (row, column) of the middle patch and of the neighbor at
    `places` [N] of `AROUND`, moved by off [N, 2, 2] pixels and kept inside the picture.
    """
    side = patch_side(size, options.gap)
    middle = torch.full((len(places), 2), (size - side) // 2)
    neighbor = middle + torch.tensor(AROUND)[places] * (side + options.gap)
    return (torch.stack([middle, neighbor], dim=1) + off).clamp(0, size - side)


def cut(images: Tensor, corners: Tensor, side: int) -> Tensor:
    """Patches [N, K, 3, P, P], P of `side`, of images [N, 3, S, S] at corners int64 [N, K, 2]."""
    rows = corners[..., 0, None, None] + torch.arange(side)[:, None]
    columns = corners[..., 1, None, None] + torch.arange(side)
    which = torch.arange(len(images)).view(-1, 1, 1, 1)
    return images.permute(0, 2, 3, 1)[which, rows, columns].permute(0, 1, 4, 2, 3)


def gray(images: Tensor) -> Tensor:
    """The luma of images [..., 3, S, S] in all three channels."""
    luma = (images * torch.tensor(YIQ[0]).view(3, 1, 1)).sum(dim=-3, keepdim=True)
    return luma.expand_as(images)


def patch(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Cut the middle patch and one of its eight neighbors; which neighbor is the label."""
    images, n = as_input(pictures), len(pictures)
    places = torch.randint(len(AROUND), (n,), generator=generator)
    reach = 2 * options.jitter + 1
    off = torch.randint(reach, (n, 2, 2), generator=generator) - options.jitter
    dropped = torch.rand(n, generator=generator) < options.color_drop
    size = images.shape[-1]
    corners = patch_corners(size, options, places, off)
    patches = cut(images, corners, patch_side(size, options.gap))
    patches = torch.where(dropped.view(-1, 1, 1, 1, 1), gray(patches), patches)
    return Puzzle(patches, places, at=corners)


def chroma(images: Tensor) -> Tensor:
    """I and Q [N, 2, S / 4, S / 4] of images [N, 3, S, S]: the mean color of each cell."""
    small = F.avg_pool2d(images, COLOR_CELL)
    return torch.einsum("ci,nihw->nchw", torch.tensor(YIQ[1:]), small)


def bins_of(colors: Tensor) -> Tensor:
    """Bins int64 [N, H, W] of I and Q [N, 2, H, W]; what lies outside belongs to the last bin."""
    cells = ((colors + CHROMA) / (2 * CHROMA) * SIDE_BINS).floor().long().clamp(0, SIDE_BINS - 1)
    return cells[:, 0] * SIDE_BINS + cells[:, 1]


def bin_colors() -> Tensor:
    """I and Q [B, 2] in the middle of each bin."""
    at = (torch.arange(SIDE_BINS) + 0.5) / SIDE_BINS * 2 * CHROMA - CHROMA
    return torch.cartesian_prod(at, at)


def color(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Take the color away; the bin of each cell's color is the label."""
    images = as_input(pictures)
    return Puzzle(gray(images), bins_of(chroma(images)))


def regression(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Take the color away; each cell's color itself is to be answered, by squared error."""
    images = as_input(pictures)
    return Puzzle(gray(images), chroma(images))


def repaint(gray_images: Tensor, colors: Tensor) -> Tensor:
    """Pictures [N, 3, S, S] in 0..1 of the luma of gray ones and I, Q [N, 2, S / 4, S / 4]."""
    size = gray_images.shape[-1]
    large = F.interpolate(colors, size=(size, size), mode="bilinear", align_corners=False)
    back = torch.linalg.inv(torch.tensor(YIQ))
    yiq = torch.cat([gray_images[:, :1], large], dim=1)
    return torch.einsum("ci,nihw->nchw", back, yiq).clamp(0, 1)


def hidden_blocks(n: int, size: int, options: Options, generator: Generator) -> Tensor:
    """bool [N, 1, S, S]: in each picture the same number of blocks is hidden, at random, nearest to
    the ratio, at least one and not all.
    """
    side = size // options.block
    if options.painted:
        return painted_blocks(n, side, options)
    count = min(max(1, round(options.ratio * side * side)), side * side - 1)
    order = torch.rand(n, side * side, generator=generator).argsort(dim=1).argsort(dim=1)
    small = (order < count).view(n, 1, side, side)
    return small.repeat_interleave(options.block, 2).repeat_interleave(options.block, 3)


def painted_blocks(n: int, side: int, options: Options) -> Tensor:
    """The painted blocks as bool [N, 1, S, S]. Raises ValueError where they are not side x side."""
    if len(options.painted) != side * side:
        raise ValueError(f"{len(options.painted)} blocks are painted, not {side} x {side}")
    small = torch.tensor(options.painted).view(1, 1, side, side).expand(n, -1, -1, -1)
    return small.repeat_interleave(options.block, 2).repeat_interleave(options.block, 3)


def hide(images: Tensor, hidden: Tensor) -> Tensor:
    """images with gray where `hidden` [N, 1, S, S]."""
    return images.masked_fill(hidden, HIDDEN)


def masked(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Hide blocks; the picture is to be answered, and only what is hidden counts.

    The pixels are raw: standardized by the hidden block's own mean they would tell the answer.
    """
    images = as_input(pictures)
    hidden = hidden_blocks(len(images), images.shape[-1], options, generator)
    return Puzzle(hide(images, hidden), images, hidden)


def frames_at(clips: Tensor, at: Tensor) -> Tensor:
    """Frames [N, K, 3, S, S] in 0..1 of clips [N, T, 3, S, S] at `at` int64 [N, K]."""
    return as_input(clips[torch.arange(len(clips))[:, None], at])


def starts(clips: Tensor, span: int, generator: Generator) -> Tensor:
    """First frames int64 [N, 1] from which a window of `span` frames lies in the clip.

    Raises ValueError for clips that are too short.
    """
    if clips.shape[1] < span:
        raise ValueError(f"{clips.shape[1]} frames: at least {span} are needed")
    return torch.randint(clips.shape[1] - span + 1, (len(clips), 1), generator=generator)


def order(clips: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Three frames: the middle one lies between the others (1), or before or after both (0).

    Of five frames a..e, two apart, b c d are in order, b a d and b e d are not (Misra et al., 2016,
    section 3.1); half of the triples run backwards, and so the direction tells nothing.
    """
    n = len(clips)
    first = starts(clips, ORDER_SPAN, generator)
    drawn = torch.randint(4, (n,), generator=generator)  # 0, 1 in order; 2 a; 3 e
    middle = torch.tensor([4, 4, 0, 8])[drawn]
    at = first + torch.stack([torch.full((n,), 2), middle, torch.full((n,), 6)], dim=1)
    back = torch.rand(n, generator=generator) < 0.5
    at = torch.where(back[:, None], at.flip(1), at)
    return Puzzle(frames_at(clips, at), (drawn < 2).long(), at=at)


def sort(clips: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Four frames, shuffled: which of the 12 orders, an order and its reverse being one (Lee et
    al., 2017, section 3.1). `ORDERS[label][i]` is the time of the i-th frame shown, or its reverse.
    """
    label = torch.randint(len(ORDERS), (len(clips),), generator=generator)
    shown = torch.tensor(ORDERS)[label]
    back = torch.rand(len(clips), generator=generator) < 0.5
    shown = torch.where(back[:, None], TAKEN - 1 - shown, shown)
    at = starts(clips, SORT_SPAN, generator) + 3 * shown
    return Puzzle(frames_at(clips, at), label, at=at)


def speeds_in(frames: int) -> tuple[int, ...]:
    """The speeds at which four frames can be taken from a clip of so many. Raises ValueError where
    there is no choice.
    """
    found = tuple(speed for speed in SPEEDS if (TAKEN - 1) * speed < frames)
    if len(found) < 2:
        raise ValueError(f"{frames} frames are too few for two speeds")
    return found


def speed(clips: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Four frames, each 1, 2, 4 or, in a long clip, 8 after the one before: which of the speeds."""
    speeds = speeds_in(clips.shape[1])
    label = torch.randint(len(speeds), (len(clips),), generator=generator)
    stride = torch.tensor(speeds)[label][:, None]
    room = clips.shape[1] - (TAKEN - 1) * stride
    first = (torch.rand(len(clips), 1, generator=generator) * room).long()
    at = first + stride * torch.arange(TAKEN)
    return Puzzle(frames_at(clips, at), label, at=at)


def frame(clips: Tensor, options: Options, generator: Generator) -> Puzzle:
    """Four frames, two apart, of which the third is hidden: it is to be answered."""
    at = starts(clips, FRAME_SPAN, generator) + 2 * torch.arange(TAKEN)
    shown = frames_at(clips, at)
    answer = shown[:, 2].clone()
    shown[:, 2] = HIDDEN
    return Puzzle(shown, answer, torch.ones_like(answer[:, :1], dtype=torch.bool), at)


def as_given(pictures: Tensor, options: Options, generator: Generator) -> Puzzle:
    """The pictures themselves: their labels, or the pairs of their views, come from elsewhere."""
    return Puzzle(as_input(pictures), torch.zeros(len(pictures), dtype=torch.int64))


SHORT_SPEEDS = 3  # of clips of 13 frames
TASKS: dict[PretextTask, Task] = {
    "rotation": Task(rotation, "class", 4),
    "patch": Task(patch, "class", len(AROUND), taken=2),
    "color": Task(color, "bins", BINS),
    "regression": Task(regression, "colors"),
    "masked": Task(masked, "pixels"),
    "order": Task(order, "class", 2, video=True, taken=3, span=ORDER_SPAN),
    "sort": Task(sort, "class", len(ORDERS), video=True, taken=TAKEN, span=SORT_SPAN),
    "speed": Task(speed, "class", SHORT_SPEEDS, video=True, taken=TAKEN, span=FRAME_SPAN),
    "frame": Task(frame, "pixels", video=True, taken=TAKEN, span=FRAME_SPAN),
    "simclr": Task(as_given, "pairs"),
    "supervised": Task(as_given, "given"),
}
assert set(TASKS) == set(get_args(PretextTask))
