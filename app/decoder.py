"""How one uploaded picture is opened, in a process of its own (`decoder_server.py`).

Why a process: decoders are C code that has been broken before, and at 20 million pixels Pillow's
WebP decoder alone takes 320 MB (two canvases, a copy, the picture). Here a crash, an endless
loop or a bomb costs this process, which has limits; the server stays as it was. The process it is
forked from holds nothing but Pillow: never import the rest of `app`, torch or numpy here.
"""

import contextlib
import hashlib
import io
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms

try:
    import resource
except ImportError:  # Windows: the clock of `decoders.py` remains
    resource = None  # type: ignore[assignment]

if __package__:
    from app.disk_errors import lack_of
else:  # in the program, which is no part of `app`
    from disk_errors import lack_of  # type: ignore[import-not-found, no-redef]

MEBIBYTE = 2**20
# Address space: 389 MiB with the default 20 million pixels; every kind of picture fits in 300.
OWN_SPACE = 160 * MEBIBYTE
BYTES_PER_PIXEL = 12
ENOUGH = 2 * BYTES_PER_PIXEL  # bytes of a pixel: WebP's decoder takes 16, beside the picture
# Of processor time, which a busy machine does not use up: the slowest honest picture takes 1 s.
SECONDS = 10
OUTPUT = 32 * MEBIBYTE  # bytes of a file, beyond four for each pixel of the largest square
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
    """The picture is not taken; the message is one word: format, damaged, pixels, memory, or what
    the server lacks: full, folder.
    """


def space_for(max_pixels: int) -> int:
    """The address space in bytes that every picture of so many pixels can be opened in."""
    return OWN_SPACE + BYTES_PER_PIXEL * max_pixels


def set_limits(space: int, enough: int, seconds: int, output: int) -> None:
    """Allow this process so many bytes of address space, seconds of processor time and bytes of a
    file: less than it could do harm with. With `enough` bytes every sound picture can be opened.
    """
    if resource is None:
        return
    for kind, soft, hard in (
        (resource.RLIMIT_AS, space, max(space, enough)),  # the second for `tried_again`
        # SIGXCPU at the first, which tells what it was; SIGKILL at the second.
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_FSIZE, output, output),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit on address space
            allowed = resource.getrlimit(kind)[1]
            if allowed != resource.RLIM_INFINITY:  # whoever started the server has set one
                soft, hard = min(soft, allowed), min(hard, allowed)
            resource.setrlimit(kind, (soft, hard))


@contextlib.contextmanager
def storing() -> Iterator[None]:
    """Tell what the disk lacks as such. Raises `Refused`: full, folder."""
    try:
        yield
    except OSError as error:
        raise Refused(lack_of(error)) from None


def opened_upload(path: Path) -> BinaryIO:
    """Raises `Refused` where the server's folder was removed meanwhile."""
    with storing():
        return path.open("rb")


def store(target: str, data: bytes | bytearray) -> None:
    """Write into a file that the server has made. One that the server has taken away again, because
    nobody waits for it any more, is not made anew: nothing is left over. Raises `Refused`.
    """
    with storing():
        file = os.open(target, os.O_WRONLY | os.O_TRUNC | getattr(os, "O_BINARY", 0))
        with os.fdopen(file, "wb") as opened:
            opened.write(data)


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


def encoded(picture: Image.Image, lossless: bool) -> bytes:
    """The picture as a file. A drawing stays exact. A photo would be 4 MB as PNG, for each phone in
    the room; at quality 95 it is a tenth, and the network reads the same file as the browser.
    """
    buffer = io.BytesIO()
    if lossless:
        picture.save(buffer, "PNG", compress_level=4)
    else:
        picture.save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


def reason_for(error: Exception) -> str:
    """Say in one word why a picture is not taken, from what Pillow raised over it."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        return "pixels"
    if isinstance(error, MemoryError) or "out of memory" in str(error):
        return "memory"
    return "damaged"  # Pillow raises OSError, ValueError, SyntaxError, struct.error and others


def tried(attempt: Callable[[], dict[str, object]]) -> dict[str, object]:
    """What `attempt` tells of a picture, or {"refused": why}."""
    try:
        return attempt()
    except Exception as error:
        reason = reason_for(error)
    if reason == "damaged" and memory_was_short():
        return tried_again(attempt)
    return {"refused": reason}


def memory_was_short() -> bool:
    """Whether this process may have reached its limit: it has asked for more than half of it."""
    if resource is None:
        return False
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    status = Path("/proc/self/status")
    if limit == resource.RLIM_INFINITY or not status.exists():
        return False
    peak = int(status.read_text().split("VmPeak:")[1].split()[0]) * 1024
    return peak > limit / 2


def tried_again(attempt: Callable[[], dict[str, object]]) -> dict[str, object]:
    """Tell a damaged picture from one for which memory was short: WebP's and progressive JPEG's
    decoders say the same of both. With enough memory, the damaged one fails again.
    """
    resource.setrlimit(resource.RLIMIT_AS, (resource.getrlimit(resource.RLIMIT_AS)[1],) * 2)
    try:
        attempt()
    except Exception as error:
        return {"refused": reason_for(error)}
    return {"refused": "memory"}


def decode(source: str, target: str, max_pixels: int, max_side: int) -> dict[str, object]:
    """Write the cleaned picture into `target`, which is there; what it is, or why it was refused.

    `digest` tells the cleaned file's content: the same for the same picture.
    """

    def attempt() -> dict[str, object]:
        with opened_upload(Path(source)) as file:
            picture, lossless = cleaned(file, max_pixels, max_side)
        data = encoded(picture, lossless)
        store(target, data)
        return {
            "width": picture.width,
            "height": picture.height,
            "media_type": "image/png" if lossless else "image/jpeg",
            "size": len(data),
            "digest": hashlib.blake2b(data, digest_size=16).hexdigest(),
        }

    return tried(attempt)
