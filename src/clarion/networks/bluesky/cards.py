"""A link card, built from the page itself: nothing on this network does that for us."""

import asyncio
import io
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import httpx2
from PIL import Image

from clarion.networks.base import NetworkError

logger = logging.getLogger(__name__)

THUMB_BYTES = 1_000_000  # of app.bsky.embed.external
_PAGE_BYTES = 512_000  # the head of a page is all that is read
_PICTURE_BYTES = 8_000_000
_PICTURE_PIXELS = 40_000_000
_SECONDS = 10  # for the page and its picture together
_TRUSTED = ("image/jpeg", "image/png", "image/webp")
_FAILURES = (
    NetworkError,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    TimeoutError,
    OSError,
    ValueError,
    SyntaxError,  # what the picture library raises for a broken PNG
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True)
class Card:
    uri: str
    title: str
    description: str = ""
    thumb: bytes = b""
    mime: str = ""


async def card(http: httpx2.AsyncClient, link: str) -> Card:
    """What the page says of itself. A page that cannot be read still gives a card."""
    found = Card(link, title=link.split("://", 1)[-1].rstrip("/"))
    try:
        async with asyncio.timeout(_SECONDS):
            head, address = await _page(http, link)
            found = replace(
                found,
                title=head.said("og:title", "twitter:title", "title") or found.title,
                description=head.said("og:description", "twitter:description", "description"),
            )
            picture = head.said("og:image:secure_url", "og:image", "twitter:image")
            if picture:
                thumb, mime = await _thumb(http, urljoin(address, picture))
                found = replace(found, thumb=thumb, mime=mime)
    except _FAILURES as error:
        # A card is an ornament: the post goes out with as much of it as could be had.
        logger.info("Incomplete link card for %s: %s", urlsplit(link).hostname, type(error))
    return found


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, str] = {}
        self._titled = False

    def said(self, *names: str) -> str:
        """The first of these that is there, on one line and not too long."""
        found = next((self._said[n] for n in names if self._said.get(n)), "")
        return " ".join(found.split())[:2000]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._titled = tag == "title"
        if tag == "meta":
            pairs = dict(attrs)
            name = (pairs.get("property") or pairs.get("name") or "").lower()
            self._said.setdefault(name, pairs.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        self._titled = False

    def handle_data(self, data: str) -> None:
        if self._titled:
            self._said.setdefault("title", data)


async def _page(http: httpx2.AsyncClient, link: str) -> tuple[_Head, str]:
    async with _opened(http, link, "text/html") as response:
        raw = await _at_most(response, _PAGE_BYTES)
        text = raw.decode(response.charset_encoding or "utf-8", errors="replace")
        address = str(response.url)
    head = _Head()
    head.feed(text)
    return head, address


async def _thumb(http: httpx2.AsyncClient, address: str) -> tuple[bytes, str]:
    async with _opened(http, address, "image/") as response:
        raw = await _at_most(response, _PICTURE_BYTES)
        mime = response.headers["content-type"].split(";")[0].strip().lower()
    if mime in _TRUSTED and len(raw) <= THUMB_BYTES:
        return raw, mime
    return await asyncio.to_thread(_smaller, raw), "image/jpeg"


@asynccontextmanager
async def _opened(
    http: httpx2.AsyncClient, address: str, kind: str
) -> AsyncIterator[httpx2.Response]:
    # Uncompressed, so that the cap on what is read is also a cap on what it unfolds to.
    headers = {"Accept-Encoding": "identity", "Accept": f"{kind}*" if kind[-1] == "/" else kind}
    async with http.stream("GET", address, headers=headers, follow_redirects=True) as response:
        response.raise_for_status()
        if "content-encoding" in response.headers:
            raise ValueError("compressed all the same")
        if not response.headers.get("content-type", "").lower().startswith(kind):
            raise ValueError(f"not {kind}")
        yield response


async def _at_most(response: httpx2.Response, cap: int) -> bytes:
    """The first `cap` bytes."""
    got = bytearray()
    async for chunk in response.aiter_raw():
        got += chunk
        if len(got) >= cap:
            break
    return bytes(got[:cap])


def _smaller(raw: bytes) -> bytes:
    with Image.open(io.BytesIO(raw)) as picture:
        if picture.width * picture.height > _PICTURE_PIXELS:
            raise ValueError("too many pixels")
        picture.thumbnail((1200, 1200))
        plain = picture.convert("RGB")
    for quality in (85, 70, 50):
        out = io.BytesIO()
        plain.save(out, "JPEG", quality=quality)
        if out.tell() <= THUMB_BYTES:
            return out.getvalue()
    raise ValueError("too large even when small")
