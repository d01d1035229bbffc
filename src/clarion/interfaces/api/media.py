"""The library over the API: what is there, what is said about it, where it is used."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import QuerySet
from ninja import File, Schema
from ninja.files import UploadedFile
from ninja.params.functions import Form
from pydantic import Field, StringConstraints

from clarion.content import library
from clarion.content.library import browsing
from clarion.content.models import Media, Post
from clarion.interfaces.api.content import PostShape, posts
from clarion.interfaces.api.door import Request, all_named, moment, own
from clarion.interfaces.api.shapes import NO_NUL, Change, Id, In, Text, Word
from clarion.interfaces.api.stage import Stage

stage = Stage()
_ALT: Any = Form("")
CaptionFile = Annotated[str, StringConstraints(max_length=2_000_000, pattern=NO_NUL)]


class MediaShape(Schema):
    """A picture, film or document. Sizes in bytes and pixels; `focus` in shares of width and
    height; `captions` are languages; `binned_at` is null unless it is in the bin.
    """

    id: int
    kind: str
    name: str
    alt: str
    folder: str
    labels: list[str]
    starred: bool
    notes: str
    rights_by: str
    rights_scope: str
    rights_until: datetime | None
    focus: list[float] | None
    captions: list[str]
    mime: str
    size: int
    width: int
    height: int
    seconds: float
    pages: int
    sha256: str
    uploaded_by: str
    created_at: datetime
    binned_at: datetime | None

    @staticmethod
    def resolve_labels(row: Media) -> list[str]:
        return sorted(label.name for label in row.labels.all())

    @staticmethod
    def resolve_captions(row: Media) -> list[str]:
        return sorted(row.captions)

    @staticmethod
    def resolve_seconds(row: Media) -> float:
        return row.milliseconds / 1000


class MediaChange(Change):
    """What is left out stays. `labels` replace those that are there. `rights_until` is the
    moment from which it may not be shown any more, null for never; without an offset it is a
    time in the workspace's zone. `focus`: what stays in sight when it is cut, as shares (0 to
    1) of width and height; null for the middle.
    """

    name: Word = ""
    alt: Text = ""
    folder: Word = ""
    labels: list[Word] = []
    starred: bool = False
    notes: Text = ""
    rights_by: Word = ""
    rights_scope: Text = ""
    rights_until: datetime | None = None
    focus: list[float] | None = Field(None, min_length=2, max_length=2)


class ToSort(In):
    """The same for all of these `media`. `labels` come to those that are there already."""

    media: list[Id]
    folder: Word | None = None
    starred: bool | None = None
    labels: list[Word] = []


class SortedShape(Schema):
    changed: int


class CaptionsIn(In):
    """`text`: a whole SRT or WebVTT file. `language`: a short code, such as en or pt-BR."""

    language: Word
    text: CaptionFile


def media() -> QuerySet[Media]:
    return Media.objects.select_related("workspace").prefetch_related("labels")


def _shown(row: Media) -> Media:
    """As it stands now, after an action has changed it."""
    return media().get(pk=row.pk)


@stage.many("media.list", "GET /media", MediaShape)
def list_media(
    request: Request,
    q: Word = "",
    label: Word = "",
    folder: Word = "",
    kind: Literal["", "image", "video", "document"] = "",
    unused: bool = False,
    starred: bool = False,
    binned: bool = False,
) -> QuerySet[Media]:
    """The library, newest first; with `binned` what is in the bin."""
    return browsing.library(
        request.auth.workspace,
        q=q,
        label=label,
        folder=folder,
        kind=kind,
        unused=unused,
        starred=starred,
        binned=binned,
    )


# Before `media.get`, whose address would match this one too.
@stage.write("media.sort", "POST /media/sort", SortedShape)
def sort(request: Request, body: ToSort) -> dict[str, int]:
    """Put many into a folder, star them or give them labels."""
    rows = all_named(request, media(), body.media, "media")
    given = {k: v for k, v in body.given().items() if k != "media" and v is not None}
    return {"changed": library.sort(rows, by=request.auth.actor, **given)}


@stage.one("media.get", "GET /media/{medium}", MediaShape)
def get_media(request: Request, medium: Id) -> Media:
    """One of them, with all that is said about it."""
    return own(request, media(), medium)


@stage.write("media.upload", "POST /media", MediaShape, status=201)
def upload(request: Request, file: File[UploadedFile], alt: Text = _ALT) -> Media:
    """Add a picture, film or document (multipart/form-data). The same file twice is one.

    The command sends large files in pieces and goes on where the line dropped; programs do
    that with `uploads.begin`.
    """
    me = request.auth
    name, data = file.name or "file", file.read()
    return library.add(me.workspace, name, data, alt=alt, dry=me.dry, by=me.actor)


@stage.write("media.change", "PATCH /media/{medium}", MediaShape)
def change(request: Request, medium: Id, body: MediaChange) -> Media:
    """Say what it shows, sort it, note its rights. What an approver agreed to may change."""
    row, given = own(request, media(), medium), body.given()
    if given.get("rights_until"):
        given["rights_until"] = moment(request, given["rights_until"])
    return _shown(library.change(row, by=request.auth.actor, **given))


@stage.many("media.uses", "GET /media/{medium}/uses", PostShape)
def uses(request: Request, medium: Id) -> QuerySet[Post]:
    """The posts that it is in."""
    row = own(request, media(), medium)
    return posts().filter(pk__in=browsing.uses(row).order_by().values("pk"))


@stage.many("media.alike", "GET /media/{medium}/alike", MediaShape)
def alike(request: Request, medium: Id) -> list[Media]:
    """What looks nearly the same, nearest first."""
    return browsing.alike(own(request, media(), medium))


@stage.write("media.caption", "POST /media/{medium}/captions", MediaShape)
def caption(request: Request, medium: Id, body: CaptionsIn) -> Media:
    """Attach what is said in a film. Replaces that language."""
    row, said = own(request, media(), medium), body.text.encode()
    return _shown(library.add_captions(row, body.language, said, by=request.auth.actor))


@stage.write("media.uncaption", "DELETE /media/{medium}/captions/{language}", MediaShape)
def uncaption(request: Request, medium: Id, language: str) -> Media:
    """Take the captions of one language off."""
    row = own(request, media(), medium)
    return _shown(library.drop_captions(row, language, by=request.auth.actor))


@stage.write("media.recaption", "POST /media/{medium}/captions/{language}/undo", MediaShape)
def recaption(request: Request, medium: Id, language: str) -> Media:
    """Undo the last change of the captions in one language. Done twice, it is done again."""
    row = own(request, media(), medium)
    return _shown(library.undo_captions(row, language, by=request.auth.actor))


@stage.write("media.bin", "POST /media/{medium}/bin", MediaShape)
def throw_away(request: Request, medium: Id) -> Media:
    """Into the bin for 30 days, then it is gone. Refused while a post shows it."""
    row = own(request, media(), medium)
    library.throw_away(row, by=request.auth.actor)
    return _shown(row)


@stage.write("media.restore", "POST /media/{medium}/restore", MediaShape)
def take_back(request: Request, medium: Id) -> Media:
    """Out of the bin."""
    row = own(request, media(), medium)
    library.take_back(row, by=request.auth.actor)
    return _shown(row)
