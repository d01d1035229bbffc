"""Keeps a database and a few programs running until it is told to end.

A program that ends by itself is started again, at once the first time and then with growing
pauses. The programs hold the other end of a pipe: when this process is killed, the pipe closes
and they end as well (`follow_parent`). This process stays small: it imports nothing of the
product.
"""

import math
import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

from clarion.kit.postgres import Postgres
from clarion.kit.trouble import Trouble

LIFELINE = "CLARION_LIFELINE"
_CALM = 60.0  # seconds a program must live before its earlier ends are forgotten
_LONGEST_PAUSE = 30.0  # seconds
_GOODBYE = 30.0  # seconds a program has to end by itself
_ALONE = 10.0  # the same, when its parent was killed
_TOO_OFTEN = 4  # ends before the first sign of life: it will not get better


@dataclass
class Program:
    """One child. `ready` is asked after the first start until it says yes. Times: monotonic."""

    name: str
    command: Sequence[str]
    ready: Callable[[], bool] = lambda: True
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    again_at: float = math.inf  # not before it was started once
    ends: int = 0

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def note_end(self, now: float) -> str:
        """How it ended, in words, after deciding when it may start again."""
        code = self.process.returncode if self.process else 0
        self.process = None
        self.ends = 1 if now - self.started_at > _CALM else self.ends + 1
        pause = 0.0 if self.ends == 1 else min(_LONGEST_PAUSE, 0.25 * 2**self.ends)
        self.again_at = now + pause
        how = f"was killed by {_signal_name(-code)}" if code < 0 else f"ended with code {code}"
        when = f"in {pause:.0f} s" if pause else "now"
        return f"{self.name} {how}; starting it again {when}."


@dataclass
class Supervisor:
    """`say` takes lines for people; `changed` is called whenever a process id is new."""

    programs: Sequence[Program]
    environment: Mapping[str, str]
    postgres: Postgres | None = None
    say: Callable[[str], None] = print
    changed: Callable[[dict[str, int]], None] = lambda _: None
    _ending: bool = False
    _database_at: float = 0.0
    _database_ends: int = 0
    _lifeline: tuple[int, int] = field(default=(-1, -1))
    _bell: tuple[socket.socket, socket.socket] | None = None

    def begin(self, patience: float = 60.0) -> None:
        """Starts one program after the other, each when the one before shows signs of life.

        So the first, which people wait for, has the machine to itself. `Trouble` when one shows
        none in `patience` seconds.
        """
        self._listen()
        self._lifeline = os.pipe()
        for program in self.programs:
            if not self._ending:
                self._start(program)
                self._await(program, time.monotonic() + patience)

    def keep(self) -> None:
        """Blocks until SIGINT, SIGTERM or SIGHUP."""
        while not self._ending:
            self._pause(self._next_look())
            self._look_after()

    def end(self) -> None:
        """Programs first, all at once; the database when nobody needs it any more."""
        self._ending = True
        try:
            self._end_programs(_GOODBYE)
        except KeyboardInterrupt:
            self._end_programs(0)
        finally:
            for pipe_end in self._lifeline:
                with suppress(OSError):
                    os.close(pipe_end)
            if self.postgres:
                self.postgres.stop()

    # ---- watching

    def _look_after(self) -> None:
        if self._ending:
            return
        now = time.monotonic()
        if self.postgres and not self.postgres.alive and now >= self._database_at:
            self._restart_database(self.postgres, now)
        for program in self.programs:
            if program.process and not program.alive:
                self.say(program.note_end(now))
            if not program.process and now >= program.again_at:
                self._start(program)

    def _restart_database(self, postgres: Postgres, now: float) -> None:
        self.say("database ended; starting it again now.")
        try:
            postgres.start()
        except Trouble as trouble:
            self._database_ends += 1
            pause = min(_LONGEST_PAUSE, 2.0**self._database_ends)
            self._database_at = now + pause
            self.say(f"{trouble} Trying again in {pause:.0f} s.")
        else:
            self._database_ends = 0
            self._tell()

    def _await(self, program: Program, deadline: float) -> None:
        while not self._ending and not program.ready():
            self._look_after()
            if program.ends >= _TOO_OFTEN:
                raise Trouble(f"{program.name} does not start; the reason is written above.")
            if time.monotonic() > deadline:
                raise Trouble(f"{program.name} gave no sign of life; the reason may be above.")
            self._pause(0.03)

    def _next_look(self) -> float:
        pauses = [program.again_at for program in self.programs if not program.process]
        if self.postgres and not self.postgres.alive:
            pauses.append(self._database_at)
        # The bell rings for every child that ends; the second is for a ring that got lost.
        return max(0.01, min([*pauses, time.monotonic() + 5]) - time.monotonic())

    # ---- children

    def _start(self, program: Program) -> None:
        program.started_at = time.monotonic()
        program.again_at = math.inf
        program.process = subprocess.Popen(  # noqa: S603 - our own commands
            program.command,
            stdin=self._lifeline[0],
            env=os.environ | dict(self.environment) | {LIFELINE: "stdin"},
            start_new_session=True,  # Ctrl-C in the terminal is for this process
        )
        self._tell()

    def _tell(self) -> None:
        running = {p.name: p.process.pid for p in self.programs if p.process}
        database = self.postgres.pid if self.postgres else None
        self.changed(running | ({"database": database} if database else {}))

    def _end_programs(self, patience: float) -> None:
        running = [program.process for program in self.programs if program.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + patience
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    # ---- signals

    def _listen(self) -> None:
        """A signal writes to a socket, so that waiting ends at once, also for a child's end."""
        self._bell = socket.socketpair()
        for end in self._bell:
            end.setblocking(False)
        signal.set_wakeup_fd(self._bell[1].fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(name) != signal.SIG_IGN:  # nohup stays in force
                signal.signal(name, self._asked_to_end)

    def _asked_to_end(self, number: int, _: FrameType | None) -> None:
        if self._ending and number == signal.SIGINT:
            raise KeyboardInterrupt  # impatience
        self._ending = True

    def _pause(self, seconds: float) -> None:
        if self._bell is None or self._ending:
            return
        ringing, _, _ = select.select([self._bell[0]], [], [], seconds)
        if ringing:
            with suppress(BlockingIOError):
                self._bell[0].recv(4096)


def follow_parent() -> None:
    """In a child of the supervisor: end when it ends, however it ends."""
    if os.environ.get(LIFELINE) == "stdin":
        threading.Thread(target=_hold, name="lifeline", daemon=True).start()


def _hold() -> None:
    with suppress(OSError):
        os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ALONE)
    os._exit(1)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
