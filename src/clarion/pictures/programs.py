"""Programs that read what strangers made: outside of our process, watched, and ended in time.

A file that crashes a decoder, makes it run for ever or eat all memory does so alone.
"""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

Told = Callable[[str], None]  # each line that the program says; what it raises ends the program


class Broke(Exception):
    """The program could not do it. The message is its last words: for the log, not people."""


class TooSlow(Broke):
    """It was ended because it took too long."""


@cache
def ffmpeg() -> str:
    """The program that came with the wheel."""
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def python(module: str, *words: str) -> list[str]:
    """The command that runs a module of ours as a program of its own."""
    return [sys.executable, "-I", "-c", _START, *sys.path, "--", module, *words]


# Isolated from the environment and the current folder; it finds what this process finds.
_START = (
    "import sys, runpy; at = sys.argv.index('--'); sys.path[:0] = sys.argv[1:at]; "
    "sys.argv = sys.argv[at + 1:]; runpy.run_module(sys.argv[0], run_name='__main__')"
)


def run(command: Sequence[str], *, seconds: float, told: Told | None = None) -> tuple[str, str]:
    """What it said and what it complained of. Raises Broke."""
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        with subprocess.Popen(  # noqa: S603 - programs of ours, words of ours, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            text=True,
            errors="replace",
            env={"LC_ALL": "C", "TMPDIR": tempfile.gettempdir()},
        ) as program:
            said, late = _watch(program, seconds, told)
        complaints.seek(0)
        complained = complaints.read(20_000)
    if late:
        raise TooSlow(f"{Path(command[0]).name} took longer than {seconds:.0f} seconds.")
    if program.returncode:
        raise Broke(complained[-4000:] or f"It ended with {program.returncode}.")
    return said, complained


def _watch(
    program: "subprocess.Popen[str]", seconds: float, told: Told | None
) -> tuple[str, bool]:
    late = threading.Event()

    def end() -> None:
        late.set()
        program.kill()

    with suppress(OSError):  # those who wait for a page go first
        os.setpriority(os.PRIO_PROCESS, program.pid, 10)
    timer = threading.Timer(seconds, end)
    timer.start()
    try:
        lines = []
        for line in program.stdout or ():
            lines.append(line)
            if told:
                told(line)
        program.wait()
    except BaseException:
        program.kill()
        raise
    finally:
        timer.cancel()
    return "".join(lines), late.is_set()
