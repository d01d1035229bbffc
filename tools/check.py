#!/usr/bin/env python3
"""Every check of the code that is no test, cheapest first. All run, then the verdict."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"

# The settings of the tests start a throw-away database; mypy only reads the product's own.
SETTINGS = {
    "CLARION_SECRET_KEY": "only-for-checks",
    "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    "DJANGO_SETTINGS_MODULE": "tests.settings",
}
CHECKS = {
    "format": "ruff format --check --quiet .",
    "lint": "ruff check --quiet .",
    "words": "codespell src tests docs tools bench",
    "unused": "vulture",
    "dependencies": "deptry src",
    "complexity": "complexipy src --max-complexity-allowed 12 --failed --quiet",
    "limits": "python -m tools.limits",
    "tables": "python -m tools.readme --check",
    "imports": "lint-imports",
    "types": "mypy",
    "settings": "python -m django check --fail-level WARNING",
    "migrations": "python -m django makemigrations --check --dry-run",
}


def main() -> None:
    chosen = sys.argv[1:] or list(CHECKS)
    failed = [name for name in chosen if not passes(name)]
    if failed:
        sys.exit(f"\nNot as it should be: {', '.join(failed)}")


def passes(name: str) -> bool:
    began = time.monotonic()
    program, *words = CHECKS[name].split()
    done = subprocess.run(
        [str(BIN / program), *words],
        cwd=ROOT,
        env=os.environ | SETTINGS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<13}{verdict:<8}{time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
