"""Just enough of the web for one small server: a request, an answer, a table of routes."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON_BYTES = 1 << 20


class Sorry(Exception):
    """The request cannot be met. `status` is 4xx; the message is a sentence for people."""

    def __init__(
        self, status: int, sentence: str, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.headers = headers


@dataclass(frozen=True)
class Answer:
    body: bytes = b""
    status: int = 200
    mime: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()
    breaks: bool = False  # the line goes dead in the middle of this answer


def say(value: object, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status)


def page(html: str, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    return Answer(html.encode(), status, "text/html; charset=utf-8", headers)


def go(path: str) -> Answer:
    """After a form: look at `path` with a fresh GET."""
    return Answer(status=303, mime="text/plain", headers=(("Location", path),))


@dataclass
class Request:
    scope: Scope
    receive: Receive
    parts: Mapping[str, str] = field(default_factory=dict)  # named groups of the route

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def path(self) -> str:
        return str(self.scope["path"])

    @property
    def peer(self) -> str:
        """The address at the other end of the line."""
        return str((self.scope.get("client") or ("",))[0])

    def header(self, name: str) -> str:
        wanted = name.lower().encode()
        for key, value in self.scope["headers"]:
            if key == wanted:
                return str(value.decode("latin-1"))
        return ""

    def all(self, name: str) -> list[str]:
        query = self.scope.get("query_string", b"")
        return parse_qs(query.decode("latin-1"), keep_blank_values=True).get(name, [])

    def one(self, name: str, default: str = "") -> str:
        return (self.all(name) or [default])[-1]

    @property
    def is_form(self) -> bool:
        return "urlencoded" in self.header("content-type")

    async def body(self, most: int = JSON_BYTES) -> bytes:
        chunks, size, more = [], 0, True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Sorry(400, "The request broke off in the middle.")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            more = message.get("more_body", False)
            if size > most:
                raise Sorry(413, f"That is too much at once: at most {most:,} bytes.")
        return b"".join(chunks)

    async def data(self) -> Mapping[str, Any]:
        """What a form or a JSON object says."""
        body = await self.body()
        try:
            if self.is_form:
                return {k: v[-1] for k, v in parse_qs(body.decode()).items()}
            read = json.loads(body or b"{}")
            if b"\\ud" in body.lower():
                json.dumps(read, ensure_ascii=False).encode()  # half a character fits nowhere
        except (ValueError, RecursionError) as error:
            raise Sorry(
                400, "That is not JSON that can be read. Send one JSON object."
            ) from error
        if not isinstance(read, dict):
            raise Sorry(400, "Send one JSON object.")
        return read


Handler = Callable[[Request], Awaitable[Answer]]


class Routes:
    """Method and path to handler. `{name}` in a path matches up to the next slash."""

    def __init__(self, table: Iterable[tuple[str, str, Handler]]) -> None:
        self._plain: dict[str, dict[str, Handler]] = {}
        self._patterns: list[tuple[re.Pattern[str], dict[str, Handler]]] = []
        for method, path, handler in table:
            self._by_method(path)[method] = handler

    def find(self, method: str, path: str) -> tuple[Handler, Mapping[str, str]]:
        plain = self._plain.get(path)
        methods, parts = (plain, {}) if plain is not None else self._match(path)
        if handler := methods.get("GET" if method == "HEAD" else method):
            return handler, parts
        raise Sorry(405, "That cannot be done here.", (("Allow", ", ".join(sorted(methods))),))

    def _match(self, path: str) -> tuple[dict[str, Handler], dict[str, str]]:
        for pattern, methods in self._patterns:
            if found := pattern.fullmatch(path):
                return methods, found.groupdict()
        raise Sorry(404, "There is nothing here.")

    def _by_method(self, path: str) -> dict[str, Handler]:
        if "{" not in path:
            return self._plain.setdefault(path, {})
        pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))
        for known, methods in self._patterns:
            if known == pattern:
                return methods
        self._patterns.append((pattern, {}))
        return self._patterns[-1][1]


async def write(send: Send, answer: Answer, *, head: bool = False) -> None:
    headers = [("content-type", answer.mime), *answer.headers]
    if answer.breaks:
        # More is promised than ever comes: the caller learns nothing about what happened.
        headers.append(("content-length", str(len(answer.body) + 64)))
    elif answer.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        headers.append(("content-length", str(len(answer.body))))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers],
        }
    )
    if answer.breaks:
        await send({"type": "http.response.body", "body": b"{", "more_body": True})
        raise ConnectionAbortedError("The line is cut on purpose.")
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
