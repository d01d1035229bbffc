"""The real `clarion` in processes of its own, with a data folder of its own."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from clarion.kit.home import Home, State
from clarion.kit.postgres import free_port


def within(seconds: float, holds: Callable[[], object]) -> bool:
    """Waits instead of asserting how long something takes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return bool(holds())


def runs(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


class Installation:
    """One data folder and what is started with it."""

    def __init__(self, folder: Path) -> None:
        self.home = Home.open(folder)
        self.said: list[str] = []
        self.process: subprocess.Popen[str] | None = None
        self.environment = {
            name: value for name, value in os.environ.items() if "CLARION" not in name
        } | {
            "CLARION_DATA": str(folder),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHONUNBUFFERED": "1",
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    def up(self, *words: str) -> None:
        """`clarion up`, until it has told the way in."""
        self.begin(*words)
        assert within(200, lambda: self.link or not self.is_up), self.text
        assert self.link, self.text

    def begin(self, *words: str) -> None:
        self.said = []
        self.process = subprocess.Popen(
            self._command("up", *words),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()

    def run(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*words),
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def end(self, how: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(40)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def text(self) -> str:
        return "".join(self.said)

    @property
    def link(self) -> str:
        found = re.search(r"^Open (\S+)", self.text, re.MULTILINE)
        return found[1] if found else ""

    @property
    def state(self) -> State:
        state = self.home.state()
        assert state is not None
        return state

    def pid(self, name: str) -> int:
        return self.state.children.get(name, 0)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "clarion.interfaces.cli.main", *words]

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            self.said.extend(process.stdout)


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="clarion-cli-") as folder:
        Path(folder).chmod(0o711)  # the database server is another user when root runs this
        made = Installation(Path(folder) / "data")
        yield made
        if made.is_up:
            made.end()


@pytest.fixture(scope="module")
def port() -> int:
    return free_port(24040)
