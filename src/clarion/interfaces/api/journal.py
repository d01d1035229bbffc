"""What was done, what needs somebody, and whether all is well, over the API."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Schema

from clarion.accounts import actions
from clarion.accounts.journal import Verdict, verify
from clarion.accounts.models import JournalEntry, Notice
from clarion.interfaces.api.door import Request, own
from clarion.interfaces.api.shapes import Id, Word
from clarion.interfaces.api.stage import Stage
from clarion.kit import doctor
from clarion.kit.home import Home

stage = Stage()
CHUNK = 500  # rows of the journal held in memory at once


# --- shapes ---------------------------------------------------------------------------------


class EntryShape(Schema):
    """One line. `seal` is SHA-256 over `previous` and what the line says."""

    seq: int
    at: datetime
    by: str
    by_kind: str
    did: str
    about: str
    before: dict[str, Any]
    after: dict[str, Any]
    previous: str
    seal: str


class VerdictShape(Schema):
    """`broken_at` is the first line that does not fit, or null. Keep `seal` elsewhere."""

    rows: int
    seal: str
    is_whole: bool
    broken_at: int | None
    reason: str

    @staticmethod
    def resolve_is_whole(verdict: Verdict) -> bool:
        return verdict.broken_at is None


class NoticeShape(Schema):
    """Something that a person should know. `url` is where to act, below the workspace."""

    id: int
    kind: str
    about: str
    text: str
    url: str
    at: datetime
    solved_at: datetime | None


class LookShape(Schema):
    """One look at one thing. `do` is empty exactly when all is well."""

    name: str
    says: str
    do: str
    is_well: bool


class HealthShape(Schema):
    is_well: bool
    findings: list[LookShape]


# --- the journal ----------------------------------------------------------------------------


@stage.many("journal.list", "GET /journal", EntryShape, order="-seq", right="journal")
def list_entries(
    request: Request, did: Word = "", about: Word = "", by: Word = ""
) -> QuerySet[JournalEntry]:
    """What was done, newest first. `did` is like "post.approved", or its first word."""
    rows = request.auth.workspace.journal.all()
    if did:
        rows = rows.filter(did=did) if "." in did else rows.filter(did__startswith=f"{did}.")
    if about:
        rows = rows.filter(about=about)
    return rows.filter(by=by) if by else rows


@stage.one("journal.verify", "GET /journal/verify", VerdictShape, right="journal")
def verify_journal(request: Request) -> Verdict:
    """Walk the whole chain, and name the first line that was tampered with."""
    return verify(request.auth.workspace)


@stage.one(
    "journal.export",
    "GET /journal/export",
    EntryShape,
    right="journal",
    media_type="application/jsonl",
)
def export(request: Request) -> HttpResponseBase:
    """The whole journal, oldest first: one line of JSON for each line."""
    rows = request.auth.workspace.journal.order_by("seq")
    response = StreamingHttpResponse(
        _streamed(request, _lines(rows)), content_type="application/jsonl"
    )
    name = f"{request.auth.workspace.slug}-journal.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(rows: QuerySet[JournalEntry]) -> Iterator[str]:
    for row in rows.iterator(chunk_size=CHUNK):
        said = EntryShape.model_validate(row).model_dump(mode="json")
        yield json.dumps(said, ensure_ascii=False) + "\n"


def _streamed(request: HttpRequest, lines: Iterator[str]) -> Any:
    """An event loop must not wait for the database."""
    return _later(lines) if isinstance(request, ASGIRequest) else lines


async def _later(lines: Iterator[str]) -> AsyncIterator[str]:
    while line := await sync_to_async(_next)(lines):
        yield line


def _next(lines: Iterator[str]) -> str:
    return next(lines, "")


# --- notices and health ---------------------------------------------------------------------


@stage.many("notices.list", "GET /notices", NoticeShape)
def list_notices(request: Request, solved: bool = False) -> QuerySet[Notice]:
    """What needs somebody, newest first; with `solved` also what needed somebody."""
    rows = _mine(request).filter(workspace=request.auth.workspace)
    return rows if solved else rows.filter(solved_at=None)


@stage.write("notices.dismiss", "POST /notices/{notice}/dismiss", NoticeShape)
def dismiss(request: Request, notice: Id) -> Notice:
    """Say that it is settled."""
    row = own(request, _mine(request), notice)
    actions.dismiss(row, by=request.auth.actor)
    row.refresh_from_db()
    return row


@stage.write("notices.bring-back", "POST /notices/{notice}/bring-back", NoticeShape)
def bring_back(request: Request, notice: Id) -> Notice:
    """It is not settled after all."""
    row = own(request, _mine(request), notice)
    actions.undismiss(row, by=request.auth.actor)
    row.refresh_from_db()
    return row


def _mine(request: Request) -> QuerySet[Notice]:
    return Notice.objects.reaching(request.auth.actor.membership_id)


@stage.one("health.show", "GET /health", HealthShape, right="settings")
def health(request: Request) -> dict[str, object]:  # noqa: ARG001
    """Whether the installation is well, and what to do where it is not."""
    found = doctor.look(Home(settings.DATA))
    return {"is_well": all(f.is_well for f in found), "findings": found}
