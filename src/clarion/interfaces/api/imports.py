"""Posts by the file over the API: take one in, mend its rows, make posts; and out again."""

import io
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from ninja import File, Schema
from ninja.files import UploadedFile
from ninja.params.functions import Form

from clarion.channels.models import Channel
from clarion.content.models import Import, ImportRow
from clarion.interfaces.api.door import Request, all_named, own
from clarion.interfaces.api.shapes import (
    Change,
    Gone,
    Id,
    In,
    Text,
    Word,
    asked,
    kept_as,
    one_of,
)
from clarion.interfaces.api.stage import Stage
from clarion.kit.errors import NotYet
from clarion.publishing.planning.exports import FORMATS, content_type, written
from clarion.publishing.planning.imports import actions, queries

stage = Stage()
_THEN: Any = Form(Import.Then.DRAFT.value)
_TO: Any = Form("")
STATE = one_of(ImportRow.State)


class ImportShape(Schema):
    """A file of posts. `columns`: meaning -> number, from 0; `counts`: rows by state."""

    id: int
    name: str
    state: str
    problem: str
    header: list[str]
    columns: dict[str, int]
    then: str
    to: list[int]
    day_first: bool
    counts: dict[str, int]

    @staticmethod
    def resolve_counts(row: Import) -> dict[str, int]:
        return queries.counts(row)


class ProblemShape(Schema):
    column: str
    reason: str
    blocks: bool


class RowShape(Schema):
    """One row. `line` counts as a spreadsheet does; `post` is the id of what it became."""

    id: int
    line: int
    state: str
    cells: list[str]
    problems: list[ProblemShape]
    post: int | None = kept_as("post_id")


class ImportChange(Change):
    """`columns`: name of a meaning -> number of the column, from 0."""

    columns: dict[str, int] = {}
    then: Word = ""
    to: list[Id] = []
    day_first: bool = True


class RowChange(In):
    """`cells`: what should stand there, by the name of what it means, like `channels`."""

    cells: dict[str, Text] = {}
    left_out: bool | None = None


@stage.many("imports.list", "GET /imports", ImportShape)
def list_imports(request: Request) -> QuerySet[Import]:
    """Files that were taken in, newest first."""
    return Import.objects.filter(workspace=request.auth.workspace)


@stage.one("imports.get", "GET /imports/{source}", ImportShape)
def get_import(request: Request, source: Id) -> Import:
    """How far a file is, and how many of its rows need somebody."""
    return own(request, Import.objects.all(), source)


@stage.write("imports.create", "POST /imports", ImportShape, status=201)
def take_in(
    request: Request, file: File[UploadedFile], then: Word = _THEN, to: Word = _TO
) -> Import:
    """Take in a CSV, XLSX or JSONL file (multipart/form-data). Nothing becomes a post yet.

    `then`: draft, ask or plan. `to`: ids of channels, with commas, for rows that name none.
    """
    me = request.auth
    numbers = [int(n) for n in to.split(",") if n.strip().isdecimal()]
    channels = all_named(request, Channel.objects.all(), numbers, "to")
    data = io.BytesIO(file.read())
    name = file.name or "posts"
    return actions.take_in(me.workspace, name, data, then=then, to=channels, by=me.actor)


@stage.write("imports.change", "PATCH /imports/{source}", ImportShape)
def change(request: Request, source: Id, body: ImportChange) -> Import:
    """Another meaning of its columns, or another default. Every row is looked at again."""
    row, given = own(request, Import.objects.all(), source), body.given()
    if "to" in given:
        given["to"] = all_named(request, Channel.objects.all(), given["to"], "to")
    return actions.set_up(row, by=request.auth.actor, **given)


@stage.many("imports.rows", "GET /imports/{source}/rows", RowShape, order="line")
def list_rows(request: Request, source: Id, state: str | None = STATE) -> QuerySet[ImportRow]:
    """Its rows, in the order of the file, with what is wrong with each."""
    rows = own(request, Import.objects.all(), source).rows.all()
    return rows.filter(**asked(state=state))


@stage.write("imports.mend", "PATCH /imports/rows/{row}", RowShape)
def mend(request: Request, row: Id, body: RowChange) -> ImportRow:
    """Write other words into a row, or leave it out."""
    found = own(request, ImportRow.objects.select_related("source"), row, "source__workspace")
    if body.left_out is not None:
        return actions.leave_out(found, left=body.left_out, by=request.auth.actor)
    return actions.mend(found, body.cells, by=request.auth.actor)


@stage.write("imports.go", "POST /imports/{source}/go", ImportShape)
def go(request: Request, source: Id) -> Import:
    """Make posts of all rows that fit, in the background."""
    return actions.go(own(request, Import.objects.all(), source), by=request.auth.actor)


@stage.write("imports.forget", "DELETE /imports/{source}", Gone)
def forget(request: Request, source: Id) -> dict[str, Any]:
    """Put the list of rows away. Posts that were made of it stay."""
    actions.forget(own(request, Import.objects.all(), source), by=request.auth.actor)
    return {"id": source}


@stage.one("posts.export", "GET /exports/posts", ImportShape, media_type="text/csv")
def export(
    request: Request,
    format: Word = "csv",  # noqa: A002 -- the word that callers know
    channel: Word = "",
    campaign: Word = "",
    state: Word = "",
) -> HttpResponseBase:
    """Posts as csv, xlsx or jsonl, which `imports create` takes in without doubling any.

    `channel` and `campaign` are ids.
    """
    if format not in FORMATS:
        raise NotYet(f"It is one of {', '.join(FORMATS)}.", "format")
    workspace = request.auth.workspace
    rows = queries.chosen(workspace, _number(channel), _number(campaign), state)
    body = written(workspace, rows, format)
    data = body if isinstance(body, bytes) else "".join(body).encode()
    made = HttpResponse(data, content_type=content_type(format))
    made["Content-Disposition"] = f'attachment; filename="{workspace.slug}-posts.{format}"'
    return made


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
