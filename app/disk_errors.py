"""What is wrong with a disk, told by the error's number: the server and its decoders both ask."""

import errno

NAMES = ("ENOSPC", "EDQUOT", "EFBIG")  # no room; a user's share used up; a limit on the process
FULL = {getattr(errno, name) for name in NAMES if hasattr(errno, name)}


def lack_of(error: OSError) -> str:
    """Return `full`, or `folder` where the file's folder is gone or cannot be written to."""
    return "full" if error.errno in FULL else "folder"
