"""What is ours can be taken away whole, and be put up again elsewhere."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import httpx2
import pytest
from tests.interfaces.cli.conftest import Installation

from clarion.kit.postgres import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
def install():
    """Make an installation: a folder, and commands that work with it."""
    made = []
    with tempfile.TemporaryDirectory(prefix="clarion-own-") as folder:
        Path(folder).chmod(0o711)  # the database server is another user when root runs this

        def make(name):
            made.append(Installation(Path(folder) / name))
            return made[-1]

        yield make
        for each in made:
            if each.is_up:
                each.end()


@contextmanager
def visitor(link):
    """Somebody with a browser who opens the link that the start has printed."""
    home = "http://" + urlsplit(link).netloc
    with httpx2.Client(base_url=home, follow_redirects=True, timeout=120) as browser:
        browser.get(link)
        does(browser, link)
        yield browser


def does(browser, path, **said):
    said["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
    answer = browser.post(path, data=said)
    assert answer.status_code == 200, answer.text[:2000]
    return answer.text


def done(finished):
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def rows(file, table):
    with ZipFile(file) as archive:
        return [json.loads(x) for x in archive.read(f"data/{table}.jsonl").splitlines()]


def make_a_brand(installation):
    """Three months of a brand, with pictures, made by a person at the pages."""
    with visitor(installation.link) as ada:
        does(
            ada, "/setup/", name="Ada", email="ada@bakery.example", password="a long rye bread"
        )
        does(ada, "/setup/demo/")


@pytest.mark.accepts("OP-13")
def test_an_export_of_a_fresh_import_is_the_same_byte_for_byte(install):
    one, other = install("one"), install("other")
    here = one.home.folder.parent
    file, again = str(here / "export.zip"), str(here / "again.zip")
    one.up("--port", str(free_port(24240)))
    make_a_brand(one)
    assert " files, " in done(one.run("export", file))  # while it runs
    one.end()

    done(other.run("import", file))
    done(other.run("export", again))
    assert Path(again).read_bytes() == Path(file).read_bytes()
    assert len(rows(file, "publishing.delivery")) > 120
    with ZipFile(file) as archive:
        assert len([n for n in archive.namelist() if n.startswith("media/")]) == 4
        tables = json.loads(archive.read("schema.json"))["tables"]
    for table, told in tables.items():
        assert all(row.keys() == told["columns"].keys() for row in rows(file, table))

    refused = other.run("import", file)
    assert "There is a workspace here already" in refused.stderr
    other.up("--port", str(free_port(24340)))
    assert "whole, seal" in done(other.run("journal", "verify", "--here"))
    [slug] = [line["slug"] for line in rows(file, "accounts.workspace")]
    with visitor(other.link) as bo:
        assert "Needs to be connected again" in bo.get(f"/w/{slug}/channels/").text
