"""`clarion up`: the database, the pages, the worker and the Playground, as one program."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from clarion import __version__
from clarion.kit.home import Home, InUse, State, fill
from clarion.kit.postgres import Postgres, free_port
from clarion.kit.supervisor import Program, Supervisor
from clarion.kit.trouble import Trouble

WEB = 8700  # the Playground takes the next port
_CLARION = (sys.executable, "-m", "clarion.interfaces.cli.main")


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to serve pages on."
)
@click.option(
    "--port", type=int, help=f"Port of the pages.  [default: {WEB}, or the next free]"
)
@click.option("--url", help="How browsers reach the pages, when a proxy stands in front.")
@click.option("--playground/--no-playground", default=True, help="Also run the Playground.")
def up(host: str, port: int | None, url: str | None, playground: bool) -> None:
    """Start everything on this machine, and end it with Ctrl-C.

    Data is kept in the folder that CLARION_DATA names. With CLARION_DATABASE_URL set, that
    PostgreSQL server is used and none is started.
    """
    home = Home.open()
    try:
        with home.alone():
            _Start(home, host, port, url, playground).run()
    except InUse as busy:
        if busy.state is None:
            raise
        click.echo(f"Clarion already runs here (process {busy.state.pid}): {busy.state.url}")
        click.echo("For a new sign-in link: clarion link")


@click.command()
def link() -> None:
    """Print a new one-time sign-in link for the owner of this installation."""
    home = Home.open()
    if not home.in_use():
        raise Trouble(f"Clarion does not run with {home.folder}. Start it with `clarion up`.")
    home.load()
    click.echo(os.environ["CLARION_URL"] + _clarion("manage", "sign_in_link").strip())


class _Start:
    """One start, from an unknown machine to a link to click on."""

    def __init__(
        self, home: Home, host: str, port: int | None, url: str | None, playground: bool
    ) -> None:
        self.home = home
        self.host = host
        self.link_file = home.run / "link"
        self.port = _port(port or WEB)
        self.url = (
            url or os.environ.get("CLARION_URL") or f"http://{_reachable(host)}:{self.port}"
        )
        self.playground = _port(self.port + 1) if playground else None
        self.playground_url = f"http://127.0.0.1:{self.playground}" if playground else ""
        self.postgres = None if os.environ.get("CLARION_DATABASE_URL") else self._database()

    def run(self) -> None:
        click.echo(f"Clarion {__version__}")
        _line("data", self.home.folder)
        end_leftovers(self.home.state())
        self.link_file.unlink(missing_ok=True)
        supervisor: Supervisor | None = None
        try:
            self._start_database()
            self._prepare()
            supervisor = self._supervisor()
            supervisor.begin()
            self._welcome()
            supervisor.keep()
        except KeyboardInterrupt:
            click.echo()
        finally:
            self._end(supervisor)

    # ---- parts

    def _database(self) -> Postgres:
        before = self.home.state()
        port = before.database_port if before else None
        if port and free_port(port) != port:
            port = None
        return Postgres(self.home.pg, port=port, password=self.home.secrets().database_password)

    def _start_database(self) -> None:
        if self.postgres is None:
            _line("database", "the one CLARION_DATABASE_URL names")
            return
        began = time.monotonic()
        if not self.postgres.data.exists():
            _line("database", "making a new one …")
        self.postgres.start()
        if self.home.pg.is_symlink():
            _line("", f"(kept in {self.home.pg.resolve()}, where its user may enter)")
        _line("database", f"ready ({time.monotonic() - began:.1f} s)")
        self._note({"database": self.postgres.pid or 0})

    def _prepare(self) -> None:
        began = time.monotonic()
        said = _clarion("prepare", environment=self._environment()).strip()
        _line("tables", f"{said} ({time.monotonic() - began:.1f} s)")

    def _supervisor(self) -> Supervisor:
        here = ("--host", self.host, "--port", str(self.port), "--tell", str(self.link_file))
        programs = [
            Program("web", (*_CLARION, "web", *here), self.link_file.exists),
            Program("worker", (*_CLARION, "worker")),
        ]
        if self.playground:
            command = (*_CLARION, "playground", "--port", str(self.playground))
            programs.append(Program("playground", command))
        return Supervisor(
            programs, self._environment(), self.postgres, say=_notice, changed=self._note
        )

    def _environment(self) -> dict[str, str]:
        found: dict[str, str] = {}
        fill(found, os.environ)
        fill(found, self.home.environment(self._state({})))
        return found | {"CLARION_URL": self.url, "CLARION_PLAYGROUND_URL": self.playground_url}

    def _state(self, children: dict[str, int]) -> State:
        port = self.postgres.port if self.postgres else None
        return State(os.getpid(), self.url, self.playground_url, port, children)

    def _note(self, children: dict[str, int]) -> None:
        self.home.write_state(self._state(children))

    # ---- beginning and end

    def _welcome(self) -> None:
        if not self.link_file.exists():
            return  # asked to end before everything was up
        path = self.link_file.read_text().strip()
        self.link_file.unlink()
        _line("web", self.url)
        if self.playground:
            _line("playground", self.playground_url)
        click.echo(
            f"\nOpen {self.url}{path}\n(the link signs you in once; Ctrl-C ends Clarion)\n"
        )

    def _end(self, supervisor: Supervisor | None) -> None:
        if supervisor:
            supervisor.end()
        elif self.postgres:
            self.postgres.stop()
        self._note({})
        click.echo("Clarion has ended.")


def end_leftovers(state: State | None) -> None:
    """Ends the programs of a supervisor that was killed, so that their ports are free again."""
    programs = {n: pid for n, pid in state.children.items() if n != "database"} if state else {}
    if not programs:
        return
    import psutil  # only after a hard stop, so the usual start does not pay for it

    left = [found for pid in programs.values() if (found := _ours(pid))]
    _, alive = psutil.wait_procs(left, timeout=3)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=3)


def _ours(pid: int) -> "psutil.Process | None":  # type: ignore[name-defined]  # noqa: F821
    import psutil

    try:
        process = psutil.Process(pid)
        return process if _CLARION[2] in process.cmdline() else None
    except psutil.Error:
        return None


def _clarion(*words: str, environment: Mapping[str, str] = os.environ) -> str:
    """What another command of ours prints; its complaint, if it has one, is passed on."""
    done = subprocess.run(  # noqa: S603 - our own command
        (*_CLARION, *words),
        env=os.environ | dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Trouble(f"`clarion {' '.join(words)}` failed; the reason is written above.")
    return done.stdout


def _port(wanted: int) -> int:
    port = free_port(wanted)
    if port != wanted:
        click.echo(f"Port {wanted} is in use; taking {port} instead.")
    return port


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104 - only compared


def _line(name: str, text: str | Path) -> None:
    click.echo(f"  {name:<11}{text}")


def _notice(text: str) -> None:
    click.echo(f"{time.strftime('%H:%M:%S')} {text}", err=True)
