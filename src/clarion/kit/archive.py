"""All of an installation in one file, and back: database, files and keys.

A restore builds everything beside what is there and then swaps by renaming, so that at no
moment half of it is in place. The file is for the owner only: it holds the keys to everything.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO
from urllib.parse import parse_qsl, unquote, urlsplit

from clarion import __version__
from clarion.kit.binaries import programs
from clarion.kit.home import Home, Secrets, discard
from clarion.kit.postgres import Postgres
from clarion.kit.trouble import Trouble, writing

FORMAT = 1
_MADE_ANEW = ("run", "static", "pg", "restoring", "restored", "replaced")
_COUNTED_ONCE = "spool"  # what it holds may also be in the database already: no harm
_DUMP, _SECRETS, _SEAL = "database.dump", "secrets.json", "clarion.json"
_ENDINGS = (".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Contents:
    """What a backup says about itself, as its last word: without it the file is cut short."""

    format: int
    version: str
    made_at: str
    files: int


def pack(home: Home, file: Path, url: str, keys: Secrets) -> Contents:
    """Writes `file` (.tar or .tar.gz), whole or not at all. Works while Clarion runs."""
    if file.suffix not in _ENDINGS:
        raise Trouble(f"{file.name} should end in .tar or .tar.gz.")
    with writing(file), tempfile.TemporaryDirectory(dir=file.absolute().parent) as beside:
        part = Path(beside) / "part"
        with tarfile.open(part, "w" if file.suffix == ".tar" else "w:gz") as tar:
            contents = _fill(tar, home, url, keys, Path(beside))
        part.chmod(0o600)
        part.replace(file)
    return contents


def unpack(home: Home, file: Path, url: str | None, *, replace: bool) -> Contents:
    """Puts what `file` holds in place of what `home` and the database hold.

    `url` names a database of somebody else's; None: the embedded one. Nothing may run now.
    """
    if not replace and _is_used(home, url):
        raise Trouble(
            f"{home.folder} is in use already. Restore into a new folder (set CLARION_DATA), "
            "or say --replace to lose what is there."
        )
    with _staging(home) as staging:
        contents = _extract(file, staging)
        _restore_database(staging, url)
        _shadow(home, staging)
        for note in ("prepared.json", "state.json"):
            (home.run / note).unlink(missing_ok=True)
        staging.rename(home.folder / "restored")  # from here on it is finished, at worst later
        home.finish_restore()
    return contents


# ---- packing


def _fill(tar: tarfile.TarFile, home: Home, url: str, keys: Secrets, beside: Path) -> Contents:
    files = sum(_add_folder(tar, home, part, beside) for part in _parts(home, first=True))
    dump = beside / _DUMP
    _run("pg_dump", "-Fc", "--no-owner", "--no-privileges", "-f", str(dump), url=url)
    tar.add(dump, _DUMP)
    dump.unlink()
    files += sum(_add_folder(tar, home, part, beside) for part in _parts(home, first=False))
    _add_text(tar, _SECRETS, json.dumps(asdict(keys), indent=1))
    made_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    contents = Contents(FORMAT, __version__, made_at, files)
    _add_text(tar, _SEAL, json.dumps(asdict(contents)))
    return contents


def _parts(home: Home, *, first: bool) -> list[Path]:
    parts = [p for p in home.folder.iterdir() if p.is_dir() and p.name not in _MADE_ANEW]
    return sorted(part for part in parts if (part.name == _COUNTED_ONCE) is first)


def _add_folder(tar: tarfile.TarFile, home: Home, part: Path, beside: Path) -> int:
    count = 0
    for path in sorted(part.rglob("*")):
        if path.is_symlink() or not path.is_file() or path.name.endswith(("-wal", "-shm")):
            continue
        try:
            with _settled(path, beside) as file:
                entry = tar.gettarinfo(arcname=str(path.relative_to(home.folder)), fileobj=file)
                tar.addfile(entry, file)
                count += 1
        except FileNotFoundError:
            continue  # deleted while this ran
    return count


@contextmanager
def _settled(path: Path, beside: Path) -> Iterator[IO[bytes]]:
    """The file; a database in use is copied first, because it changes in several places."""
    if path.suffix == ".sqlite3":
        copy = beside / "copy.sqlite3"
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(copy)) as target:
            live.backup(target)
        path = copy
    with path.open("rb") as file:
        yield file


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(text.encode()), 0o600, int(time.time())
    tar.addfile(entry, io.BytesIO(text.encode()))


# ---- unpacking


@contextmanager
def _staging(home: Home) -> Iterator[Path]:
    """A folder beside what is there; whatever is in it at the end, or was before, goes."""
    staging = home.folder / "restoring"
    with writing(staging):
        discard(staging)
        staging.mkdir(mode=0o711)  # the database server is another user when root runs this
        try:
            yield staging
        finally:
            discard(staging)


def _is_used(home: Home, url: str | None) -> bool:
    if url and _run(
        "psql", "-XAtc", "SELECT 1 FROM pg_tables WHERE schemaname = 'public'", url=url
    ):
        return True
    folders = [home.pg / "data", *home.media.iterdir()]
    return home.secrets_file.exists() or any(folder.exists() for folder in folders)


def _extract(file: Path, staging: Path) -> Contents:
    broken = Trouble(f"{file} is no whole backup of Clarion. Take another one.")
    try:
        with tarfile.open(file) as tar:
            for entry in tar:
                _extract_one(tar, entry, staging)
        seal = staging / _SEAL
        contents = Contents(**json.loads(seal.read_text()))
        seal.unlink()
    except FileNotFoundError as error:
        raise (broken if file.exists() else Trouble(f"There is no file {file}.")) from error
    except (tarfile.TarError, EOFError, ValueError, TypeError) as error:
        raise broken from error
    if contents.format != FORMAT:
        raise Trouble(
            f"{file} was made by Clarion {contents.version}. Restore it with that one."
        )
    return contents


def _extract_one(tar: tarfile.TarFile, entry: tarfile.TarInfo, staging: Path) -> None:
    """Regular files, inside the folder, for the owner only, whatever the archive may say."""
    source = tar.extractfile(entry)
    target = (staging / entry.name).resolve()
    if source is None or not target.is_relative_to(staging.resolve()):
        return
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with source, target.open("xb") as into:
        shutil.copyfileobj(source, into, 1024 * 1024)
    target.chmod(0o600)


def _restore_database(staging: Path, url: str | None) -> None:
    dump = staging / _DUMP
    if url:
        _replace_in(url, dump)
    else:
        keys = Secrets(**json.loads((staging / _SECRETS).read_text()))
        with Postgres(staging / "pg", password=keys.database_password) as postgres:
            options = ("--no-owner", "--no-privileges", "--no-comments", "--exit-on-error")
            _run("pg_restore", *options, "-1", "-d", "clarion", str(dump), url=postgres.url)
    dump.unlink()


def _replace_in(url: str, dump: Path) -> None:
    """One transaction: the old tables go and the new ones come, or nothing happens."""
    script = dump.with_suffix(".sql")
    options = ("--no-owner", "--no-privileges", "--no-comments")
    _run("pg_restore", *options, "-f", str(script), str(dump), url=url)
    empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
    _run("psql", "-Xq1", "-v", "ON_ERROR_STOP=1", "-c", empty, "-f", str(script), url=url)
    script.unlink()


def _shadow(home: Home, staging: Path) -> None:
    """A folder that the backup does not have is put back as an empty one."""
    for part in (*_parts(home, first=True), *_parts(home, first=False)):
        (staging / part.name).mkdir(exist_ok=True, mode=0o700)


# ---- programs


def _run(program: str, *options: str, url: str) -> str:
    """A program of PostgreSQL, with the password where no list of processes shows it."""
    embedded = programs() / program
    # The wheel's own programs cannot encrypt a connection; a distribution's can.
    path = embedded if _is_here(url) else (shutil.which(program) or embedded)
    done = subprocess.run(  # noqa: S603 - a known program
        [str(path), *options],
        env={
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LC_ALL": "C",
            **_connection(url),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"{program} failed: {(done.stderr.strip() or 'it said nothing.')[-600:]}")
    return done.stdout


def _connection(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    found = {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": parts.path.lstrip("/"),
    }
    return found | {f"PG{name.upper()}": value for name, value in parse_qsl(parts.query)}


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1", None)
