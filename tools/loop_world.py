"""Clarion as people run it: `clarion up` in a folder of its own, and nothing left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from clarion.kit.home import Home
from clarion.kit.postgres import free_port

T = TypeVar("T")
SRC = Path(__file__).parent.parent / "src"
START, END = 90.0, 30.0  # seconds


class Failed(Exception):
    """A sentence about the stage that did not do what it should."""


@dataclass
class Clarion:
    """Database, web server, worker and perhaps the Playground, as processes of their own."""

    folder: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    @property
    def home(self) -> Home:
        return Home.open(self.folder)

    @property
    def url(self) -> str:
        state = self.home.state()
        return state.url if state else ""

    @property
    def playground_url(self) -> str:
        state = self.home.state()
        return state.playground_url if state else ""

    def is_up(self) -> bool:
        if self.process.poll() is not None:
            raise Failed("Clarion ended before it was up.")
        return any("Open http" in line for line in list(self.said))

    def log(self) -> str:
        time.sleep(0.5)  # what was just said is on its way
        return "".join(self.said[-40:])


@contextmanager
def clarion(*words: str, port: int = 0, **environment: str) -> Iterator[Clarion]:
    """`clarion up`, until the end of the block. Sets this process up to work beside it."""
    with tempfile.TemporaryDirectory(
        prefix="clarion-loop-", ignore_cleanup_errors=True
    ) as name:
        Path(name).chmod(0o711)  # the database server is another user when root runs this
        one = _start(Path(name), port or free_port(), words, environment)
        threading.Thread(target=_listen, args=(one,), daemon=True).start()
        try:
            until(one.is_up, "Clarion is up", seconds=START)
            one.home.load()
            yield one
        finally:
            _end(one.process)


def _start(
    folder: Path, port: int, words: tuple[str, ...], environment: Mapping[str, str]
) -> Clarion:
    for name in [name for name in os.environ if name.startswith("CLARION_")]:
        del os.environ[name]  # the settings of an installation that people use
    os.environ.update({"CLARION_DATA": str(folder), **environment})
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "clarion.interfaces.cli.main",
            "up",
            "--port",
            str(port),
            *words,
        ],
        env={**os.environ, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C is for the loop, which then ends this
    )
    return Clarion(folder, port, process)


def _listen(one: Clarion) -> None:
    for line in one.process.stdout or ():
        one.said.append(line)


def _end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END)
    except subprocess.TimeoutExpired:
        process.kill()


def until(look: Callable[[], T | None], what: str, seconds: float = 40) -> T:
    """What `look` finds as soon as it finds something. Fails with `what` did not come true."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise Failed(f"This did not come true within {seconds:.0f} s: {what}.")
        time.sleep(0.2)
    return found
