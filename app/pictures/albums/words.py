"""What an album is made of and what was left out of it, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.errors import AlbumRefused, AlbumTooLarge, DomainError
from app.i18n import N_, LazyText, Told
from app.pictures.albums.album import Album
from app.pictures.albums.classes import Classes, Rule, shown
from app.pictures.decoding.album_limits import (
    FEWEST_FRAMES,
    LEAST_SIDE,
    MAX_CLASSES,
    MAX_MEMBER,
    MAX_PATH,
    MAX_PICTURES,
)
from app.pictures.decoding.limits import MEBIBYTE, MOST_JPEG_PIXELS
from app.pictures.decoding.signatures import ARCHIVES
from app.pictures.words import wrong_format

# Why a file was left out, by the decoder's word; what stands behind its ":" is {which}.
LEFT_OUT: dict[str, LazyText] = {
    "format": N_("{which} pictures, which cannot be read here"),
    "pixels": N_("more than {millions} million pixels (JPEG: {jpeg} million)"),
    "progressive": N_("progressive JPEGs that are too large to be opened as a whole"),
    "precision": N_("JPEGs of more than 8 bits per channel"),
    "damaged": N_("damaged"),
    "named": N_("named as pictures, but not beginning as one"),
    "pointer": N_(
        "pointers of Git LFS in place of pictures (the command git lfs pull fetches them)"
    ),
    "empty": N_("empty files"),
    "compression": N_("packed by the method {which}, which cannot be unpacked here"),
    "locked": N_("locked with a password"),
    "bytes": N_("larger than {megabytes} MB"),
    "archive": N_("{which} archives inside, which are not opened"),
    "memory": N_("too much memory to open"),
    "long": N_("names of more than {letters} letters"),
    "beside": N_("beside the folders of the classes"),
    "alike": N_("frames that equal the one before"),
    "between": N_("frames between those taken, which lie at even distances"),
}
TOO_LARGE: dict[str, LazyText] = {
    "many": N_("These are too many files: an album holds at most {pictures} pictures."),
    "bomb": N_("Unpacked, this zip would be far larger than pictures are. It was not opened."),
    "time": N_("Opening these pictures takes too much processor time. Choose fewer."),
    "memory": N_("Opening these pictures takes too much memory. Choose smaller ones."),
}
SHOWN_FOLDERS = 6  # of those in which classes lie
RAW = N_("camera raw")
REASON = N_("{reason} ({count})")
ARCHIVE = N_(
    "This is a {format} archive. Only zip archives are opened here: unpack it, and choose its "
    "pictures or pack them as a zip."
)
WHOLE_ZIP = {  # why a zip is not opened at all
    "names": N_("The names of the files in this zip point out of it. It was not opened."),
    "encoding": N_(
        "This zip says that the names in it are UTF-8, but they are not. Pack the pictures again."
    ),
    "damaged": N_("This zip is damaged and cannot be read."),
}
WHOLE_CLIP = {  # why a clip is not taken
    "still": N_("This is one frame only. Choose an animated GIF, WebP or PNG, or a video."),
    "alike": N_(
        "A clip needs at least {least} different frames; {different} were found in this one."
    ),
    "small": N_("The frames of this clip have fewer than {side} pixels a side."),
    "format": N_(
        "This is no clip that the server can read. Choose an animated GIF, WebP or PNG; a video is "
        "opened by the browser, on the page."
    ),
    "empty": N_("This file is empty."),
    "damaged": N_("This clip is damaged and cannot be read."),
}
LARGE_CLIP = {
    "pixels": N_(
        "All frames of this clip together have more than {millions} million pixels, which is the "
        "most that is read. Save it smaller or shorter."
    ),
    "time": N_("Opening this clip takes too much processor time. Choose a shorter one."),
    "memory": N_("Opening this clip takes too much memory. Choose a smaller one."),
}
EMPTY = N_("There is no picture in it that can be read.")
NOTHING = N_("There is no picture in it that can be read. Left out: {reasons}.")
ONE_PICTURE = N_("One small picture has no negatives: choose at least two.")


def album_refusal(facts: Mapping[str, Any], max_pixels: int) -> DomainError:
    """The error for what `album_decoder.py` tells of uploads that it refuses as a whole."""
    reason = facts["refused"]
    if reason in TOO_LARGE:
        return AlbumTooLarge(TOO_LARGE[reason], "file", pictures=f"{MAX_PICTURES:,}")
    return AlbumRefused(WHOLE_ZIP.get(reason, WHOLE_ZIP["damaged"]), "file")


def clip_refusal(facts: Mapping[str, Any], max_pixels: int) -> DomainError:
    """The error for what `clip_decoder.py` tells of a clip that it refuses."""
    reason = facts["refused"]
    if reason in LARGE_CLIP:
        return AlbumTooLarge(LARGE_CLIP[reason], "file", millions=f"{max_pixels / 1e6:.3g}")
    message = WHOLE_CLIP.get(reason, WHOLE_CLIP["damaged"])
    found = facts.get("different", 0)
    return AlbumRefused(message, "file", different=found, least=FEWEST_FRAMES, side=LEAST_SIDE)


def nothing_readable(
    reasons: Mapping[str, int], alone: str | None, taken: Sequence[str], max_pixels: int
) -> AlbumRefused:
    """The error for uploads of which none can be read; `alone` is what the only one is."""
    if alone in ARCHIVES:
        return AlbumRefused(ARCHIVE, "file", format=alone)
    if alone is not None and alone not in taken:
        told = wrong_format(alone, taken)
        return AlbumRefused(told.message, "file", **told.values)
    if not reasons:
        return AlbumRefused(EMPTY, "file")
    return AlbumRefused(NOTHING, "file", reasons=reason_words(reasons, max_pixels))


def one_picture() -> AlbumRefused:
    return AlbumRefused(ONE_PICTURE, "file")


def too_many_classes(found: int) -> AlbumTooLarge:
    message = N_("These pictures lie in {found} folders: at most {classes} can be classes.")
    return AlbumTooLarge(message, "file", found=found, classes=MAX_CLASSES)


def reason_words(reasons: Mapping[str, int], max_pixels: int) -> tuple[Told, ...]:
    """Each reason with its number, the most frequent first."""
    return tuple(
        Told(REASON, {"reason": reason_word(word, max_pixels), "count": count})
        for word, count in sorted(reasons.items(), key=lambda row: -row[1])
    )


def reason_word(word: str, max_pixels: int) -> Told:
    reason, _, which = word.partition(":")
    values = {
        "which": Told(RAW) if which == "raw" else which,
        "millions": f"{max_pixels / 1e6:.3g}",
        "jpeg": f"{MOST_JPEG_PIXELS / 1e6:.3g}",
        "megabytes": MAX_MEMBER // MEBIBYTE,
        "letters": f"{MAX_PATH:,}",
    }
    return Told(LEFT_OUT[reason], values)


RULES: dict[Rule, LazyText] = {
    "auto": N_("Each class is a folder, of the first level that has several."),
    "first": N_("Each class is a folder of the first level."),
    "last": N_("Each class is the folder that a picture lies in."),
    "name": N_("Each class is the start of the file names, up to the first point or number."),
}


def notes(
    album: Album, rule: Rule, found: Classes, reasons: Mapping[str, int], max_pixels: int
) -> list[Told]:
    """What a page says of an album's classes by a rule, and of what is not in it."""
    told = []
    if found.names and album.paths_bytes and not album.patches:
        within = N_("Each class is a folder in {folder}.")
        told.append(
            Told(within, {"folder": tuple(map(shown, found.within[:SHOWN_FOLDERS]))})
            if rule == "auto" and found.within
            else Told(RULES[rule])
        )
    if reasons:
        told.append(
            Told(N_("Left out: {reasons}."), {"reasons": reason_words(reasons, max_pixels)})
        )
    if album.others:
        told.append(
            Told(N_("Other files, which are no pictures: {count}."), {"count": album.others})
        )
    if album.incomplete:
        message = N_("JPEGs that break off, taken as far as they go: {count}.")
        told.append(Told(message, {"count": album.incomplete}))
    if album.guessed:
        message = N_(
            "The zip does not tell the encoding of its names; they were read as {encoding}."
        )
        told.append(Told(message, {"encoding": album.guessed}))
    return told
