#!/usr/bin/env python3
"""Make .venv and bring it up to date; quick when nothing is new.

    python3 tools/environment.py          what Clarion needs to run
    python3 tools/environment.py dev      and what tests and checks need

Runs with any Python 3 to be able to say what is missing. Packages are pinned in the two lists;
where they come from is the machine's own setting of pip.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WANTED = ("python3.13", "python3.12", "python3.11", "python3", "python")
LOCKS = {"run": "requirements.lock", "dev": "requirements-dev.lock"}
CAN = "import sys, venv, ensurepip, ssl; sys.exit(sys.version_info < (3, 11))"
IS = "import sys; sys.exit(sys.version_info < (3, 11))"


def main():
    kind = sys.argv[1] if len(sys.argv) > 1 else "run"
    if is_current(kind):
        return
    if not works(PYTHON, IS):
        make()
    print(f"Installing what {LOCKS[kind]} lists (once) …", flush=True)
    pip("-r", ROOT / LOCKS[kind])
    pip("--no-deps", "-e", ROOT)
    stamp(kind).write_text(digest(kind))


def is_current(kind):
    """Whether .venv was last filled from the same lists; what tests need includes the rest."""
    if not works(PYTHON, IS):
        return False
    return any(read(stamp(each)) == digest(each) for each in {kind, "dev"})


def make():
    chosen = next((python for python in WANTED if works(python, CAN)), None)
    if chosen is None:
        sys.exit(what_is_missing())
    print(f"Making the environment in .venv with {chosen} (once) …", flush=True)
    if subprocess.call([chosen, "-m", "venv", "--clear", VENV]):
        sys.exit(f"The environment could not be made in {VENV}; the reason is written above.")


def what_is_missing():
    if not any(works(python, IS) for python in WANTED):
        return (
            "Clarion needs Python 3.11 or newer, and there is none here. Install one: "
            "`sudo apt install python3 python3-venv` (Debian 12, Ubuntu 24.04 or newer), "
            "`brew install python@3.13` (macOS)."
        )
    return (
        "This Python cannot make environments: its parts `venv` and `ensurepip` are missing. "
        "Install them with `sudo apt install python3-venv`, then try again."
    )


def works(python, code):
    try:
        return subprocess.call([python, "-c", code], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def pip(*words):
    quiet = (
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--root-user-action=ignore",
    )
    if subprocess.call([PYTHON, "-m", "pip", "install", *quiet, *words]):
        sys.exit("Packages could not be installed; the reason is written above. Try again.")


def digest(kind):
    """Of the lists, and of the project's own, which names the `clarion` command."""
    found = hashlib.sha256(str(ROOT).encode())
    for name in (LOCKS[kind], "pyproject.toml"):
        found.update(read(ROOT / name).encode())
    return found.hexdigest()


def stamp(kind):
    return VENV / f".stamp-{kind}"


def read(path):
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    main()
