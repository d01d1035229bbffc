"""One server that speaks the API: its address, our key to it, and how it says no."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx2

from clarion.networks.base import Call, Reconnect, Refused, TryLater, Unsure
from clarion.networks.http import ask_raw, judge, retry_at

Json = Mapping[str, Any]

PAGES = 25


class Missing(Refused):
    """What we asked for is not there (404 or 410), or the server has no such method."""


@dataclass(frozen=True)
class Server:
    http: httpx2.AsyncClient
    base: str  # "https://mastodon.example", no slash at the end
    token: str = field(default="", repr=False)

    @classmethod
    def of(cls, call: Call) -> Self:
        return cls(call.http, call.grant["instance"], call.grant["token"])

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def ask(
        self, method: str, path: str, *, writes: bool = False, key: str = "", **kwargs: Any
    ) -> httpx2.Response:
        """One good answer. Raises the four errors, and Missing, which is a Refused."""
        headers = self.headers()
        if key:
            headers["Idempotency-Key"] = key
        response = await ask_raw(
            self.http, method, f"{self.base}{path}", writes=writes, headers=headers, **kwargs
        )
        return judged(response, writes=writes)

    async def get(self, path: str, **params: Any) -> Any:
        return read(await self.ask("GET", path, params=params))

    async def newest(
        self, path: str, since: datetime, *, prove: bool = False, **params: Any
    ) -> AsyncIterator[Json]:
        """What was made at `since` or later, newest first, page by page.

        After 25 pages it stops, or with `prove` raises Unsure: what was not seen may exist.
        """
        for _ in range(PAGES):
            page = _list(await self.get(path, **params))
            for thing in page:
                if moment(thing["created_at"]) >= since:
                    yield thing
            if not page or moment(page[-1]["created_at"]) < since:
                return
            params["max_id"] = page[-1]["id"]
        if prove:
            raise Unsure("There are too many posts to look through; a person must look.")


def judged(response: httpx2.Response, *, writes: bool) -> httpx2.Response:
    """The response if it is good, else the error that says what to do, in words for people."""
    status = response.status_code
    said = _said(response)
    if 300 <= status < 400:
        raise Refused(
            "This address only points to another one. Connect the server it leads to."
        )
    if status == 429:
        at = _reset(response) or retry_at(response)
        raise TryLater("The server asked us to slow down.", at)
    if status == 403 and "scope" in said:
        raise Reconnect("Our key does not open this. Connect the account again.")
    if status in (404, 410):
        raise Missing(f"The server does not have this (status {status}).{said}")
    if 400 <= status < 500 and status != 401:
        raise Refused(f"The server refused this (status {status}).{said}")
    return judge(response, writes=writes)


def read(response: httpx2.Response, *, writes: bool = False) -> Any:
    """The JSON of a good answer. One that cannot be read counts as lost."""
    try:
        return response.json()
    except ValueError as error:
        if writes:
            raise Unsure("The server's answer could not be read.") from error
        raise TryLater("The server's answer could not be read.") from error


def moment(text: str) -> datetime:
    """An aware moment; servers that leave the zone out mean UTC."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise TryLater("The server's answer could not be read.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _list(answer: Any) -> list[Json]:
    if not isinstance(answer, list):
        raise TryLater("The server's answer could not be read.")
    return answer


def _said(response: httpx2.Response) -> str:
    """The server's own short sentence, such as "Text can't be blank"; never a page of HTML."""
    try:
        error = response.json()["error"] if response.status_code >= 400 else ""
    except (ValueError, TypeError, KeyError):
        return ""
    if (
        not isinstance(error, str)
        or len(error) >= 200
        or "<" in error
        or not error.isprintable()
    ):
        return ""
    return f" It said: “{error}”" if error else ""


def _reset(response: httpx2.Response) -> datetime | None:
    """`X-RateLimit-Reset` is a date on Mastodon and seconds since 1970 on some others."""
    text = response.headers.get("X-RateLimit-Reset", "")
    try:
        at = datetime.fromtimestamp(int(text), UTC) if text.isdigit() else moment(text)
    except (TryLater, OverflowError, OSError):
        return None
    return at if at > datetime.now(UTC) else None
