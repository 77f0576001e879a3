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
    "utf-32le": "utf-32-le",
    "utf-32be": "utf-32-be",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "windows-1252": "cp1252",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "iso-8859-2": "iso8859_2",
    "koi8-r": "koi8_r",
    "macintosh": "mac_roman",
    "ibm850": "cp850",
}
# Rare ones that fit nearly any bytes: for visitors to choose, never the guess.
CHOSEN_ONLY = {"euc-jp", "iso-8859-2", "koi8-r", "macintosh", "ibm850"}
MARKS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32le"),
    (codecs.BOM_UTF32_BE, "utf-32be"),
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
WORDS = re.compile(rb"[^,;\t|\"'\s]+")
CYRILLIC = re.compile(rb"[\xb8\xa8\xc0-\xff]{2}")
# Western words have a letter of their own between others; units have a sign that stands alone.
WITHIN = re.compile("[a-z][ß-öø-ÿ]{1,2}[a-z]")
SIGNS = "°µ²³±·€£§"
SAMPLE = 20_000  # bytes of words that are looked at
FAULT = "\ufffd"  # what stands for bytes that are not UTF-8
PER_FAULT = 5  # so many sound characters beyond ASCII for each: other encodings never have them


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
    if encoding:
        return chosen(data, encoding, sure=False)
    if (told := by_zeros(data)) and fits(data, told):
        return chosen(data, told, sure=True)
    data = without_half(data)
    fitting = [n for n in CODECS if not n.startswith(("utf-16", "utf-32")) and fits(data, n)]
    if "utf-8" in fitting:  # bytes that are not text in it hardly ever look like it
        return Decoded(data.decode(), "utf-8", True, [])
    nearly_utf_8(data)
    if not fitting:
        raise InvalidInput(N_("This file is not text, or in an unknown encoding."), "file")
    name = guess(data, fitting)
    return Decoded(data.decode(CODECS[name]), name, False, [n for n in fitting if n != name])


def without_half(data: bytes) -> bytes:
    """UTF-8 without the beginning of a character at its end, where a file was cut off."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data[: error.start]
    return data


def nearly_utf_8(data: bytes) -> None:
    """Raise `InvalidInput` for what is UTF-8 but for a few places, as where a program cut a cell at
    so many bytes: in any other encoding, all its words would be others.
    """
    text = data.decode("utf-8", "replace")
    faults, sound = text.count(FAULT), sum(not c.isascii() for c in text)
    if not faults or sound - faults < PER_FAULT * faults:
        return
    line = text[: text.index(FAULT)].count("\n") + 1
    message = N_(
        "This file is UTF-8 but for a few bytes, first in line {line}. A character may have been "
        "cut off there: mend that line, or save the file again."
    )
    raise InvalidInput(message, "file", line=line)


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
    """The likeliest of the encodings that the bytes fit, by a library that compares with languages;
    a table holds only a few words, so it may be wrong, and pages say so.
    """
    import chardet

    words = dict.fromkeys(word for word in WORDS.findall(data) if not word.isascii())
    sample = b"\n".join(words)[:SAMPLE]
    likely = {CODECS[name]: name for name in fitting if is_likely(name, sample)}
    if "windows-1252" in fitting and is_western(sample):  # or “é” and the letter behind it are Big5
        likely = {codec: name for codec, name in likely.items() if name.startswith("windows")}
    if not likely:
        return fitting[0]
    found = chardet.detect(
        sample,
        include_encodings=list(likely),
        no_match_encoding=next(iter(likely)),
        compat_names=False,
    )["encoding"]
    name = likely.get(found or "", fitting[0])
    western = "windows-1252" in fitting and alike(sample, name, "windows-1252")
    return "windows-1252" if western else name


def alike(sample: bytes, *names: str) -> bool:
    """Whether bytes are the same text in these encodings."""
    return len({sample.decode(CODECS[name], "replace") for name in names}) == 1


def is_western(sample: bytes) -> bool:
    """Whether words have letters of Windows-1252 among others as no other script has them; or
    nothing but lone signs, as of units.
    """
    text = sample.decode("cp1252", "replace")
    special = [c for c in text if not c.isascii()]
    if not all(c.isalpha() or c in SIGNS for c in special):
        return False
    lone = all(c in SIGNS for c in special) and not re.search(f"[{SIGNS}]{{2}}", text)
    return lone or WITHIN.search(text) is not None


def is_likely(name: str, sample: bytes) -> bool:
    """Whether an encoding is considered: not those that only make other letters of the same bytes.
    Cyrillic words have several in a row; the letters of Central Europe are signs in Windows-1252.
    """
    if name == "windows-1251":
        return CYRILLIC.search(sample) is not None
    if name == "windows-1250":
        western = sample.decode("cp1252", "replace")
        return any(not c.isascii() and not c.isalpha() for c in western)
    return name not in CHOSEN_ONLY
