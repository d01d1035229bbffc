"""What other people wrote is exactly what we say it is. No Node needed to know."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
VENDOR = ROOT / "src/clarion/interfaces/web/static/vendor"
LISTED = json.loads((VENDOR / "vendor.json").read_text())


@pytest.mark.parametrize("entry", LISTED, ids=lambda entry: entry["file"])
def test_a_vendored_file_is_the_one_that_was_listed(entry):
    content = (VENDOR / entry["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    assert len(content) == entry["bytes"]


def test_no_vendored_file_is_unlisted():
    there = {
        path.relative_to(VENDOR).as_posix()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.parent.name != "licenses" and path.name != "vendor.json"
    }
    assert there == {entry["file"] for entry in LISTED}


def test_every_package_brings_its_licence():
    for package in {entry["package"] for entry in LISTED} | {"@tabler/icons"}:
        licence = VENDOR / "licenses" / f"{package.replace('/', '__')}.txt"
        assert licence.stat().st_size > 100, package


def test_versions_are_the_pinned_ones():
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text())["packages"]
    for entry in LISTED:
        assert lock[f"node_modules/{entry['package']}"]["version"] == entry["version"]


def test_the_lock_file_names_no_download_address():
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text()


def test_nothing_vendored_asks_for_a_file_that_is_not_shipped():
    for path in [*VENDOR.glob("*.js"), *VENDOR.glob("*.css")]:
        assert "sourceMappingURL" not in path.read_text(), path.name


def test_icons_have_no_style_of_their_own():
    sprite = (VENDOR / "icons.svg").read_text()
    assert not re.search(r"style=|<style|<script", sprite)
