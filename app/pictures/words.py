"""Why a picture is not taken, in words: what the decoder tells of it, for whoever sent it."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import ImageDamaged, ImageError, ImageFormat, ImageTooLarge
from app.i18n import N_, LazyText
from app.pictures.decoding.signatures import ARCHIVES, PICTURES

CONVERT = {  # what to do with a picture of a format that is not taken
    "HEIC": N_(
        "This is a HEIC picture, which this server cannot read. On an iPhone, choose Settings → "
        "Camera → Formats → Most Compatible for new photos; or save this one as JPEG and upload "
        "that."
    ),
    "raw": N_(
        "This is a camera’s raw picture, which this server cannot read. Save it as JPEG and upload "
        "that."
    ),
    "Git LFS": N_(
        "This is a pointer of Git LFS, not the picture itself. Fetch the picture by the command "
        "git lfs pull, and upload that."
    ),
    "PDF": N_("This is a PDF document, not a picture. Save the page as PNG and upload that."),
    "PostScript": N_("This is a PostScript document. Save it as PNG and upload that."),
    "SVG": N_("This is an SVG drawing, which this server cannot read. Save it as PNG."),
    "video": N_("This is a video, not a picture. Save one frame of it as JPEG and upload that."),
}
OTHER_PICTURE = N_(
    "This is a picture in the format {format}, which this server cannot read. It reads {taken}: "
    "save the picture in one of these formats."
)
ARCHIVE = N_("This is a {format} archive, not a picture. Unpack it and upload one of its pictures.")
UNKNOWN = N_("This file is not a picture that this server can read. It reads {taken}.")
TOO_LARGE = {
    "pixels": N_(
        "This picture has too many pixels: at most {millions} million can be read. Save it smaller."
    ),
    "progressive": N_(
        "This is a progressive JPEG of {millions_here} million pixels. A progressive one is opened "
        "as a whole, so that at most {millions} million of this kind can be read. Save it as a "
        "baseline JPEG (not “progressive”), or smaller."
    ),
    "time": N_(
        "Opening this picture takes too much processor time. "
        "Save it again as JPEG or PNG, or choose another one."
    ),
    "memory": N_(
        "Opening this picture takes too much memory. "
        "Save it again as JPEG or PNG, or choose another one."
    ),
}
PRECISION = N_(
    "This is a JPEG of {bits} bits per channel; only those of 8 bits can be read here. Save it "
    "with 8 bits per channel, or as PNG."
)
DAMAGED = N_("This picture is damaged and cannot be read.")
EMPTY = N_("This file is empty.")


def picture_refusal(facts: Mapping[str, Any], max_pixels: int) -> ImageError:
    """The error for what `decoder.py` tells of a picture that it refuses."""
    reason = facts["refused"]
    if reason == "format":
        return wrong_format(facts["found"], facts["taken"])
    if reason == "precision":
        return ImageFormat(PRECISION, "file", bits=facts["bits"])
    if reason in TOO_LARGE:
        millions = facts.get("most", max_pixels) / 1e6
        here = facts.get("pixels", 0) / 1e6
        return ImageTooLarge(
            TOO_LARGE[reason], "file", millions=f"{millions:.3g}", millions_here=f"{here:.3g}"
        )
    return ImageDamaged(EMPTY if reason == "empty" else DAMAGED, "file")


def wrong_format(found: str, taken: Sequence[str]) -> ImageFormat:
    """The error for a file of another kind: what it is, and what is taken."""
    message: LazyText = CONVERT.get(found, UNKNOWN)
    if found in ARCHIVES:
        message = ARCHIVE
    elif found in PICTURES and found not in CONVERT:
        message = OTHER_PICTURE
    return ImageFormat(message, "file", format=found, taken=tuple(taken))
