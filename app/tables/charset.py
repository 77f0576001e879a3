"""Text out of a file's bytes: which encoding was it written in?"""

import codecs
import re
from dataclasses import dataclass

from app.errors import InvalidInput
from app.i18n import N_, LazyText

# What a visitor may choose where the bytes fit several. The names are WHATWG's, as browsers know
# them; the codecs are Python's.
CODECS = {
    "utf-8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "windows-1252": "cp1252",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16le"),
    (codecs.BOM_UTF16_BE, "utf-16be"),
)
# What people open in place of a table.
OTHER_FILES: tuple[tuple[bytes, LazyText], ...] = (
    (b"PK\x03\x04", N_("This is an Excel workbook or a zip. Save the sheet as CSV and open that.")),
    (b"\xd0\xcf\x11\xe0", N_("This is an Excel workbook. Save the sheet as CSV and open that.")),
    (b"%PDF", N_("This is a PDF. Copy the table out of it and paste it here.")),
    (b"\x1f\x8b", N_("This file is packed with gzip. Unpack it and open what is inside.")),
)
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
COMMON = 0.7  # the share of everyday characters that makes Chinese plausible
# The first 3,755 characters of GB 2312, in everyday use: their first byte. The rest are rare.
EVERYDAY = range(0xB0, 0xD8)


@dataclass(frozen=True)
class Decoded:
    """`sure` where the bytes say themselves what they are; else `others` fit them, too."""

    text: str
    encoding: str
    sure: bool
    others: list[str]


def decoded(data: bytes, encoding: str | None = None) -> Decoded:
    """The text in a file's bytes, in the encoding that somebody chose, or else by its mark, strict
    UTF-8, or a guess. No character is ever replaced. Raises `InvalidInput`.
    """
    for start, message in OTHER_FILES:
        if data.startswith(start):
            raise InvalidInput(message, "file")
    for mark, marked in MARKS:
        if data.startswith(mark) and encoding in (None, marked):
            return chosen(data[len(mark) :], marked, sure=True)
    told = encoding or by_zeros(data)
    if told:
        return chosen(data, told, sure=encoding is None)
    fitting = [name for name in CODECS if not name.startswith("utf-16") and fits(data, name)]
    if "utf-8" in fitting:  # bytes that are not text in it hardly ever look like it
        return Decoded(data.decode(), "utf-8", True, [])
    if not fitting:
        raise InvalidInput(N_("This file is not text, or in an unknown encoding."), "file")
    name = guess(data, fitting)
    return Decoded(data.decode(CODECS[name]), name, False, [n for n in fitting if n != name])


def chosen(data: bytes, name: str, sure: bool) -> Decoded:
    if not fits(data, name):
        message = N_("This file is not text in the encoding {encoding}.")
        raise InvalidInput(message, "encoding", encoding=name)
    others = [o for o in CODECS if o != name and not sure and fits(data, o)]
    return Decoded(data.decode(CODECS[name]), name, sure, others)


def fits(data: bytes, name: str) -> bool:
    """Whether the bytes are text in an encoding, and no control characters but those of lines."""
    try:
        text = data.decode(CODECS[name])
    except UnicodeDecodeError:
        return False
    return not CONTROLS.search(text)


def by_zeros(data: bytes) -> str | None:
    """UTF-16 without a mark: Latin letters and digits have a zero as every other byte."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if max(even, odd) < len(data) / 8:
        return None
    return "utf-16le" if odd > even else "utf-16be"


def guess(data: bytes, fitting: list[str]) -> str:
    """The likeliest of the encodings that the bytes fit. A library that compares with languages
    decides, but for Chinese: tables hold a few words, and of those it makes Korean or Baltic.
    """
    if "gb18030" in fitting and everyday_chinese(data):
        return "gb18030"
    from charset_normalizer import from_bytes

    # In a few words it cannot tell Western from Central European letters. The first are likelier,
    # and no two letters are one in either.
    likely = [name for name in fitting if name != "windows-1250" or "windows-1252" not in fitting]
    best = from_bytes(data, cp_isolation=[CODECS[name] for name in likely]).best()
    names = {codecs.lookup(CODECS[name]).name: name for name in likely}
    found = best and names.get(codecs.lookup(best.encoding).name)
    return found or ("windows-1252" if "windows-1252" in fitting else fitting[0])


def everyday_chinese(data: bytes) -> bool:
    """Whether all that is not ASCII are pairs of GB 2312, most of them everyday characters: letters
    with accents stand alone, and Cyrillic letters make rare characters.
    """
    try:
        text = data.decode("gb2312")
    except UnicodeDecodeError:
        return False
    firsts = [c.encode("gb2312")[0] for c in text if ord(c) > 127]
    hanzi = [first for first in firsts if first >= EVERYDAY.start]
    return bool(hanzi) and sum(f in EVERYDAY for f in hanzi) >= COMMON * len(hanzi)
