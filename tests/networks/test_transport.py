import asyncio
import gzip
import threading

import pytest

from clarion.networks.base import Refused, TryLater, Unsure
from clarion.networks.http import ask, client


def visit(url, allow=(), *, writes=True):
    async def go():
        async with client(allow=allow) as http:
            return await ask(http, "GET", url, writes=writes)

    return asyncio.run(go())


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/",
        "http://localhost:9/",
        "http://[::1]:9/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0.0.0.0:9/",
        "http://2130706433/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fec0::1]/",
        "http://[ff02::1]/",
        "http://224.0.0.1/",
    ],
)
def test_private_addresses_are_closed(url):
    with pytest.raises(Refused, match="private network"):
        visit(url)


def test_an_allowed_host_is_open_on_its_port_only(playground_server):
    assert visit(f"{playground_server.url}/", [playground_server.host]).status_code == 200
    with pytest.raises(Refused):
        visit(f"{playground_server.url}/", ["127.0.0.1:1"])


def test_a_name_without_an_address_is_tried_later_and_named():
    with pytest.raises(TryLater, match=r"nowhere\.invalid could not be reached"):
        visit("http://nowhere.invalid/")


@pytest.mark.parametrize("url", ["nope://x", "http://", "not a url"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(Refused):
        visit(url)


def test_a_connection_is_used_again(playground_server):
    async def go():
        async with client(allow=[playground_server.host]) as http:
            for _ in range(3):
                await ask(http, "GET", f"{playground_server.url}/", writes=False)
            [pool] = http._transport._pools.values()
            return len(pool._pool.connections)

    assert asyncio.run(go()) == 1


@pytest.fixture
def packed():
    """Visit a server that sends this body, packed."""
    from http.server import BaseHTTPRequestHandler, HTTPServer

    def visited(body, *, writes):
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self):
                said = gzip.compress(body)
                self.send_response(200)
                self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *args):
                pass

        with HTTPServer(("127.0.0.1", 0), Answer) as server:
            thread = threading.Thread(target=server.handle_request)
            thread.start()
            host = f"127.0.0.1:{server.server_port}"
            try:
                return visit(f"http://{host}/", [host], writes=writes)
            finally:
                thread.join()

    return visited


def test_a_packed_answer_is_read(packed):
    assert packed(b'{"good": true}', writes=False).json() == {"good": True}


def test_an_answer_that_swells_without_end_is_none(packed):
    bomb = bytes(64 * 2**20)
    with pytest.raises(TryLater):
        packed(bomb, writes=False)
    with pytest.raises(Unsure):
        packed(bomb, writes=True)
