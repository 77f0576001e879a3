"""The program that opens one uploaded picture, in a process of its own.

    python decoder.py TARGET MAX_PIXELS MAX_SIDE < picture    prints one line of JSON

Why a process: decoders are C code that has been broken before, and at 20 million pixels Pillow's
WebP decoder alone takes 320 MB (two canvases, a copy, the picture). Here a crash, an endless
loop or a bomb costs this process, which has limits; the server stays as it was. Starting it takes
about 60 ms, because it imports nothing but Pillow: never import `app`, torch or numpy here.
"""

import contextlib
import io
import json
import sys
import warnings
from typing import BinaryIO

from PIL import Image, ImageCms

try:
    import resource
except ImportError:  # Windows: the time limit of `images.py` remains
    resource = None  # type: ignore[assignment]

MEBIBYTE = 2**20
# Address space: 389 MiB with the default 20 million pixels; every kind of picture fits in 300.
OWN_SPACE = 160 * MEBIBYTE
BYTES_PER_PIXEL = 12
SECONDS = 5  # of processor time; `images.py` also stops it by the clock
OUTPUT = 32 * MEBIBYTE
STRIP = 128  # rows that are flattened at a time
MAX_PROFILE = 4 * MEBIBYTE
ORIENTATION = 0x0112  # EXIF's tag
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What a picture is, is told by its first bytes: no file name, no declared type.
SIGNATURES = {
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "WEBP": (b"RIFF",),
}


class Refused(Exception):
    """The picture is not taken; the message is one of format, damaged, pixels, heavy."""


def set_limits(max_pixels: int, seconds: int = SECONDS) -> None:
    """Less memory, time and disk for this process than it could do harm with."""
    if resource is None:
        return
    for kind, limit in (
        (resource.RLIMIT_AS, OWN_SPACE + BYTES_PER_PIXEL * max_pixels),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, OUTPUT),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
            resource.setrlimit(kind, (limit, limit))


def format_of(head: bytes) -> str:
    """PNG, JPEG, GIF or WEBP, by signature."""
    for name, signatures in SIGNATURES.items():
        if head.startswith(signatures) and (name != "WEBP" or head[8:12] == b"WEBP"):
            return name
    raise Refused("format" if head else "damaged")


def release_canvases(picture: Image.Image) -> None:
    """Make a WebP's decoder go as soon as it has handed over the first frame.

    Its two canvases are twice the size of the picture; kept until the picture exists, as Pillow
    does, they bring 20 million pixels from 250 to 330 MB.
    """
    next_frame = getattr(picture, "_get_next", None)
    if next_frame is None:
        return

    def first_frame() -> object:
        frame = next_frame()
        picture._decoder = None  # type: ignore[attr-defined]
        return frame

    picture._get_next = first_frame  # type: ignore[attr-defined]


def opened(file: BinaryIO, max_pixels: int, max_side: int) -> Image.Image:
    """The picture's first frame, decoded, in whatever mode it is stored."""
    name = format_of(file.read(16))
    file.seek(0)
    Image.MAX_IMAGE_PIXELS = max_pixels
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    picture: Image.Image = Image.open(file, formats=[name])
    if picture.width * picture.height > max_pixels:
        raise Refused("pixels")
    if name == "JPEG":  # decode at a half, quarter or eighth where that is enough
        picture.draft(picture.mode, (max_side, max_side))
    release_canvases(picture)
    picture.load()
    return picture


def flat(strip: Image.Image) -> Image.Image:
    """A strip of any mode that cannot be averaged as it is, as 8-bit RGB over white."""
    if strip.mode.startswith("I"):  # 16 bits: scaled, where convert() would clip at 255
        return strip.convert("I").point(lambda value: value / 257).convert("L").convert("RGB")
    colors = strip.convert("RGBA")
    white = Image.new("RGBA", strip.size, "white")
    return Image.alpha_composite(white, colors).convert("RGB")


def flattened(picture: Image.Image) -> Image.Image:
    """The picture in L, RGB or CMYK; strip by strip, so that no third copy is ever whole."""
    if picture.mode in ("L", "RGB", "CMYK") and "transparency" not in picture.info:
        return picture
    result = Image.new("RGB", picture.size)
    for top in range(0, picture.height, STRIP):
        rows = (0, top, picture.width, min(top + STRIP, picture.height))
        result.paste(flat(picture.crop(rows)), rows)
    return result


def in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB; a profile that is broken or of another color space is ignored."""
    if profile and len(profile) <= MAX_PROFILE:
        with contextlib.suppress(Exception):
            transform = ImageCms.buildTransform(
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                picture.mode,
                "RGB",
            )
            converted = ImageCms.applyTransform(picture, transform)
            if converted is not None:
                return converted
    return picture.convert("RGB")


def orientation_of(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ORIENTATION, 1))
    except Exception:  # damaged metadata is no reason to refuse a picture
        return 1


def cleaned(file: BinaryIO, max_pixels: int, max_side: int) -> tuple[Image.Image, bool]:
    """(the picture as a person would see it, whether it came without loss)."""
    picture = opened(file, max_pixels, max_side)
    lossless = picture.format in ("PNG", "GIF")
    orientation, profile = orientation_of(picture), picture.info.get("icc_profile")
    picture = flattened(picture)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    picture = in_srgb(picture, profile if isinstance(profile, bytes) else None)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    picture.info = {}  # or save() would write comments and profiles back
    return picture, lossless


def decode(file: BinaryIO, target: str, max_pixels: int, max_side: int) -> dict[str, object]:
    """Write the cleaned picture to `target`; what it is, or why it was refused."""
    try:
        picture, lossless = cleaned(file, max_pixels, max_side)
        # A drawing stays exact. A photo would be 4 MB as PNG, for each phone in the room; at
        # quality 95 it is a tenth, and the network reads the same file as the browser.
        if lossless:
            picture.save(target, "PNG", compress_level=4)
        else:
            picture.save(target, "JPEG", quality=95, subsampling=0)
    except Refused as refusal:
        return {"refused": str(refusal)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"refused": "pixels"}
    except MemoryError:
        return {"refused": "heavy"}
    except Exception:  # Pillow raises OSError, ValueError, SyntaxError, struct.error and others
        return {"refused": "damaged"}
    media_type = "image/png" if lossless else "image/jpeg"
    return {"width": picture.width, "height": picture.height, "media_type": media_type}


if __name__ == "__main__":
    pixels, side = int(sys.argv[2]), int(sys.argv[3])
    set_limits(pixels)
    answer = decode(sys.stdin.buffer, sys.argv[1], pixels, side)
    print(json.dumps(answer))
