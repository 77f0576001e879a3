"""What a file is, told by its first bytes: no file name, no declared type."""

import re
import struct

HEAD = 4096  # bytes that tell it
PLAIN = {  # where a file begins so
    "PNG": (b"\x89PNG\r\n\x1a\n",),
    "JPEG": (b"\xff\xd8\xff",),
    "GIF": (b"GIF87a", b"GIF89a"),
    "BMP": (b"BM",),
    "JPEG 2000": (b"\0\0\0\x0cjP  \r\n", b"\xff\x4f\xff\x51"),
    "JPEG XL": (b"\0\0\0\x0cJXL \r\n", b"\xff\x0a"),
    "ICO": (b"\0\0\1\0",),
    "Photoshop": (b"8BPS",),
    "raw": (b"FUJIFILMCCD-RAW", b"IIRO", b"IIRS", b"MMOR", b"IIU\0", b"FOVb", b"\0MRM"),
    "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    "PDF": (b"%PDF",),
    "PostScript": (b"%!PS", b"\xc5\xd0\xd3\xc6"),
    "zip": (b"PK\3\4", b"PK\5\6", b"PK\7\x08"),
    "gzip": (b"\x1f\x8b",),
    "bzip2": (b"BZh",),
    "xz": (b"\xfd7zXZ\0",),
    "Zstandard": (b"\x28\xb5\x2f\xfd",),
    "RAR": (b"Rar!\x1a\x07",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "Git LFS": (b"version https://git-lfs.github.com/spec/",),
    "video": (b"\x1aE\xdf\xa3", b"\0\0\1\xba", b"\0\0\1\xb3"),
}
PICTURES = (
    "PNG", "JPEG", "GIF", "WebP", "AVIF", "HEIC", "BMP", "JPEG 2000", "JPEG XL", "ICO",
    "Photoshop", "raw", "TIFF", "SVG",
)  # fmt: skip
ARCHIVES = ("zip", "tar", "gzip", "bzip2", "xz", "Zstandard", "RAR", "7z")
# Brands of ISO base media files (ISO/IEC 14496-12), in a file's first box.
AVIF_BRANDS = {b"avif", b"avis"}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
RAW_BRANDS = {b"crx "}
MAKE, SUB_IFDS, DNG_VERSION = 0x010F, 0x014A, 0xC612  # tags of TIFF


def kind_of(head: bytes) -> str:
    """A word for the file that begins with `head`: one of `PICTURES`, of `ARCHIVES`, PDF,
    PostScript, video, Git LFS, or "" for anything else.
    """
    if head[4:8] == b"ftyp":
        return box_kind(head)
    if head.startswith(b"RIFF"):
        return {b"WEBP": "WebP", b"AVI ": "video"}.get(head[8:12], "")
    if head[257:262] == b"ustar":
        return "tar"
    for kind, starts in PLAIN.items():
        if head.startswith(starts):
            return "raw" if kind == "TIFF" and is_raw(head) else kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return "SVG" if text.startswith(b"<") and re.search(rb"<(svg:)?svg[\s>]", head) else ""


def box_kind(head: bytes) -> str:
    """The kind of an ISO base media file, by the brands that it names."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, end, 4)}
    if brands & AVIF_BRANDS:
        return "AVIF"
    if brands & HEIC_BRANDS:
        return "HEIC"
    return "raw" if brands & RAW_BRANDS else "video"


def is_raw(head: bytes) -> bool:
    """Whether a TIFF is what a camera's sensor saw, by the tags of its first directory."""
    if head[8:10] == b"CR":  # Canon's
        return True
    order = "<" if head.startswith(b"II") else ">"
    try:
        (at,) = struct.unpack_from(f"{order}I", head, 4)
        (count,) = struct.unpack_from(f"{order}H", head, at)
        tags = {struct.unpack_from(f"{order}H", head, at + 2 + 12 * i)[0] for i in range(count)}
    except struct.error:  # the directory lies further back
        return False
    return DNG_VERSION in tags or {MAKE, SUB_IFDS} <= tags
