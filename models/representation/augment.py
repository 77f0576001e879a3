"""SimCLR's family of transformations T, a whole batch at once (Chen et al., 2020, appendix A).

Every picture has draws of its own; `Drawn` keeps all of them, so that a page can show on the
picture where a view came from. The order is: crop, flip and rotation as one resampling; brightness,
contrast, saturation, hue and gray; blur; cutout; noise.

Shape letters: N pictures, S pixels a side, U uniform numbers a picture.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

LEAST_AREA = 0.08  # share of the picture in the smallest crop at strength 1 (the paper's)
RATIO = 4 / 3  # a crop's sides differ by at most this at strength 1 (the paper's)
JITTER = 0.8  # brightness, contrast, saturation are 1 -+ this at strength 1 (the paper's)
HUE = 0.2  # of a full turn, at strength 1 (the paper's)
JITTER_SHARE = 0.8  # share of the views whose color is jittered (the paper's)
BLUR_SHARE = 0.5  # share of the views that are blurred (the paper's)
BLUR = (0.1, 2 / 32)  # least sigma in pixels; most as a share of the side, at strength 1
TURN = 90.0  # degrees either way at strength 1
CUTOUT_SHARE = 0.5  # share of the views with a cutout
CUTOUT = 0.5  # its side as a share of the picture's, at strength 1
NOISE = 0.2  # standard deviation of the noise at strength 1, of 1
GRAY = 0.5  # what is cut out or covered becomes this gray
COLUMNS = 18  # U: one column a draw, taken whatever is switched on

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as in YIQ


@dataclass(frozen=True)
class Policy:
    """How strong each operation is, 0 (off) to 1. crop: how small a crop may be (area down to 0.08
    of the picture at 1). flip: left-right, of half of the views. color: jitter (at 1 the paper's:
    0.8, 0.8, 0.8, 0.2). gray: the share of views without color. blur: sigma up to S / 16. rotation:
    up to 90 degrees either way. cutout: a square of up to half the side, in half of the views.
    noise: standard deviation up to 0.2. The defaults are tuned on `models.data.scenes`, where much
    of the shape has to stay in view: mild crops, strong color and rotation.

    Raises ValueError for a strength out of 0..1.
    """

    crop: float = 0.3
    flip: bool = True
    color: float = 0.8
    gray: float = 0.2
    blur: float = 0.5
    rotation: float = 1.0
    cutout: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for name, strength in vars(self).items():
            if not 0 <= strength <= 1:
                raise ValueError(f"{name} is a strength in 0..1, not {strength}")


class Drawn(NamedTuple):
    """What was drawn for N views of S x S pixels.

    boxes [N, 4] xyxy the crop in pixels of the picture, before its rotation about its middle;
    corners [N, 4, 2] x, y in pixels of the picture where the view's top left, top right, bottom
    right and bottom left corners come from (flip and rotation included; may lie outside);
    flip bool [N]; angle [N] degrees, the view's content turned counterclockwise by it;
    brightness, contrast, saturation [N] factors, 1 leaves as it is; hue [N] in turns, 0 leaves;
    gray bool [N]; blur [N] sigma in pixels, 0 none; cutout [N, 4] xyxy whole pixels of the view, 0
    where none; noise [N] standard deviation, 0 none.
    """

    boxes: Tensor
    corners: Tensor
    flip: Tensor
    angle: Tensor
    brightness: Tensor
    contrast: Tensor
    saturation: Tensor
    hue: Tensor
    gray: Tensor
    blur: Tensor
    cutout: Tensor
    noise: Tensor


def draw(policy: Policy, n: int, size: int, generator: torch.Generator) -> Drawn:
    """Draws for n views of pictures of `size` x `size` pixels. The generator gives the same number
    of values whatever is on, so switching one operation leaves the others' draws as they were.
    """
    u = torch.rand(n, COLUMNS, generator=generator)
    boxes = _crops(u[:, :4], policy.crop, size)
    flip = (u[:, 4] < 0.5) & policy.flip
    angle = policy.rotation * TURN * (2 * u[:, 5] - 1)
    jittered = u[:, 6] < JITTER_SHARE
    reach = policy.color * jittered
    factors = 1 + JITTER * reach[:, None] * (2 * u[:, 7:10] - 1)
    hue = HUE * reach * (2 * u[:, 10] - 1)
    gray = u[:, 11] < policy.gray
    most = max(policy.blur * BLUR[1] * size, BLUR[0])
    blurred = (u[:, 12] < BLUR_SHARE) & (policy.blur > 0)
    blur = (BLUR[0] + (most - BLUR[0]) * u[:, 13]) * blurred
    cutout = _cutouts(u[:, 14:17], policy.cutout, size)
    noise = policy.noise * NOISE * u[:, 17]
    return Drawn(
        boxes=boxes,
        corners=_corners(boxes, flip, angle),
        flip=flip,
        angle=angle,
        brightness=factors[:, 0],
        contrast=factors[:, 1],
        saturation=factors[:, 2],
        hue=hue,
        gray=gray,
        blur=blur,
        cutout=cutout,
        noise=noise,
    )


def _crops(u: Tensor, strength: float, size: int) -> Tensor:
    """Boxes [N, 4] inside the picture, by u [N, 4]: area uniform, the sides' ratio log-uniform."""
    area = 1 - strength * (1 - LEAST_AREA) * u[:, 0]
    half_log = strength * math.log(RATIO) * (2 * u[:, 1] - 1) / 2
    # The longer side ends at the picture's: cut there rather than drawn again, as a draw again
    # would take a number of random values that depends on chance.
    width = (area.sqrt() * half_log.exp()).clamp(max=1) * size
    height = (area.sqrt() * (-half_log).exp()).clamp(max=1) * size
    x, y = (size - width) * u[:, 2], (size - height) * u[:, 3]
    return torch.stack([x, y, x + width, y + height], dim=1)


