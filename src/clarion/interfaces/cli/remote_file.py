"""A large file on its way to Clarion: in pieces, and on from there after a dropped line."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import httpx2

from clarion.kit.trouble import Trouble

PIECE = 8 * 2**20  # bytes that are sent at once; smaller files go whole
WAITS = (1, 2, 4, 8, 15, 30, 60)  # seconds between tries while nothing gets through
LOOK = 1.0  # seconds between questions for the verdict
UPLOADS = "/api/v1/uploads"

Known = dict[str, Any]
Opened = Callable[[httpx2.Response], Known]


def send_file(http: httpx2.Client, path: Path, alt: str, opened: Opened) -> Known:
    """The medium that became of it. The same file again goes on with what has arrived."""
    about = path.stat()
    key = f"{path.resolve()} {about.st_mtime_ns}"[-200:]
    said = {"name": path.name, "size": about.st_size, "key": key, "alt": alt}
    known = opened(http.post(UPLOADS, json=said))
    show = click.progressbar(length=about.st_size, file=sys.stderr)
    with show as bar, path.open("rb") as file:
        while known["state"] == "receiving":
            bar.update(known["received"] - bar.pos)
            file.seek(known["received"])
            known = _sent(http, known, file.read(PIECE), opened)
        bar.update(about.st_size - bar.pos)
    return opened(http.get(f"/api/v1/media/{_verdict(http, known, opened)['media']}"))


def _sent(http: httpx2.Client, known: Known, piece: bytes, opened: Opened) -> Known:
    """How far it is after one piece, or after a look where the line was lost meanwhile."""
    way, at = f"{UPLOADS}/{known['id']}", {"offset": known["received"]}
    if not piece:
        raise Trouble("The file has become shorter while it was sent. Send it again.")
    with suppress(httpx2.TransportError):
        answer = http.patch(way, params=at, content=piece)
        if answer.status_code != 409:  # else another piece is expected: ask which
            return opened(answer)
    for wait in WAITS:
        with suppress(httpx2.TransportError):
            return opened(http.get(way))
        time.sleep(wait)
    raise Trouble(
        f"{http.base_url} does not answer. What has arrived stays there for a week: say the "
        "same again, and it goes on from there."
    )


def _verdict(http: httpx2.Client, known: Known, opened: Opened) -> Known:
    while known["state"] == "checking":
        time.sleep(LOOK)
        known = opened(http.get(f"{UPLOADS}/{known['id']}"))
    if known["state"] == "refused":
        raise Trouble(known["problem"])
    return known
