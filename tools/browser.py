#!/usr/bin/env python3
"""Find a Chromium for the browser tests, or get one where that is a matter of one command.

Prints its path. Prints nothing where there is none, and says on standard error what to do; with
CI=true that is an error, because a check that is left out must not look like one that passed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def main() -> None:
    browser = find() or install()
    if browser:
        print(browser)
        return
    said = (
        "There is no Chromium here: browser tests are left out. Install the package chromium."
    )
    print(said, file=sys.stderr)
    sys.exit(os.environ.get("CI") == "true")


def find() -> str | None:
    if chosen := os.environ.get("CLARION_TEST_BROWSER"):
        return chosen
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    return found or (MAC if Path(MAC).exists() else None)


def install() -> str | None:
    """Only as root on Debian and its kin: nothing else is done without being asked."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Chromium for the browser tests (once) …", file=sys.stderr)
    quiet = {
        "stdout": subprocess.DEVNULL,
        "env": os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
    }
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"],
        check=False,
        **quiet,
    )
    return find()


if __name__ == "__main__":
    main()