def _cutouts(u: Tensor, strength: float, size: int) -> Tensor:
    """Squares [N, 4] of whole pixels inside the view, by u [N, 3]; 0 where there is none."""
    side = round(strength * CUTOUT * size)
    corner = (u[:, 1:] * (size - side + 1)).floor().clamp(max=size - side)
    boxes = torch.cat([corner, corner + side], dim=1)
    return boxes * ((u[:, :1] < CUTOUT_SHARE) & (side > 0))


def _frames(boxes: Tensor, flip: Tensor, angle: Tensor) -> Tensor:
    """[N, 2, 3]: from a view's coordinates (-1..1, x right, y down) to pixels of the picture."""
    turn = torch.deg2rad(angle)
    half = (boxes[:, 2:] - boxes[:, :2]) / 2
    across = torch.where(flip, -half[:, 0], half[:, 0])
    cos, sin = turn.cos(), turn.sin()
    middle = (boxes[:, 2:] + boxes[:, :2]) / 2
    x = torch.stack([cos * across, -sin * half[:, 1], middle[:, 0]], dim=1)
    y = torch.stack([sin * across, cos * half[:, 1], middle[:, 1]], dim=1)
    return torch.stack([x, y], dim=1)


def _corners(boxes: Tensor, flip: Tensor, angle: Tensor) -> Tensor:
    at = torch.tensor([[-1.0, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]])
    return torch.einsum("nij,kj->nki", _frames(boxes, flip, angle), at)


def apply(images: Tensor, drawn: Drawn, generator: torch.Generator) -> Tensor:
    """The views [N, 3, S, S] in 0..1 that `drawn` makes of images [N, 3, S, S] in 0..1. What lies
    outside the picture is its mirror image. The generator gives the noise's pixels, and nothing
    where there is no noise.
    """
    out = _sample(images, _frames(drawn.boxes, drawn.flip, drawn.angle))
    out = _color(out, drawn)
    blurred = drawn.blur > 0
    if blurred.any():
        kernel = _blur_matrix(drawn.blur[blurred], images.shape[-1])[:, None]
        out[blurred] = kernel @ out[blurred] @ kernel.transpose(2, 3)
    if drawn.cutout.any():
        out = out.masked_fill(_inside(drawn.cutout, images.shape[-1])[:, None], GRAY)
    if drawn.noise.any():
        grain = torch.randn(out.shape, generator=generator)
        out = (out + drawn.noise[:, None, None, None] * grain).clamp(0, 1)
    return out


def views(images: Tensor, policy: Policy, generator: torch.Generator) -> tuple[Tensor, Drawn]:
    """One view of each of images [N, 3, S, S] in 0..1, and what was drawn for it. For a positive
    pair call it twice: both views are transformed, neither is the original.
    """
    drawn = draw(policy, len(images), images.shape[-1], generator)
    return apply(images, drawn, generator), drawn


def _sample(images: Tensor, frames: Tensor) -> Tensor:
    """images [N, 3, S, S] seen through frames [N, 2, 3]; mirrored beyond their edges."""
    size = images.shape[-1]
    theta = frames * (2 / size)
    theta[:, :, 2] -= 1
    grid = functional.affine_grid(theta, list(images.shape), align_corners=False)
    return functional.grid_sample(
        images, grid, mode="bilinear", padding_mode="reflection", align_corners=False
    )


