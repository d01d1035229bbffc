"""Something about this machine stops us, said so that its owner can act on it."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ELSEWHERE = "or set CLARION_DATA to a folder elsewhere."
_NOT_ALLOWED = f"this user may not. Change the folder's owner, {_ELSEWHERE}"
_NO_FOLDER = f"a file stands where a folder is needed. Move it, {_ELSEWHERE}"
_WHY = {
    errno.ENOSPC: f"the disk is full. Free some space, {_ELSEWHERE}",
    errno.EDQUOT: f"your disk quota is used up. Free some space, {_ELSEWHERE}",
    errno.EROFS: f"the disk is read-only. Make it writable, {_ELSEWHERE}",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
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
