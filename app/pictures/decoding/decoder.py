"""How one uploaded picture is opened, in a process of its own (`server.py`).

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
from typing import IO, Any, BinaryIO, NamedTuple, TypeVar, cast

from PIL import Image, ImageCms, features

try:
    import resource
except ImportError:  # Windows: the clock of `pool.py` remains
    resource = None  # type: ignore[assignment]

from app.pictures.decoding import jpeg_header, limits, signatures
from app.pictures.disk_errors import lack_of

Result = TypeVar("Result")
OUTPUT = 32 * limits.MEBIBYTE  # bytes of a file, beyond four for each pixel of the largest square
STRIP = 128  # rows that are flattened at a time
MAX_PROFILE = 4 * limits.MEBIBYTE
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
# What Pillow calls the formats that are taken.
TAKEN = {"PNG": "PNG", "JPEG": "JPEG", "GIF": "GIF", "WebP": "WEBP"}
GRAY = range(127, 130)  # what libjpeg fills in where there are no data


def take_more_formats() -> None:
    """AVIF, where this Pillow has it, and HEIC, where `vitrine[heic]` is installed: for the program
    that decodes, not for whoever imports this. By one thread, since each reserves address space.
    """
    if features.check("avif"):
        from PIL import AvifImagePlugin

        AvifImagePlugin.DEFAULT_MAX_THREADS = 1
        TAKEN["AVIF"] = "AVIF"
    with contextlib.suppress(ImportError):
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
        TAKEN["HEIC"] = "HEIF"


class Refused(Exception):
    """The picture is not taken; `reason` is one word: format, empty, damaged, pixels, progressive,
    precision, memory, or what the server lacks: full, folder. `facts` go with it.
    """

    def __init__(self, reason: str, **facts: Any) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts

    @property
    def told(self) -> dict[str, object]:
        return {"refused": self.reason, **self.facts}


class Cleaned(NamedTuple):
    """A picture as a person would see it."""

    picture: Image.Image
    lossless: bool  # whether it came without loss
    incomplete: bool  # a JPEG that breaks off


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


def recognized(file: BinaryIO) -> str:
    """What the file is, one of `TAKEN`. Raises `Refused` for anything else."""
    head = file.read(signatures.HEAD)
    kind = signatures.kind_of(head)
    if kind not in TAKEN:
        raise Refused("format", found=kind, taken=list(TAKEN)) if head else Refused("empty")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    return kind


def begun(file: BinaryIO, kind: str, max_pixels: int) -> Image.Image:
    """A picture, or a clip, of which nothing is decoded yet. Raises `Refused`."""
    file.seek(0)
    Image.MAX_IMAGE_PIXELS = max_pixels
    picture: Image.Image = Image.open(file, formats=[TAKEN[kind]])
    if picture.width * picture.height > max_pixels:
        raise Refused("pixels")
    return picture


def opened(file: BinaryIO, max_pixels: int, max_side: int) -> tuple[Image.Image, bool]:
    """The picture's first frame, decoded, in whatever mode it is stored; whether it breaks off.
    Raises `Refused`, and whatever Pillow raises over a damaged one.
    """
    kind = recognized(file)
    if kind == "JPEG":
        return opened_jpeg(file, max_pixels, max_side)
    picture = begun(file, kind, max_pixels)
    release_canvases(picture)
    picture.load()
    return picture, False


def opened_jpeg(file: BinaryIO, max_pixels: int, max_side: int) -> tuple[Image.Image, bool]:
    """A JPEG at a half, quarter or eighth of its sides where that is enough: only what is decoded
    counts.
    """
    header = jpeg_header.header_of(file)
    if header is None:
        raise Refused("damaged")
    if header.precision in (12, 16):
        raise Refused("precision", bits=header.precision)
    pixels = header.width * header.height
    if header.in_scans and header.coefficient_bytes > limits.COEFFICIENT_SPACE:
        most = pixels * limits.COEFFICIENT_SPACE // header.coefficient_bytes
        raise Refused("progressive", pixels=pixels, most=most)
    Image.MAX_IMAGE_PIXELS = limits.MOST_JPEG_PIXELS
    completed = jpeg_header.Completed(file)
    completed.seek(0)
    picture: Image.Image = Image.open(cast(IO[bytes], completed), formats=["JPEG"])
    if picture.width * picture.height > limits.MOST_JPEG_PIXELS:
        raise Refused("pixels", most=limits.MOST_JPEG_PIXELS)
    if not header.lossless:  # which is decoded whole
        picture.draft(picture.mode, reduced(picture.size, max_side))
    if picture.width * picture.height > max_pixels:
        raise Refused("pixels")
    completed.ended = False  # what came before was the header
    picture.load()
    incomplete = completed.ended or file.seek(0, os.SEEK_END) < header.data + header.least_bytes
    if incomplete and nothing_in(picture):
        raise Refused("damaged")
    return picture, incomplete


def reduced(size: tuple[int, int], max_side: int) -> tuple[int, int]:
    """The size in pixels whose longer side is at most `max_side`."""
    share = min(1, max_side / max(size))
    return max(1, int(size[0] * share)), max(1, int(size[1] * share))


def nothing_in(picture: Image.Image) -> bool:
    """Whether hardly any of it is there: a hundredth at most is not the gray of missing data."""
    counts = picture.getchannel(0).histogram()
    return sum(counts[GRAY.start : GRAY.stop]) > 0.99 * sum(counts)


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


def as_seen(picture: Image.Image, max_side: int) -> Image.Image:
    """A decoded picture upright, in sRGB, at most `max_side` long, without metadata."""
    orientation, profile = orientation_of(picture), picture.info.get("icc_profile")
    picture = flattened(picture)
    picture.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
    picture = in_srgb(picture, profile if isinstance(profile, bytes) else None)
    if orientation in TURNS:
        picture = picture.transpose(TURNS[orientation])
    picture.info = {}  # or save() would write comments and profiles back
    return picture


def cleaned(file: BinaryIO, max_pixels: int, max_side: int) -> Cleaned:
    """The picture as a person would see it, `as_seen`."""
    picture, incomplete = opened(file, max_pixels, max_side)
    return Cleaned(as_seen(picture, max_side), picture.format in ("PNG", "GIF"), incomplete)


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


def refusal_of(error: Exception) -> Refused:
    """Why a picture is not taken, from what Pillow raised over it."""
    if isinstance(error, Refused):
        return error
    if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
        jpeg = Image.MAX_IMAGE_PIXELS == limits.MOST_JPEG_PIXELS
        return Refused("pixels", most=limits.MOST_JPEG_PIXELS) if jpeg else Refused("pixels")
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return Refused("memory")
    return Refused("damaged")  # Pillow raises OSError, ValueError, SyntaxError and others


def judged(attempt: Callable[[], Result]) -> Result:
    """What `attempt` returns. Raises `Refused` with the true reason where it fails."""
    try:
        return attempt()
    except Exception as error:
        refusal = refusal_of(error)
    if refusal.reason == "damaged" and memory_was_short():
        refusal = tried_again(attempt)
    raise refusal


def tried(attempt: Callable[[], dict[str, object]]) -> dict[str, object]:
    """What `attempt` tells of a picture, or {"refused": why}."""
    try:
        return judged(attempt)
    except Refused as refusal:
        return refusal.told


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


def tried_again(attempt: Callable[[], object]) -> Refused:
    """Tell a damaged picture from one for which memory was short: WebP's and progressive JPEG's
    decoders say the same of both. With enough memory, the damaged one fails again.
    """
    limit, enough = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (enough, enough))
    try:
        attempt()
    except Exception as error:
        return refusal_of(error)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (limit, enough))
    return Refused("memory")


def decode(source: str, target: str, max_pixels: int, max_side: int) -> dict[str, object]:
    """Write the cleaned picture into `target`, which is there; what it is, or why it was refused.

    `digest` tells the cleaned file's content: the same for the same picture.
    """

    def attempt() -> dict[str, object]:
        with opened_upload(Path(source)) as file:
            picture, lossless, incomplete = cleaned(file, max_pixels, max_side)
        data = encoded(picture, lossless)
        store(target, data)
        return {
            "width": picture.width,
            "height": picture.height,
            "media_type": "image/png" if lossless else "image/jpeg",
            "size": len(data),
            "digest": hashlib.blake2b(data, digest_size=16).hexdigest(),
            "incomplete": incomplete,
        }

    return tried(attempt)
