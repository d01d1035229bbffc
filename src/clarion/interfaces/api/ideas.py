"""The board of ideas, and saved captions and hashtag groups, over the API."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from ninja import Schema

from clarion.channels.models import Channel
from clarion.content import captions, ideas
from clarion.content.models import Caption, Idea, Media, Post
from clarion.interfaces.api.content import PostShape, shown
from clarion.interfaces.api.door import Request, all_named, named, own
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
from clarion.measurement.captions import by_caption

stage = Stage()
STATE = one_of(Idea.State)
KIND = one_of(Caption.Kind)


class IdeaShape(Schema):
    """An idea on the board. `posts` were made from it."""

    id: int
    text: str
    link: str
    picture: int | None = kept_as("picture_id")
    labels: list[str]
    state: str
    posts: list[int]
    caught_by: str
    created_at: datetime

    @staticmethod
    def resolve_labels(row: Idea) -> list[str]:
        return [label.name for label in row.labels.all()]

    @staticmethod
    def resolve_posts(row: Idea) -> list[int]:
        return [post.pk for post in row.posts.all()]


class IdeaIn(In):
    """`picture` is the id of a picture of the library."""

    text: Text
    link: Text = ""
    picture: Id | None = None
    labels: list[Word] = []


class IdeaChange(Change):
    text: Text = ""
    link: Text = ""
    picture: Id | None = None
    labels: list[Word] = []


class IdeaMoveIn(In):
    """`state` is the column; `before` the idea it goes above, left out for the end."""

    state: Word
    before: Id | None = None


class IdeaDraftIn(In):
    channels: list[Id] = []


class CaptionShape(Schema):
    """A saved text. `used`: how many posts hold it."""

    id: int
    kind: str
    name: str
    text: str
    used: int


class CaptionIn(In):
    """`kind`: caption or hashtags; left out, words that are hashtags only are a group."""

    name: Word
    text: Text
    kind: Word = ""


class FigureShape(Schema):
    """A share in per cent. `low` and `high` bound it with 95 %; null: not known, see reason."""

    value: float | None
    low: float | None
    high: float | None
    formula: str
    n: int
    reason: str


class CaptionResultShape(Schema):
    """`verdict`: higher, lower or undecided against posts of the same channels without it."""

    caption: int
    name: str
    kind: str
    posts: int
    engagement: FigureShape
    difference: FigureShape
    verdict: str


def _ideas() -> QuerySet[Idea]:
    return Idea.objects.select_related("workspace").prefetch_related("labels", "posts")


@stage.many("ideas.list", "GET /ideas", IdeaShape, order="position")
def list_ideas(request: Request, state: str | None = STATE) -> QuerySet[Idea]:
    """The board, each column from its top."""
    return _ideas().filter(workspace=request.auth.workspace, **asked(state=state))


@stage.one("ideas.get", "GET /ideas/{idea}", IdeaShape)
def get_idea(request: Request, idea: Id) -> Idea:
    """One idea, with the posts that were made from it."""
    return own(request, _ideas(), idea)


@stage.write("ideas.create", "POST /ideas", IdeaShape, status=201)
def catch(request: Request, body: IdeaIn) -> Idea:
    """Catch an idea: it goes on top of the new ones."""
    given, me = body.given(), request.auth
    given["picture"] = named(request, Media.objects.all(), given.get("picture"), "picture")
    names = given.pop("labels", [])
    made = ideas.catch(me.workspace, given.pop("text"), names=names, by=me.actor, **given)
    return _ideas().get(pk=made.pk)


@stage.write("ideas.change", "PATCH /ideas/{idea}", IdeaShape)
def rethink(request: Request, idea: Id, body: IdeaChange) -> Idea:
    """Change what is given."""
    row, given = own(request, _ideas(), idea), body.given()
    if "picture" in given:
        given["picture"] = named(request, Media.objects.all(), given["picture"], "picture")
    if "labels" in given:
        given["names"] = given.pop("labels")
    ideas.rethink(row, by=request.auth.actor, **given)
    return _ideas().get(pk=row.pk)


@stage.write("ideas.move", "POST /ideas/{idea}/move", IdeaShape)
def move(request: Request, idea: Id, body: IdeaMoveIn) -> Idea:
    """Into another column, or to another place in it."""
    row = own(request, _ideas(), idea)
    before = named(request, Idea.objects.all(), body.before, "before")
    return ideas.move(row, body.state, before, by=request.auth.actor)


@stage.write("ideas.draft", "POST /ideas/{idea}/draft", PostShape, status=201)
def draft(request: Request, idea: Id, body: IdeaDraftIn) -> Post:
    """A draft for these channels. It knows the idea, and the idea knows it."""
    row = own(request, _ideas(), idea)
    channels = all_named(request, Channel.objects.all(), body.channels, "channels")
    return shown(ideas.draft(row, channels, by=request.auth.actor))


@stage.write("ideas.drop", "DELETE /ideas/{idea}", Gone)
def drop(request: Request, idea: Id) -> dict[str, Any]:
    """Forget an idea. Posts that were made of it stay."""
    ideas.drop(own(request, _ideas(), idea), by=request.auth.actor)
    return {"id": idea}


# --- captions -------------------------------------------------------------------------------


def _captions(request: Request) -> QuerySet[Any]:
    return captions.captions(request.auth.workspace)


@stage.many("captions.list", "GET /captions", CaptionShape, order="name")
def list_captions(request: Request, kind: str | None = KIND) -> QuerySet[Any]:
    """Saved captions and hashtag groups, with how many posts hold each."""
    return _captions(request).filter(**asked(kind=kind))


@stage.many("captions.results", "GET /captions/results", CaptionResultShape)
def caption_results(request: Request) -> list[Any]:
    """What posts with each caption or group brought, against posts without it."""
    return by_caption(request.auth.workspace)


@stage.write("captions.create", "POST /captions", CaptionShape, status=201)
def save_caption(request: Request, body: CaptionIn) -> Any:
    """Save a caption or a group of hashtags under a short name."""
    me = request.auth
    made = captions.save_caption(
        me.workspace, body.name, body.text, kind=body.kind, by=me.actor
    )
    return _captions(request).get(pk=made.pk)


@stage.write("captions.change", "PUT /captions/{caption}", CaptionShape)
def change_caption(request: Request, caption: Id, body: CaptionIn) -> Any:
    """Other words from now on; posts keep the ones they have."""
    row = own(request, Caption.objects.all(), caption)
    captions.change_caption(row, body.name, body.text, by=request.auth.actor)
    return _captions(request).get(pk=row.pk)


@stage.write("captions.drop", "DELETE /captions/{caption}", Gone)
def drop_caption(request: Request, caption: Id) -> dict[str, Any]:
    """Offer it no longer. What it brought stays in the results."""
    captions.drop_caption(own(request, Caption.objects.all(), caption), by=request.auth.actor)
    return {"id": caption}
