"""Large files over the API: announced, sent in pieces, gone on with after a dropped line."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from ninja import Schema
from ninja.params.functions import Query
from pydantic import Field

from clarion.content.library import uploads
from clarion.content.models import Upload
from clarion.interfaces.api.door import Request, own
from clarion.interfaces.api.shapes import Gone, Id, In, Text, Word, kept_as
from clarion.interfaces.api.stage import Stage

stage = Stage()
_OFFSET: Any = Query(0, ge=0, le=2**63 - 1, description="The byte of the file it begins at.")


class UploadShape(Schema):
    """`received`: the byte to go on at. `state`: receiving, checking, kept or refused; then
    `media` is its id in the library, or `problem` says why not.
    """

    id: int
    state: str
    name: str
    size: int
    received: int = kept_as("arrived")
    media: int | None = kept_as("media_id")
    problem: str
    created_at: datetime


class Announced(In):
    """`size` in bytes. The same `key` and size again go on with what has come."""

    name: Word
    size: int = Field(ge=0, le=2**62)
    key: Word = ""
    alt: Text = ""
    folder: Word = ""


@stage.many("uploads.list", "GET /uploads", UploadShape)
def list_uploads(request: Request) -> QuerySet[Upload]:
    """What you are sending or have sent in the last week, newest first."""
    return uploads.mine(request.auth.actor)


@stage.one("uploads.get", "GET /uploads/{upload}", UploadShape)
def get_upload(request: Request, upload: Id) -> Upload:
    """How far it is. Ask after a dropped line, then go on at `received`."""
    return _mine(request, upload)


@stage.write("uploads.begin", "POST /uploads", UploadShape, status=201)
def begin(request: Request, body: Announced) -> Upload:
    """Announce a file by its name and size. Then send its bytes."""
    me = request.auth
    return uploads.begin(me.workspace, by=me.actor, **body.given())


@stage.write("uploads.send", "PATCH /uploads/{upload}", UploadShape, outside=True, raw=True)
def send(request: Request, upload: Id, offset: int = _OFFSET) -> Upload:
    """Send the next piece: bytes as they are (application/octet-stream), up to 50 MB at once.

    After the last piece a small file is judged at once, a large one within minutes: ask until
    its state is kept or refused. 409: another piece is expected; ask which.
    """
    row = _mine(request, upload)
    pieces = iter(lambda: request.read(2**20), b"")
    row = uploads.take(row, offset, pieces, by=request.auth.actor)
    return row if request.auth.dry else uploads.judge_at_once(row)


@stage.write("uploads.cancel", "DELETE /uploads/{upload}", Gone)
def cancel(request: Request, upload: Id) -> dict[str, int]:
    """Stop, and forget what has come."""
    uploads.call_off(_mine(request, upload), by=request.auth.actor)
    return {"id": upload}


def _mine(request: Request, upload: int) -> Upload:
    return own(request, uploads.mine(request.auth.actor), upload)
