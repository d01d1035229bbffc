"""A server of another make: it renders as Mastodon does, forgets idempotency keys as GoToSocial
does, and can lose an answer after the work is done."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import count
from typing import Any, TypeVar
from urllib.parse import parse_qs

import httpx2

from clarion.networks.base import Call

BASE = "https://social.example"
ME = {"id": "1", "acct": "me", "username": "me", "display_name": "Me", "url": f"{BASE}/@me"}
ANN = {"id": "2", "acct": "ann@far.example", "username": "ann", "display_name": "Ann"}
BOB = {"id": "3", "acct": "bob", "username": "bob", "display_name": "Bob"}
PEOPLE = {"me": ME, "ann": ANN, "bob": BOB}
T = TypeVar("T")


def rendered(text: str) -> str:
    """HTML as Mastodon makes it: links cut up into spans, mentions without their server."""

    def link(found: re.Match[str]) -> str:
        scheme, rest = found[0].split("://", 1)
        return (
            f'<a href="{found[0]}" target="_blank" rel="nofollow noopener">'
            f'<span class="invisible">{scheme}://</span>'
            f'<span class="ellipsis">{rest[:30]}</span>'
            f'<span class="invisible">{rest[30:]}</span></a>'
        )

    def mention(found: re.Match[str]) -> str:
        return (
            f'<span class="h-card"><a href="https://x.example/@{found[1]}" '
            f'class="u-url mention">@<span>{found[1]}</span></a></span>'
        )

    out = re.sub(r"https?://[^\s<]+", link, escape(text, quote=False))
    out = re.sub(r"(?<![\w/])@(\w+)(?:@[\w.]+)?", mention, out)
    out = re.sub(
        r"(?<![\w/&])#(\w+)",
        r'<a class="mention hashtag" rel="tag" href="/t">#<span>\1</span></a>',
        out,
    )
    paragraphs = [p.replace("\n", "<br />") for p in out.split("\n\n")]
    return "".join(f"<p>{p}</p>" for p in paragraphs)


class Double:
    """State in plain lists; `do` gives an adapter a call for the account "me"."""

    def __init__(self) -> None:
        self.statuses: list[dict[str, Any]] = []
        self.notifications: list[dict[str, Any]] = []
        self.conversations: list[dict[str, Any]] = []
        self.media: dict[str, dict[str, Any]] = {}
        self.requests: list[httpx2.Request] = []
        self.instance: dict[str, Any] = {
            "domain": "social.example",
            "api_versions": {"mastodon": 7},
        }
        self.lose = 0  # so many statuses are taken without an answer
        self.processing = 0  # so many looks until media are ready
        self.answers: dict[str, httpx2.Response] = {}  # "GET /path" -> instead of the real one
        self.ahead = timedelta()  # how wrong its clock is
        self._ids = count(100)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def do(self, work: Callable[[Call], Awaitable[T]], key: str = "d1") -> T:
        async def run() -> T:
            async with httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer)) as http:
                grant = {
                    "instance": BASE,
                    "token": "s3cret",
                    "id": "1",
                    "domain": "social.example",
                }
                return await work(Call(http, grant, key=key))

        return asyncio.run(run())

    def say(self, text: str, by: Mapping[str, Any] = ME, **more: Any) -> dict[str, Any]:
        at = more.pop("at", self.now)
        names = re.findall(r"@(\w+)", text)
        status = {
            "id": str(next(self._ids)),
            "created_at": at.isoformat().replace("+00:00", "Z"),
            "in_reply_to_id": None,
            "visibility": "public",
            "content": rendered(text),
            "account": by,
            "media_attachments": [],
            "mentions": [PEOPLE[name] for name in names if name in PEOPLE],
            "tags": [{"name": tag} for tag in re.findall(r"#(\w+)", text)],
            "favourites_count": 0,
            "reblogs_count": 0,
            "replies_count": 0,
        } | more
        status["url"] = f"{BASE}/@{by['acct']}/{status['id']}"
        for parent in self.statuses:
            if parent["id"] == status["in_reply_to_id"]:
                parent["replies_count"] += 1
        self.statuses.insert(0, status)
        return status

    def notify(self, status: Mapping[str, Any], kind: str = "mention") -> None:
        self.notifications.insert(
            0,
            {
                "id": str(next(self._ids)),
                "type": kind,
                "status": status,
                "account": status["account"],
                "created_at": status["created_at"],
            },
        )

    # --- the API --------------------------------------------------------------------------

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        line = f"{request.method} {request.url.path}"
        response = self.answers.get(line) or self._routed(request)
        response.headers["Date"] = format_datetime(self.now, usegmt=True)
        return response

    def _routed(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        routes = {
            r"GET /api/v1/accounts/verify_credentials": lambda r: _json(
                ME | {"followers_count": 7, "following_count": 2, "statuses_count": 3}
            ),
            r"GET /api/v2/instance": lambda r: _json(self.instance),
            r"POST /api/v1/statuses": self._post,
            r"GET /api/v1/statuses": self._many,
            r"GET /api/v1/statuses/\w+": self._one,
            r"GET /api/v1/statuses/\w+/context": self._context,
            r"DELETE /api/v1/statuses/\w+": self._delete,
            r"PUT /api/v1/statuses/\w+": self._change,
            r"GET /api/v1/accounts/1/statuses": self._timeline,
            r"GET /api/v1/timelines/tag/\w+": self._tag,
            r"GET /api/v2/search": lambda r: _json({"statuses": []}),
            r"GET /api/v1/notifications": lambda r: _json(_page(self.notifications, r)),
            r"GET /api/v1/conversations": lambda r: _json(self.conversations),
            r"POST /api/v2/media": self._upload,
            r"GET /api/v1/media/\w+": self._medium,
        }
        for pattern, route in routes.items():
            if re.fullmatch(pattern, f"{request.method} {path}"):
                return route(request)
        return _error(404, "Record not found")

    def _post(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        attached = [self.media[one] for one in asked.get("media_ids", [])]
        if any(medium.get("used") for medium in attached):
            return _error(422, "Validation failed: media are gone")
        for medium in attached:
            medium["used"] = True
        said = self.say(
            asked.get("status", ""),
            in_reply_to_id=asked.get("in_reply_to_id"),
            visibility=asked.get("visibility", "public"),
            spoiler_text=asked.get("spoiler_text", ""),
            media_attachments=attached,
        )
        if self.lose:
            self.lose -= 1
            raise httpx2.ReadTimeout("lost", request=request)
        return _json(said)

    def _find(self, request: httpx2.Request) -> dict[str, Any] | None:
        wanted = request.url.path.split("/")[4]
        return next((one for one in self.statuses if one["id"] == wanted), None)

    def _one(self, request: httpx2.Request) -> httpx2.Response:
        found = self._find(request)
        return _json(found) if found else _error(404, "Record not found")

    def _many(self, request: httpx2.Request) -> httpx2.Response:
        wanted = parse_qs(request.url.query.decode()).get("id[]", [])
        return _json([one for one in self.statuses if one["id"] in wanted])

    def _delete(self, request: httpx2.Request) -> httpx2.Response:
        if not (found := self._find(request)):
            return _error(404, "Record not found")
        self.statuses.remove(found)
        return _json(found)

    def _change(self, request: httpx2.Request) -> httpx2.Response:
        """What is left out goes, as on Mastodon itself: also the media, and their attributes
        are changed where they are named."""
        if not (found := self._find(request)):
            return _error(404, "Record not found")
        asked = json.loads(request.content)
        own = {one["id"]: one for one in found["media_attachments"]}
        found["media_attachments"] = [own[one] for one in asked.get("media_ids", [])]
        for named in asked.get("media_attributes", []):
            own[named["id"]] |= named
        found["content"] = rendered(asked.get("status", ""))
        found["spoiler_text"] = asked.get("spoiler_text", "")
        if self.lose:
            self.lose -= 1
            raise httpx2.ReadTimeout("lost", request=request)
        return _json(found)

    def _context(self, request: httpx2.Request) -> httpx2.Response:
        if not (status := self._find(request)):
            return _error(404, "Record not found")
        above, one = [], status
        while one := next((s for s in self.statuses if s["id"] == one["in_reply_to_id"]), None):
            above.insert(0, one)
        below, ids = [], {status["id"]}
        for one in reversed(self.statuses):
            if one["in_reply_to_id"] in ids:
                ids.add(one["id"])
                below.append(one)
        return _json({"ancestors": above, "descendants": below})

    def _timeline(self, request: httpx2.Request) -> httpx2.Response:
        return _json(_page([s for s in self.statuses if s["account"]["id"] == "1"], request))

    def _tag(self, request: httpx2.Request) -> httpx2.Response:
        tag = request.url.path.split("/")[-1]
        found = [s for s in self.statuses if tag in [one["name"] for one in s["tags"]]]
        return _json(_page(found, request))

    def _upload(self, request: httpx2.Request) -> httpx2.Response:
        medium = str(next(self._ids))
        body = request.content.decode("latin-1")
        alt = re.search(r'name="description"\r\n\r\n(.*?)\r\n', body, re.DOTALL)
        self.media[medium] = {
            "id": medium,
            "url": None if self.processing else f"{BASE}/{medium}.png",
            "description": alt[1].encode("latin-1").decode() if alt else None,
        }
        return httpx2.Response(202 if self.processing else 200, json=self.media[medium])

    def _medium(self, request: httpx2.Request) -> httpx2.Response:
        medium = self.media.get(request.url.path.split("/")[-1])
        if medium is None or medium.get("used"):
            return _error(404, "Record not found")
        self.processing = max(0, self.processing - 1)
        if self.processing:
            return httpx2.Response(206, json=medium)
        medium["url"] = f"{BASE}/{medium['id']}.png"
        return _json(medium)


def _page(things: list[dict[str, Any]], request: httpx2.Request) -> list[dict[str, Any]]:
    """Newest first, 40 at a time, older than `max_id`."""
    if before := request.url.params.get("max_id"):
        things = [one for one in things if int(one["id"]) < int(before)]
    return things[:40]


def _json(answer: Any) -> httpx2.Response:
    return httpx2.Response(200, json=answer)


def _error(status: int, text: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": text})
