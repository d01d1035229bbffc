import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

Start = Callable[[str], subprocess.Popen[str]]

# The real thing in a process of its own, because it owns the signals of its process.
MAIN = """
import json, pathlib, sys
from clarion.kit.supervisor import Program, Supervisor
from clarion.kit.trouble import Trouble
folder = pathlib.Path(sys.argv[1])
def child(name, code, ready=lambda: True):
    return Program(name, (sys.executable, "-c", code), ready)
def changed(pids):
    (folder / "new").write_text(json.dumps(pids)); (folder / "new").rename(folder / "pids")
def say(text):
    print(text, flush=True)
STAY = "import time; time.sleep(600)"
FOLLOW = "from clarion.kit.supervisor import follow_parent; follow_parent();" + STAY
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + STAY
PROGRAMS
supervisor = Supervisor(programs, {"GREETING": "hello"}, postgres, say=say, changed=changed)
try:
    supervisor.begin(); say("up"); supervisor.keep()
except Trouble as trouble:
    say(f"trouble: {trouble}")
finally:
    supervisor.end()
say("down")
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(programs: str) -> subprocess.Popen[str]:
        code = MAIN.replace("PROGRAMS", "postgres = None\n" + textwrap.dedent(programs))
        search = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", code, str(tmp_path)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=search))
        return started[-1]

    yield begin
    for process in started:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def said(process: subprocess.Popen[str], part: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if part in line:
            return line
    pytest.fail(f"It never said {part!r}.")


def pids(folder: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "pids").read_text())
    return found


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def within(seconds: float, holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.02)
    return holds()


def test_a_killed_program_is_started_again_at_once(start: Start, tmp_path: Path) -> None:
    process = start('programs = [child("web", STAY)]')
    said(process, "up")
    first = pids(tmp_path)["web"]
    os.kill(first, signal.SIGKILL)
    assert "web was killed by SIGKILL; starting it again now." in said(process, "web")
    assert within(10, lambda: pids(tmp_path)["web"] != first and runs(pids(tmp_path)["web"]))


def test_pauses_grow_when_it_keeps_ending(start: Start) -> None:
    process = start('programs = [child("worker", "raise SystemExit(3)")]')
    assert "ended with code 3; starting it again now" in said(process, "worker")
    assert "starting it again in 1 s" in said(process, "worker")
    assert "starting it again in 2 s" in said(process, "worker")


def test_a_program_that_never_comes_up_stops_the_start(start: Start) -> None:
    process = start(
        """
        import clarion.kit.supervisor as module
        module._TOO_OFTEN = 2
        programs = [child("web", "raise SystemExit(3)", lambda: False)]
        """
    )
    assert "web does not start; the reason is written above" in said(process, "trouble")
    said(process, "down")
    assert process.wait(10) == 0


@pytest.mark.parametrize("ask", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_it_ends_everything(start: Start, tmp_path: Path, ask: int) -> None:
    process = start('programs = [child("web", STAY), child("worker", STAY)]')
    said(process, "up")
    children = pids(tmp_path).values()
    process.send_signal(ask)
    said(process, "down")
    assert process.wait(10) == 0
    assert not any(runs(pid) for pid in children)


def test_a_program_that_does_not_end_by_itself_is_killed(start: Start, tmp_path: Path) -> None:
    process = start(
        """
        import clarion.kit.supervisor as module
        module._GOODBYE = 0.3
        mark = folder / "deaf"
        code = STUBBORN.replace("import time", f"open({str(mark)!r}, 'w'); import time")
        programs = [child("web", code, mark.exists)]
        """
    )
    said(process, "up")
    child = pids(tmp_path)["web"]
    process.terminate()
    said(process, "down")
    assert not runs(child)


def test_a_second_ctrl_c_does_not_wait(start: Start, tmp_path: Path) -> None:
    process = start(
        """
        mark = folder / "deaf"
        code = STUBBORN.replace("import time", f"open({str(mark)!r}, 'w'); import time")
        programs = [child("web", code, mark.exists)]
        """
    )
    said(process, "up")
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0


def test_programs_end_with_a_killed_supervisor(start: Start, tmp_path: Path) -> None:
    process = start('programs = [child("web", FOLLOW)]')
    said(process, "up")
    child = pids(tmp_path)["web"]
    assert runs(child)
    process.kill()
    assert within(10, lambda: not runs(child))


def test_a_killed_database_comes_back_with_the_same_address(
    start: Start, tmp_path: Path
) -> None:
    process = start(
        """
        from clarion.kit.postgres import Postgres
        postgres = Postgres(folder / "pg", durable=False)
        postgres.start()
        say(postgres.url)
        programs = []
        """
    )
    url = said(process, "postgresql://").strip()
    said(process, "up")
    # Any change tells; a child would do so in real life.
    import psycopg

    with psycopg.connect(url) as connection:
        port = connection.info.port
    server = next(
        p.info["pid"]
        for p in psutil.process_iter(["pid", "cmdline"])
        if f"--port={port}" in (p.info["cmdline"] or [])
    )
    os.kill(server, signal.SIGKILL)
    said(process, "database ended; starting it again now.")
    assert within(20, lambda: (tmp_path / "pids").exists() and runs(pids(tmp_path)["database"]))
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_children_get_the_environment(start: Start, tmp_path: Path) -> None:
    process = start(
        """
        mark = folder / "greeting"
        code = f"import os; open({str(mark)!r}, 'w').write(os.environ['GREETING'])"
        programs = [child("web", code, mark.exists)]
        """
    )
    said(process, "up")
    assert (tmp_path / "greeting").read_text() == "hello"
