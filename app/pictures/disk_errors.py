"""What is wrong with a disk, told by the error's number: the server and its decoders both ask."""

import errno

NO_ROOM = ("ENOSPC", "EDQUOT", "EFBIG")  # also a user's share used up, a limit on the process
FULL = {getattr(errno, name) for name in NO_ROOM if hasattr(errno, name)}
MANY = {errno.EMFILE, errno.ENFILE}


def lack_of(error: OSError) -> str:
    """Return `full`; `busy` where too many files are open; or `folder` where the file's folder is
    gone or cannot be written to.
    """
    if error.errno in FULL:
        return "full"
    return "busy" if error.errno in MANY else "folder"
