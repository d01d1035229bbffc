"""`clarion up` as people start, kill and end it."""

import http.client
import os
import signal
import socket
from urllib.parse import urlsplit

import psycopg
import pytest
from tests.interfaces.cli.conftest import Installation, runs, within

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def status(url: str, method: str = "GET") -> int:
    """0: nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, parts.path or "/")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.fixture
def up(installation: Installation, port: int) -> Installation:
    """Started once for all, and again by the test that follows one that has ended it."""
    if not installation.is_up:
        installation.up("--port", str(port))
    return installation


def test_the_printed_link_leads_to_a_page(up: Installation) -> None:
    assert status(up.link) == 200, up.text


def test_a_second_start_says_where_the_first_is(up: Installation) -> None:
    again = up.run("up")
    assert again.returncode == 0
    assert f"already runs here (process {up.state.pid}): {up.state.url}" in again.stdout


def test_another_command_finds_what_runs(up: Installation) -> None:
    done = up.run("link")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{up.state.url}/")
    assert status(done.stdout.strip()) == 200


def test_the_doctor_finds_all_well(up: Installation) -> None:
    assert within(20, lambda: "ok     worker" in up.run("doctor").stdout)
    for line in ("data", "disk", "database", "tables", "clock", "queue", "keys", "tokens"):
        assert f"ok     {line}" in up.run("doctor").stdout


@pytest.mark.parametrize("name", ["web", "worker", "playground", "database"])
def test_whatever_is_killed_comes_back(up: Installation, name: str) -> None:
    killed = up.pid(name)
    os.kill(killed, signal.SIGKILL)
    assert within(40, lambda: up.pid(name) not in (0, killed) and runs(up.pid(name)))
    assert within(40, lambda: status(f"{up.state.url}/sign-in/") == 200)
    if name == "database":
        with psycopg.connect(up.home.environment()["CLARION_DATABASE_URL"]) as line:
            assert line.execute("SELECT count(*) FROM django_migrations").fetchone() != (0,)


def test_a_backup_made_while_it_runs_is_whole(up: Installation) -> None:
    file = up.home.folder.parent / "backup.tar.gz"
    (up.home.media / "cat.png").write_bytes(b"meow")
    assert up.run("backup", str(file)).returncode == 0
    other = {"CLARION_DATA": str(up.home.folder.parent / "other")}
    assert up.run("restore", str(file), **other).returncode == 0
    assert (up.home.folder.parent / "other" / "media" / "cat.png").read_bytes() == b"meow"


def test_nothing_is_restored_under_a_running_clarion(up: Installation) -> None:
    done = up.run("restore", "/tmp/any.tar", "--replace")
    assert done.returncode == 1
    assert "is in use by process" in done.stderr


def test_nothing_is_imported_under_a_running_clarion(up: Installation) -> None:
    done = up.run("import", "/tmp/any.zip")
    assert done.returncode == 1
    assert "is in use by process" in done.stderr


def test_a_killed_supervisor_leaves_nothing_behind_for_the_next_start(
    up: Installation, port: int
) -> None:
    before = up.state.children
    up.end(signal.SIGKILL)
    up.up("--port", str(port))
    assert not any(runs(pid) for pid in before.values())
    assert up.state.url.endswith(f":{port}")
    assert status(f"{up.state.url}/sign-in/") == 200


def test_it_ends_cleanly_when_asked(up: Installation) -> None:
    before = up.state.children
    assert up.end(signal.SIGINT) == 0
    assert "Clarion has ended." in up.text
    assert not any(runs(pid) for pid in before.values())


def test_the_next_start_skips_what_is_done_and_passes_over_a_used_port(
    up: Installation, port: int
) -> None:
    up.end()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        up.up("--port", str(port))
    assert f"Port {port} is in use; taking" in up.text
    assert "up to date" in up.text
    assert "brought up to date" not in up.text
    assert not up.state.url.endswith(f":{port}")
    up.end()
