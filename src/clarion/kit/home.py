"""The data folder: all that one installation of Clarion keeps on this machine.

    pg/            the embedded database          media/       uploaded files
    run/           what is running now            playground/  the practice network
    secrets.json   keys, for the owner only

`clarion backup` puts all of it into one file. Environment variables win over what stands here,
so a larger installation can do without the folder's secrets and database.
"""

import base64
import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from clarion.kit.postgres import address
from clarion.kit.trouble import Trouble, writing


@dataclass(frozen=True)
class Secrets:
    """Made once. `box_keys` are Fernet keys: the first encrypts, every one decrypts."""

    secret_key: str
    box_keys: list[str]
    database_password: str

    def __repr__(self) -> str:
        return "Secrets(…)"

    @classmethod
    def make(cls) -> Self:
        box_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        return cls(secrets.token_urlsafe(48), [box_key], secrets.token_urlsafe(24))


@dataclass(frozen=True)
class State:
    """Who runs now and where; `children` are names and process ids."""

    pid: int
    url: str
    playground_url: str
    database_port: int | None
    children: dict[str, int]


class InUse(Trouble):
    """Another process works with the data folder."""

    def __init__(self, home: "Home") -> None:
        self.state = home.state()
        who = f"process {self.state.pid}" if self.state else "another process"
        super().__init__(f"{home.folder} is in use by {who}. End it first (Ctrl-C), or wait.")


class Home:
    """Paths and the few small files in them. `open()` before anything else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pg = folder / "pg"
        self.run = folder / "run"
        self.media = folder / "media"
        self.playground = folder / "playground"
        self.secrets_file = folder / "secrets.json"
        self.state_file = self.run / "state.json"

    def __repr__(self) -> str:
        return f"Home({str(self.folder)!r})"

    @classmethod
    def open(cls, folder: Path | None = None) -> Self:
        """The folder that CLARION_DATA names, made when it is not there.

        A restore that was interrupted after its point of no return is finished first.
        """
        home = cls((folder or where()).expanduser().absolute())
        with writing(home.folder):
            home.folder.mkdir(parents=True, exist_ok=True)
            home.finish_restore()
            for part in (home.run, home.media, home.playground):
                part.mkdir(exist_ok=True, mode=0o700)
        return home

    def secrets(self) -> Secrets:
        """Read, or made and written when there are none yet."""
        if not self.secrets_file.exists():
            write_privately(self.secrets_file, json.dumps(asdict(Secrets.make()), indent=1))
        try:
            return Secrets(**json.loads(self.secrets_file.read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise Trouble(
                f"{self.secrets_file} cannot be read as Clarion's secrets. Restore it from a "
                "backup: without it, stored connections to networks cannot be decrypted."
            ) from error

    def state(self) -> State | None:
        """What the supervisor last wrote down; it may have been killed since."""
        try:
            return State(**json.loads(self.state_file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write_state(self, state: State) -> None:
        write_privately(self.state_file, json.dumps(asdict(state)))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one at a time may run, restore or end what is here. Ends with the process."""
        with writing(self.run):
            lock = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(self) from None
        else:
            yield
        finally:
            os.close(lock)

    def in_use(self) -> bool:
        try:
            with self.alone():
                return False
        except InUse:
            return True

    def environment(self, state: State | None = None) -> dict[str, str]:
        """The variables that the processes of this installation need."""
        state = state or self.state()
        kept = self.secrets()
        found = {
            "CLARION_DATA": str(self.folder),
            "CLARION_SECRET_KEY": kept.secret_key,
            "CLARION_SECRET_BOX_KEYS": ",".join(kept.box_keys),
        }
        if state:
            found |= {"CLARION_URL": state.url, "CLARION_PLAYGROUND_URL": state.playground_url}
        if state and state.database_port:
            found["CLARION_DATABASE_URL"] = address(kept.database_password, state.database_port)
        return found

    def load(self, into: MutableMapping[str, str] = os.environ) -> None:
        """Lets any command on this machine work with what is running here."""
        fill(into, self.environment())

    def finish_restore(self) -> None:
        """`restored/` is whole when it has that name: its parts replace the present ones."""
        restored, replaced = self.folder / "restored", self.folder / "replaced"
        if restored.exists():
            replaced.mkdir(exist_ok=True)
            for part in sorted(restored.iterdir()):
                present = self.folder / part.name
                if present.exists() or present.is_symlink():
                    present.rename(replaced / part.name)
                part.rename(present)
            restored.rmdir()
        discard(replaced)


def where(variables: Mapping[str, str] = os.environ) -> Path:
    """CLARION_DATA, or the usual place for a program's data on this platform."""
    if chosen := variables.get("CLARION_DATA"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "Clarion"
    base = variables.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "clarion"


def fill(into: MutableMapping[str, str], found: Mapping[str, str]) -> None:
    """What stands in the environment, itself or as NAME_FILE, wins."""
    for name, value in found.items():
        if not into.get(name) and not into.get(f"{name}_FILE"):
            into[name] = value


def write_privately(path: Path, text: str) -> None:
    """Whole or not at all, and for the owner's eyes only."""
    beside = path.with_name(f"{path.name}.new")
    with writing(path):
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def discard(folder: Path) -> None:
    """Deletes a folder, if it is there, and the database folder that a link in it leads to."""
    for link in (path for path in folder.rglob("pg") if path.is_symlink()):
        shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=not folder.exists())
