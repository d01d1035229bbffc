"""The server in a process of its own, because it owns the signals of its process."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import LazySettings

from clarion.kit.postgres import free_port

MAIN = """
import asyncio, pathlib, sys
from clarion.interfaces.cli.serve import Streams, run

async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        raise ValueError("Nothing to prepare.")
    events = scope["path"] == "/events"
    kind = b"text/event-stream" if events else b"text/plain"
    head = {"status": 200, "headers": [(b"content-type", kind)]}
    await send({"type": "http.response.start"} | head)
    await send({"type": "http.response.body", "body": b"begun ", "more_body": True})
    while events:
        await asyncio.sleep(3600)
    await asyncio.sleep(1)
    await send({"type": "http.response.body", "body": b"done"})

told = (pathlib.Path(sys.argv[2]), "ready")
asyncio.run(run(Streams(application), "127.0.0.1", int(sys.argv[1]), told))
print("ended well")
"""


WHOLE = """
import asyncio, pathlib, sys
from clarion.config.asgi import application
from clarion.interfaces.cli.serve import Streams, run

told = (pathlib.Path(sys.argv[2]), "ready")
asyncio.run(run(Streams(application), "127.0.0.1", int(sys.argv[1]), told))
"""


class Process:
    def __init__(self, folder: Path, main: str = MAIN) -> None:
        self.port = free_port(24030)
        self.told = folder / "told"
        search = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        search |= {"DJANGO_SETTINGS_MODULE": "clarion.config.settings"}
        command = [sys.executable, "-c", main, str(self.port), str(self.told)]
        self.process = subprocess.Popen(command, env=search, stdout=subprocess.PIPE, text=True)
        while not self.told.exists() and self.process.poll() is None:
            time.sleep(0.02)

    @contextmanager
    def ask(self, path: str) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with closing(connection):
            connection.request("GET", path)
            with closing(connection.getresponse()) as answer:
                assert answer.read(6) == b"begun "
                yield answer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Process]:
    started = Process(tmp_path)
    yield started
    started.process.kill()
    started.process.communicate()


def test_it_answers_as_soon_as_it_says_so(server: Process) -> None:
    assert server.told.read_text() == "ready"
    with server.ask("/") as answer:
        assert answer.status == 200


def test_open_streams_do_not_keep_it_and_answers_on_their_way_arrive(server: Process) -> None:
    with server.ask("/events"), server.ask("/") as answer:
        server.process.send_signal(signal.SIGTERM)
        assert answer.read() == b"done"
        said, _ = server.process.communicate(timeout=30)
        assert said == "ended well\n"
        assert server.process.returncode == 0


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Process]:
    """Clarion itself, as it is served."""
    started = Process(tmp_path, WHOLE)
    yield started
    started.process.kill()
    started.process.communicate()


CHUNKED = {"Transfer-Encoding": "chunked"}


def pour(port: int, size: int) -> tuple[int, bytes]:
    """Send zeros without saying how many; status and answer."""
    zeros = (bytes(2**20) for _ in range(size // 2**20))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(connection):
        connection.request("POST", "/api/nowhere", zeros, CHUNKED, encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(
    whole: Process, settings: LazySettings
) -> None:
    assert pour(whole.port, settings.UPLOAD_MAX)[0] == 404
    status, said = pour(whole.port, settings.UPLOAD_MAX + 2**20)
    assert status == 413
    assert b"up to 60 MB" in said
