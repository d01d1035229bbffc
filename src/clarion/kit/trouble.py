"""Something about this machine stops us, said so that its owner can act on it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_WHY = {
    errno.ENOSPC: "the disk is full. Free some space, or set CLARION_DATA to a folder on another disk.",
    errno.EDQUOT: "your disk quota is used up. Free some space, or set CLARION_DATA elsewhere.",
    errno.EROFS: "the disk is read-only. Set CLARION_DATA to a folder that can be written.",
    errno.EACCES: "this user may not. Change the folder's owner, or set CLARION_DATA elsewhere.",
    errno.EPERM: "this user may not. Change the folder's owner, or set CLARION_DATA elsewhere.",
    errno.ENOTDIR: "a file stands where a folder is needed. Set CLARION_DATA to another folder.",
    errno.EEXIST: "a file stands where a folder is needed. Set CLARION_DATA to another folder.",
}


class Trouble(Exception):
    """A sentence for people: what cannot be done, why, and what to do."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a disk that refuses into a sentence that names the path."""
    try:
        yield
    except OSError as error:
        why = _WHY.get(error.errno or 0, f"{error.strerror or error}.")
        raise Trouble(f"Cannot write to {path}: {why}") from error
