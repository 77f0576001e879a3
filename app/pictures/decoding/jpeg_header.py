"""What a JPEG's header says of the memory that decoding it takes (ITU-T T.81, annex B)."""

import io
from typing import BinaryIO, NamedTuple

BLOCK = 64  # coefficients of two bytes each, of 8 x 8 samples
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # SOF0 to SOF15; those three are others
PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
LOSSLESS = {0xC3, 0xC7, 0xCB, 0xCF}
SCAN, END = 0xDA, 0xD9
SEQUENTIAL = {0xC0, 0xC1}  # with Huffman's codes
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


class Header(NamedTuple):
    """A frame and its first scan."""

    width: int
    height: int
    sampling: tuple[tuple[int, int], ...]  # of each component: horizontal, vertical
    marker: int  # which SOF
    first_scan: int  # components of the first scan
    data: int  # where the first scan's data begin
    precision: int  # bits of a sample

    @property
    def lossless(self) -> bool:
        return self.marker in LOSSLESS

    @property
    def in_scans(self) -> bool:
        """Whether libjpeg keeps every coefficient until the last of several scans."""
        return self.marker in PROGRESSIVE or self.first_scan < len(self.sampling)

    @property
    def least_bytes(self) -> int:
        """What the data of all scans take at least: a block has two codes in a sequential JPEG and
        one in a progressive one, of a bit or more; 0 where nothing is known of the codes.
        """
        bits = 2 if self.marker in SEQUENTIAL else 1 if self.marker == 0xC2 else 0
        most_h = max(h for h, _ in self.sampling)
        most_v = max(v for _, v in self.sampling)
        blocks = sum(
            -(-self.width * h // (8 * most_h)) * -(-self.height * v // (8 * most_v))
            for h, v in self.sampling
        )
        return bits * blocks // 8

    @property
    def coefficient_bytes(self) -> int:
        """What it keeps then."""
        most_h = max(h for h, _ in self.sampling)
        most_v = max(v for _, v in self.sampling)
        columns, rows = -(-self.width // (8 * most_h)), -(-self.height // (8 * most_v))
        return sum(2 * BLOCK * columns * h * rows * v for h, v in self.sampling)


def header_of(file: BinaryIO) -> Header | None:
    """The header of a JPEG from its start on; None where it ends before the first scan's data.

    Thumbnails of a phone's JPEG lie inside segments, further pictures behind: neither is met.
    """
    file.seek(2)
    frame: bytes = b""
    marker = 0
    while (found := next_marker(file)) not in (0, END):
        if found in ALONE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if found in FRAMES:
            marker, frame = found, file.read(max(length - 2, 0))
        elif found == SCAN:
            scan, data = file.read(max(length - 2, 0)), file.tell()
            return header_from(marker, frame, scan, data) if file.read(1) else None
        else:
            file.seek(max(length - 2, 0), 1)
    return None


def next_marker(file: BinaryIO) -> int:
    """The next marker's second byte, after whatever stands before it; 0 at the end of the file."""
    while byte := file.read(1):
        if byte == b"\xff":
            while byte == b"\xff":  # fill bytes
                byte = file.read(1)
            if byte and byte != b"\0":
                return byte[0]
    return 0


def header_from(marker: int, frame: bytes, scan: bytes, data: int) -> Header | None:
    """None where a scan comes before its frame, or the frame names no component."""
    if len(frame) < 6 or not scan:
        return None
    height, width = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
    both = [frame[7 + 3 * i] for i in range(frame[5]) if 7 + 3 * i < len(frame)]
    sampling = tuple((max(b >> 4, 1), max(b & 15, 1)) for b in both)
    if not sampling:
        return None
    return Header(width, height, sampling, marker, scan[0], data, precision=frame[0])


class Completed(io.BufferedIOBase):
    """A JPEG that ends as it should: where it breaks off, the mark of the end is read, and `ended`
    tells so. libjpeg then gives what it has, as in every browser.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.ended = False

    def read(self, size: int | None = -1, /) -> bytes:
        data = self._file.read(-1 if size is None else size)
        if data or self.ended or size == 0:
            return data
        self.ended = True
        return b"\xff\xd9"

    def seek(self, place: int, whence: int = 0, /) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
