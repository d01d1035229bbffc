import asyncio

import pytest

from clarion.networks.base import Refused, TryLater
from clarion.networks.http import ask, client


def visit(url, allow=()):
    async def go():
        async with client(allow=allow) as http:
            return await ask(http, "GET", url, writes=True)

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


def test_a_name_without_an_address_is_tried_later():
    with pytest.raises(TryLater):
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
