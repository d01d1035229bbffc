"""Chat services, through Apprise: which may be used, and a door that leads nowhere private.

Apprise makes its requests itself, with urllib3 below. So the rule that holds for all networks
is put where urllib3 opens a connection: a name is resolved once, every address is checked, and
the connection goes to the very address that was checked.
"""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from django.conf import settings

from clarion.kit.errors import NotYet
from clarion.networks.base import Refused
from clarion.networks.transport import open_address

# First word of an address -> the service. All speak over the web, through the guarded door;
# whatever reads files, starts programs or speaks otherwise stays out.
SERVICES: Mapping[str, str] = {
    "slack": "Slack",
    "tgram": "Telegram",
    "matrix": "Matrix",
    "matrixs": "Matrix",
    "discord": "Discord",
    "msteams": "Microsoft Teams",
    "workflows": "Microsoft Teams",
    "gchat": "Google Chat",
    "mmost": "Mattermost",
    "mmosts": "Mattermost",
    "rocket": "Rocket.Chat",
    "rockets": "Rocket.Chat",
    "zulip": "Zulip",
    "wxteams": "Webex",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "pover": "Pushover",
    "json": "A web hook of yours",
    "jsons": "A web hook of yours",
}
TITLE = "Clarion"


def service(url: str) -> str:
    """The name of the service behind an address. Raises NotYet for one that is none."""
    scheme = url.partition("://")[0].lower()
    if scheme not in SERVICES:
        known = ", ".join(dict.fromkeys(SERVICES.values()))
        raise NotYet(
            f"This is no address of a chat service that Clarion knows: {known}. It begins like "
            "slack:// or tgram://; Apprise's pages say how yours is written.",
            "url",
        )
    if _instance(url) is None:
        raise NotYet(
            f"{SERVICES[scheme]} does not read this address. Compare it with Apprise's page on "
            "this service; often a part is missing.",
            "url",
        )
    return SERVICES[scheme]


def send(url: str, text: str) -> None:
    """Say it there. Blocks: not for an event loop. Raises Refused in words for people."""
    place = _instance(url)
    if place is None:
        raise Refused("The address of this chat can no longer be read. Enter it again.")
    with guarded() as refused:
        fine = place.notify(body=text, title=TITLE)
        said = refused[0] if refused else f"{place.service_name} did not take the message."
    if not fine:
        raise Refused(f"{said} Check the address, then try again.")


def _instance(url: str) -> Any:
    import apprise

    asset = apprise.AppriseAsset(app_id="Clarion", secure_logging=True)
    with suppress(TypeError, ValueError, AttributeError):
        return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    return None


# --- the door -------------------------------------------------------------------------------


class Door(threading.local):
    """What the guard refused meanwhile in this thread; None while it does not stand there."""

    refused: list[str] | None = None


_door = Door()


@contextmanager
def guarded() -> Iterator[list[str]]:
    """What this thread asks of urllib3 meanwhile goes to public addresses only."""
    _stand_guard()
    refused: list[str] = []
    _door.refused = refused
    try:
        yield refused
    finally:
        _door.refused = None


@cache
def _stand_guard() -> None:
    from urllib3.util import connection

    real = connection.create_connection

    def create(address: tuple[str, int], *args: Any, **also: Any) -> socket.socket:
        if _door.refused is None:  # somebody else's request
            return real(address, *args, **also)
        host, port = address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        names = [str(entry[4][0]) for entry in found]
        try:
            there = open_address(host, port, names, settings.PRIVATE_HOSTS_ALLOWED)
        except Refused as refused:
            _door.refused.append(str(refused))
            raise OSError(str(refused)) from refused
        return real((there, port), *args, **also)

    connection.create_connection = create
