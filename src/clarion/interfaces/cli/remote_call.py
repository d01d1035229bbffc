"""One call to a running Clarion, and its answer on the terminal."""

import json
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import click
import httpx2

from clarion.interfaces.cli.remote_file import PIECE, send_file
from clarion.interfaces.cli.remote_pass import Pass
from clarion.interfaces.cli.remote_values import given
from clarion.interfaces.cli.tables import listed, shown
from clarion.kit.trouble import Trouble

PATIENCE = 60  # seconds; a network that Clarion asks for us may be slow
KEY = "Idempotency-Key"
RAW = "application/octet-stream"
PAGE = 200  # rows to ask for at once with --all


@dataclass(frozen=True)
class Call:
    """An operation, where its parameters go, and the fields of its body by name."""

    operation: Mapping[str, Any]
    kind: str  # media type of the body, or ""
    places: Mapping[str, str]  # parameter -> path, query or header
    fields: Mapping[str, Any]  # of the body -> schema
    files: Sequence[str]  # of the body


def perform(call: Call, typed: Mapping[str, Any]) -> None:
    """Ask, and show what comes. Ends with 1 where it is refused."""
    with _line() as http:
        if call.operation["operationId"] == "journal.export":
            _pour(http, _request(http, call, typed))
            return
        if call.operation["operationId"] == "media.upload" and _in_pieces(typed):
            with _sentences(http):
                answer = send_file(http, Path(typed["file"]), typed.get("alt") or "", _opened)
        else:
            answer = _ask(http, _request(http, call, typed))
        if typed.get("every"):
            answer = _every(http, call, typed, answer)
    _tell(answer, as_json=bool(typed["as_json"]))
    if answer.get("is_whole") is False:
        line = f"Line {answer['broken_at']} of the journal does not fit. {answer['reason']}"
        raise Trouble(line)


def _in_pieces(typed: Mapping[str, Any]) -> bool:
    return not typed.get("dry_run") and Path(typed["file"]).stat().st_size > PIECE


def ask(way: str, pass_: Pass) -> dict[str, Any]:
    """GET `way` with this pass."""
    with _line(pass_) as http:
        return _ask(http, http.build_request("GET", f"/api/v1/{way}"))


def _line(pass_: Pass | None = None) -> httpx2.Client:
    known = pass_ or Pass.known()
    host = urlsplit(known.url).hostname or ""
    return httpx2.Client(
        base_url=known.url,
        headers={"Authorization": f"Bearer {known.token}"},
        timeout=PATIENCE,
        # What runs on this machine is never reached through a proxy.
        trust_env=host not in ("localhost", "127.0.0.1", "::1"),
    )


def _request(http: httpx2.Client, call: Call, typed: Mapping[str, Any]) -> httpx2.Request:
    path = call.operation["path"]
    for name in (n for n, where in call.places.items() if where == "path"):
        path = path.replace(f"{{{name}}}", quote(str(typed[name]), safe=""))
    return http.build_request(
        call.operation["method"],
        path,
        params=_query(call, typed),
        headers=_key(call, typed),
        **_content(call, typed),
    )


def _key(call: Call, typed: Mapping[str, Any]) -> dict[str, str]:
    """Every write has one, so that a lost answer can be asked for again."""
    if KEY not in call.places:
        return {}
    return {KEY: typed.get("idempotency_key") or secrets.token_hex(16)}


def _query(call: Call, typed: Mapping[str, Any]) -> dict[str, Any]:
    names = [n for n, where in call.places.items() if where == "query"]
    found = {n: typed[n] for n in names if typed.get(n) is not None}
    if typed.get("every"):
        found.setdefault("limit", PAGE)
    return found


def _content(call: Call, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed and nothing else: a change must leave the rest as it is."""
    said = {
        name: given(schema, typed[name])
        for name, schema in call.fields.items()
        if typed.get(name) not in (None, ())
    }
    if call.kind == RAW:  # one piece of the file, from the offset on
        with Path(typed["file"]).open("rb") as file:
            file.seek(typed.get("offset") or 0)
            return {"content": file.read(PIECE)}
    if call.files:
        files = {n: (Path(typed[n]).name, Path(typed[n]).read_bytes()) for n in call.files}
        return {"data": said, "files": files}
    return {"json": said} if call.kind else {}


_LOST = (  # the request went out, and its answer did not come back
    httpx2.ReadError,
    httpx2.ReadTimeout,
    httpx2.WriteError,
    httpx2.WriteTimeout,
    httpx2.RemoteProtocolError,
)


# --- answers --------------------------------------------------------------------------------


def _ask(http: httpx2.Client, request: httpx2.Request) -> dict[str, Any]:
    with _sentences(http, request.headers.get(KEY, "")):
        response = http.send(request)
    return _opened(response)


class _sentences:  # noqa: N801 - reads like a statement
    """Turns a line that fails into a sentence."""

    def __init__(self, http: httpx2.Client, key: str = "") -> None:
        self.url, self.key = str(http.base_url).rstrip("/"), key

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if self.key and isinstance(error, _LOST):
            raise Trouble(
                f"{self.url} did not answer, so it may have been done or not. Say the same "
                f"again with --idempotency-key {self.key} and it is done once."
            ) from error
        if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
            raise Trouble(
                f"{self.url} does not answer. Start Clarion with `clarion up`, "
                "or set CLARION_URL to where it runs."
            ) from error


def _opened(response: httpx2.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Trouble(
            f"{response.url.host} answered with {response.status_code} and something that is "
            "not from Clarion's API. Is CLARION_URL right?"
        )
    if response.is_success:
        return answer
    raise Trouble(_refusal(answer, response.status_code))


def _refusal(answer: Mapping[str, Any], status: int) -> str:
    found = answer.get("problems") or [answer]
    said = [str(one.get("problem", "")) for one in found if one.get("problem")]
    return "\n".join(said) or f"It was refused ({status})."


def _every(
    http: httpx2.Client, call: Call, typed: Mapping[str, Any], first: dict[str, Any]
) -> dict[str, Any]:
    """The rows of all pages, as one answer."""
    rows, cursor = list(first["items"]), first["next_cursor"]
    while cursor:
        page = _ask(http, _request(http, call, {**typed, "cursor": cursor}))
        rows, cursor = rows + page["items"], page["next_cursor"]
    return {"items": rows, "next_cursor": None}


def _pour(http: httpx2.Client, request: httpx2.Request) -> None:
    """A long answer, as it comes."""
    with _sentences(http):
        response = http.send(request, stream=True)
        try:
            if not response.is_success:
                response.read()
                _opened(response)
            for chunk in _chunks(response):
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        finally:
            response.close()


def _chunks(response: httpx2.Response) -> Iterator[bytes]:
    yield from response.iter_bytes()


def _tell(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
        return
    if "items" not in answer or "next_cursor" not in answer:
        click.echo(shown(answer))
        return
    click.echo(listed(answer["items"]))
    if answer["next_cursor"]:
        more = f"There is more: --all, or --cursor {answer['next_cursor']}"
        click.echo(more, err=True)