def _color(images: Tensor, drawn: Drawn) -> Tensor:
    """Brightness multiplies, contrast scales about the mean luma, then one 3 x 3 matrix a picture
    does saturation, hue and gray (saturation 0), all linear. Cut to 0..1 after each of the three.
    """
    n = len(images)
    luma = torch.tensor(LUMA)
    out = (images * drawn.brightness.view(n, 1, 1, 1)).clamp_(0, 1)
    mean = (out.mean(dim=(2, 3)) @ luma).view(n, 1, 1, 1)
    out = torch.lerp(mean, out, drawn.contrast.view(n, 1, 1, 1)).clamp_(0, 1)
    matrix = _color_matrix(drawn.saturation * ~drawn.gray, drawn.hue)
    return torch.bmm(matrix, out.flatten(2)).view(images.shape).clamp_(0, 1)


def _color_matrix(saturation: Tensor, hue: Tensor) -> Tensor:
    """[N, 3, 3] on RGB columns: luma Y kept, chroma (I and Q of YIQ) scaled and turned."""
    turn = 2 * math.pi * (hue % 1)
    scale, still = saturation[:, None, None], turn.cos()[:, None, None]
    turned = turn.sin()[:, None, None]
    keep, quarter = _chroma_parts()
    # Written as a change from the identity: at saturation 1 and hue 0 it is exactly that.
    return torch.eye(3) + (scale * still - 1) * keep + scale * turned * quarter


def _chroma_parts() -> tuple[Tensor, Tensor]:
    """[3, 3] each: RGB to its chroma, and to its chroma turned by a quarter, red toward green."""
    yiq = torch.tensor(
        [list(LUMA), [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]], dtype=torch.float64
    )
    back = torch.linalg.inv(yiq)
    quarter = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, -1, 0]], dtype=torch.float64)
    chroma = torch.diag(torch.tensor([0.0, 1, 1], dtype=torch.float64))
    return (back @ chroma @ yiq).float(), (back @ quarter @ yiq).float()


def _blur_matrix(sigma: Tensor, size: int) -> Tensor:
    """[N, S, S] rows of a Gaussian of sigma [N] pixels, each summing to 1 (so borders keep their
    brightness), for sigma above 0. A product with it on either side is a separable blur:
    at these sizes faster than a convolution with kernels of its own for each picture.
    """
    at = torch.arange(size, dtype=sigma.dtype)
    squares = (at[:, None] - at).square()
    weights = (-squares / (2 * sigma.clamp(min=0.05).square()[:, None, None])).exp()
    return weights / weights.sum(dim=2, keepdim=True)


def _inside(boxes: Tensor, size: int) -> Tensor:
    """bool [N, S, S]: the pixels of boxes [N, 4] of whole pixels."""
    at = torch.arange(size)
    x0, y0, x1, y1 = boxes[:, :, None].unbind(1)
    return ((at >= y0) & (at < y1))[:, :, None] & ((at >= x0) & (at < x1))[:, None]


def occlude(images: Tensor, share: float) -> Tensor:
    """images [N, 3, S, S] with a gray square over the middle, of `share` of the area (0..1): its
    edge pixels are mixed in proportion, so it grows smoothly; at 0 the pictures themselves.
    """
    size = images.shape[-1]
    half = math.sqrt(share) * size / 2
    at = torch.arange(size)
    cover = ((at + 1).clamp(max=size / 2 + half) - at.clamp(min=size / 2 - half)).clamp(0, 1)
    return torch.lerp(images, torch.tensor(GRAY), cover[:, None] * cover)


def rotate(images: Tensor, degrees: float) -> Tensor:
    """images [N, 3, S, S] turned counterclockwise about the middle, mirrored beyond their edges;
    at 0 the pictures themselves.
    """
    if degrees % 360 == 0:
        return images.clone()  # resampling would be off by a rounding error
    n, size = len(images), images.shape[-1]
    box = torch.tensor([[0.0, 0, size, size]]).expand(n, 4)
    frames = _frames(box, torch.zeros(n, dtype=torch.bool), torch.full((n,), float(degrees)))
    return _sample(images, frames)


def recolor(images: Tensor, hue_turn: float) -> Tensor:
    """images [N, 3, S, S] in 0..1 with hues turned by `hue_turn` of a circle, red toward green: 0
    and 1 are the pictures themselves. Luma is kept but where a color leaves 0..1 and is cut; gray
    stays gray.
    """
    n = len(images)
    matrix = _color_matrix(torch.ones(n), torch.full((n,), float(hue_turn)))
    return torch.bmm(matrix, images.flatten(2)).view(images.shape).clamp(0, 1)
