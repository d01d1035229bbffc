"""Where files are kept: in the media folder, or in S3 with the folder as what is at hand.

A file never changes under its name, so a copy is as good as the original. With S3 a file is
whole there before anything refers to it; what the folder lacks is fetched when it is asked for.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ENDS = ".part"


class Unreachable(OSError):
    """The store does not answer. The message is a sentence for people."""


def put(source: Path, path: Path) -> None:
    """Keep `source` as `path`, whole or not at all. `source` may be gone afterwards."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside(path) as part:
            shutil.move(source, part)
            part.replace(path)
    if settings.MEDIA_STORE:
        _talk(lambda bucket: bucket.upload_file(str(path), _name(path)))


def at_hand(path: Path) -> Path:
    """The same path, with the file there. Raises FileNotFoundError where nobody has it."""
    if path.exists():
        if settings.MEDIA_STORE:
            with suppress(OSError):  # it was of use: others make room first
                os.utime(path)
        return path
    if not settings.MEDIA_STORE:
        raise FileNotFoundError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with beside(path) as part:
        _talk(lambda bucket: bucket.download_file(_name(path), str(part)))
        part.replace(path)
    return path


def remove(path: Path) -> None:
    """It is gone afterwards. Removing what is gone is fine."""
    path.unlink(missing_ok=True)
    path.with_suffix(".small").unlink(missing_ok=True)
    if settings.MEDIA_STORE:
        _talk(lambda bucket: bucket.delete_objects(Delete={"Objects": [{"Key": _name(path)}]}))


def everything(root: Path) -> set[Path]:
    """The originals that are kept below `root`, here or in S3."""
    found = {path for path in root.glob("??/*") if path.is_file()}
    if settings.MEDIA_STORE:
        found |= _talk(lambda bucket: {root / each.key for each in bucket.objects.all()})
    return found


def make_room() -> int:
    """With S3: remove what was not used for longest until the folder is small enough.

    What the store does not have goes there first. Returns how many files went.
    """
    if not settings.MEDIA_STORE:
        return 0
    files = sorted((s.st_mtime, s.st_size, p) for p, s in _files())
    left, gone = sum(size for _, size, _ in files) - settings.MEDIA_CACHE, 0
    for _, size, path in files:
        if left <= 0:
            break
        if path.suffix != ".small":  # those are made again
            _must_be_there(path)
        path.unlink(missing_ok=True)
        left, gone = left - size, gone + 1
    return gone


def _files() -> Iterator[tuple[Path, os.stat_result]]:
    root = Path(settings.MEDIA_ROOT)
    for path in (*root.glob("??/*"), *root.glob("made/??/*")):
        with suppress(FileNotFoundError):
            yield path, path.stat()


def _must_be_there(path: Path) -> None:
    """In S3. It may not be: this was a folder alone once, or was filled by an import."""
    try:
        _talk(lambda bucket: bucket.Object(_name(path)).load())
    except FileNotFoundError:
        _talk(lambda bucket: bucket.upload_file(str(path), _name(path)))


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A file of one's own in the same folder, for what is not whole yet."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=ENDS)
    os.close(handle)
    part = Path(name)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


# --- S3 -------------------------------------------------------------------------------------


def _name(path: Path) -> str:
    return path.relative_to(settings.MEDIA_ROOT).as_posix()


def _talk(do: Any) -> Any:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return do(_bucket(settings.MEDIA_STORE))
    except (ClientError, BotoCoreError, Boto3Error) as error:
        said = error.__context__ if isinstance(error, Boto3Error) else error
        if not isinstance(said, ClientError):
            raise Unreachable(
                "The file store does not answer. Look at CLARION_MEDIA_URL."
            ) from error
        code = str(said.response.get("Error", {}).get("Code", ""))
        if code in ("404", "NoSuchKey"):
            raise FileNotFoundError(code) from error
        raise Unreachable(
            f"The file store said no ({code}). Look at CLARION_MEDIA_URL."
        ) from error


@cache
def _bucket(url: str) -> Any:
    """s3://KEY:SECRET@host/bucket?region=…&tls=no"""
    import boto3
    from botocore.config import Config

    parts, said = urlsplit(url), parse_qs(urlsplit(url).query)
    name = parts.path.strip("/")
    if parts.scheme != "s3" or not parts.hostname or not name:
        raise ImproperlyConfigured("CLARION_MEDIA_URL: say s3://KEY:SECRET@host/bucket")
    plain = said.get("tls", ["yes"])[0] == "no"
    where = parts.hostname + (f":{parts.port}" if parts.port else "")
    config = Config(
        retries={"max_attempts": 4, "mode": "standard"},
        connect_timeout=10,
        read_timeout=60,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",  # what others than Amazon understand
        response_checksum_validation="when_required",
    )
    return boto3.resource(
        "s3",
        endpoint_url=f"{'http' if plain else 'https'}://{where}",
        aws_access_key_id=unquote(parts.username or ""),
        aws_secret_access_key=unquote(parts.password or ""),
        region_name=said.get("region", ["us-east-1"])[0],
        config=config,
    ).Bucket(name)
