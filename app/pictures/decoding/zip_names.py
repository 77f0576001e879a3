"""The names of a zip's members, in whatever encoding its program wrote them.

A zip says so where a name is UTF-8, by a flag or by a second name in Info-ZIP's Unicode path field
(0x7075). Else it is what the writer's Windows used: for all names of an archive the same.
"""

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

UTF8_FLAG = 0x800
UNICODE_PATH = 0x7075
# The ANSI code pages of Chinese and Japanese Windows, by the names that people know; and MS-DOS's.
GUESSES = {"gb18030": "GB18030", "big5hkscs": "Big5", "cp932": "Shift-JIS", "cp437": "CP437"}
MS_DOS = "cp437"  # what `zipfile` takes for the encoding; it gives every byte back
SAMPLE = 20_000  # bytes of names that are looked at


class Names(NamedTuple):
    """A path for each member, with "/" between folders; and the encoding, where it was guessed."""

    paths: list[str]
    guessed: str


def names_of(infos: Sequence[zipfile.ZipInfo]) -> Names:
    """The paths of these members."""
    told = [told_name(info) for info in infos]
    raw = [
        info.orig_filename.encode(MS_DOS)
        for info, name in zip(infos, told, strict=True)
        if not name
    ]
    encoding, guessed = encoding_of(raw)
    rest = iter(raw)
    names = [name if name else next(rest).decode(encoding) for name in told]
    return Names([path_of(name) for name in names], guessed)


def told_name(info: zipfile.ZipInfo) -> str:
    """A name whose encoding the zip tells, or that needs none; "" for any other."""
    if info.flag_bits & UTF8_FLAG or info.orig_filename.isascii():
        return info.orig_filename
    return unicode_path(info)


def unicode_path(info: zipfile.ZipInfo) -> str:
    """The name in the Unicode path field, if there is one and it belongs to this name."""
    extra, crc = info.extra, zlib.crc32(info.orig_filename.encode(MS_DOS))
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == UNICODE_PATH and len(field) > 5 and field[0] == 1:
            (own_crc,) = struct.unpack_from("<I", field, 1)
            known = own_crc == crc and decodes(field[5:], "utf-8")
            return field[5:].decode() if known else ""
    return ""


def encoding_of(names: Sequence[bytes]) -> tuple[str, str]:
    """The encoding of names that do not tell theirs, and its name where it is a guess."""
    if all_decode(names, "utf-8"):
        return "utf-8", ""
    encoding = guess(names)
    return encoding, GUESSES[encoding]


def guess(names: Sequence[bytes]) -> str:
    """One of `GUESSES` that all the names can be in: of those that make the most of them common
    characters, the likeliest by chardet. Measured on draws from 30 to 50 words in each encoding:
    right for 86 to 100 % of single words, and for all draws of five.
    """
    parts = dict.fromkeys(part for name in names for part in name.split(b"/") if not part.isascii())
    sample = b"\n".join(parts)[:SAMPLE]
    shares = {code: common_share(sample, code) for code in GUESSES if all_decode(names, code)}
    possible = [code for code, share in shares.items() if share == max(shares.values())]
    if len(possible) == 1:
        return possible[0]
    import chardet  # 50 ms: here, where it is needed

    found = chardet.detect(
        sample, include_encodings=possible, no_match_encoding=possible[0], compat_names=False
    )["encoding"]
    return found if found in possible else possible[0]


def common_share(sample: bytes, code: str) -> float:
    """The share of a sample's characters beyond ASCII that are common ones of an encoding."""
    characters = [c for c in sample.decode(code, "ignore") if not c.isascii()]
    common = COMMON[code]
    return sum(common(c.encode(code)) for c in characters) / max(len(characters), 1)


# Of MS-DOS's characters, letters: boxes and formulas are no names. Of the others the characters of
# daily use: the first level of GB 2312, of Big5, and of JIS X 0208 with kana.
COMMON: dict[str, Callable[[bytes], bool]] = {
    "gb18030": lambda c: len(c) == 2 and 0xB0 <= c[0] <= 0xD7 and c[1] >= 0xA1,
    "big5hkscs": lambda c: 0xA4 <= c[0] <= 0xC6,
    "cp932": lambda c: len(c) == 2 and (c[0] in (0x82, 0x83) or 0x88 <= c[0] <= 0x97),
    "cp437": lambda c: c.decode(MS_DOS).isalpha() and c.decode(MS_DOS) < "\u0250",
}


def all_decode(names: Sequence[bytes], encoding: str) -> bool:
    return all(decodes(name, encoding) for name in names)


def decodes(name: bytes, encoding: str) -> bool:
    try:
        name.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def path_of(name: str) -> str:
    """A name with "/" between folders, composed characters, and nothing behind a null character.
    A folder's own name ends with "/".
    """
    path = unicodedata.normalize("NFC", name.partition("\0")[0]).replace("\\", "/")
    return path.removeprefix("./")
