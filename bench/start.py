#!/usr/bin/env python3
"""How long the second start takes, and how much memory all processes together need at rest.

The last line is JSON: seconds until the sign-in link is printed (median of three), and
megabytes of proportional set size (Pss in /proc/<pid>/smaps_rollup: memory that processes share
counts once) a while after the first page was asked for. Linux only.
"""

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psutil

ROOT = Path(__file__).resolve().parent.parent
UP = (sys.executable, "-m", "clarion.interfaces.cli.main", "up")


def main() -> None:
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("--port", type=int, default=8790)
    parse.add_argument("--rest", type=float, default=20, help="seconds before memory is read")
    asked = parse.parse_args()
    with tempfile.TemporaryDirectory(prefix="clarion-bench-") as folder:
        Path(folder).chmod(0o711)
        first, _ = start(Path(folder), asked.port)
        again = [start(Path(folder), asked.port)[0] for _ in range(2)]
        third, memory = start(Path(folder), asked.port, asked.rest)
    for name, megabytes in sorted(memory.items(), key=lambda each: -each[1]):
        print(f"{megabytes:7.1f} MB  {name}")
    found = {
        "first_start_s": round(first, 2),
        "second_start_s": round(statistics.median([*again, third]), 2),
        "idle_mb": round(sum(memory.values()), 1),
        "processes": len(memory),
        "load": round(os.getloadavg()[0], 1),  # of this machine: times above it tell little
    }
    print(json.dumps(found))


def start(folder: Path, port: int, rest: float | None = None) -> tuple[float, dict[str, float]]:
    """Seconds until there is a link to click on, and what each process holds after a rest."""
    environment = os.environ | {
        "CLARION_DATA": str(folder / "data"),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONUNBUFFERED": "1",
    }
    began = time.perf_counter()
    command = [*UP, "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        link = wait_for_link(process)
        took = time.perf_counter() - began
        memory = {}
        if rest is not None:
            build_opener(ProxyHandler({})).open(link).read()
            time.sleep(rest)
            memory = read_memory(psutil.Process(process.pid))
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        process.stdout.read()
    if process.returncode:
        sys.exit(f"It did not end well: {process.returncode}")
    return took, memory


def wait_for_link(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Open (\S+)", line):
            return found[1]
    sys.exit("It ended before it was up.")


def read_memory(root: psutil.Process) -> dict[str, float]:
    return {
        f"{process.pid} {name(process)}": proportional(process.pid)
        for process in (root, *root.children(recursive=True))
    }


def proportional(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def name(process: psutil.Process) -> str:
    words = process.cmdline()
    if "clarion.interfaces.cli.main" in words:
        return words[words.index("clarion.interfaces.cli.main") + 1]
    return " ".join(words)[:40] or process.name()


if __name__ == "__main__":
    main()
