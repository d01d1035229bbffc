"""A channel's profile over the API: as it will look, and its posts in another order."""

from datetime import datetime

from ninja import Schema

from clarion.channels.models import Channel
from clarion.content.models import Media, Post
from clarion.interfaces.api.content import PostShape, posts, shown
from clarion.interfaces.api.door import Request, all_named, named, own
from clarion.interfaces.api.shapes import Id, In
from clarion.interfaces.api.stage import Stage
from clarion.publishing.planning import grid
from clarion.publishing.planning.grid import Cell, Profile

stage = Stage()


class CellShape(Schema):
    """A post of the profile. `placeholder`: nothing said yet; `locked`: it keeps its place."""

    post: int
    at: datetime
    picture: int | None
    live: bool
    locked: bool
    placeholder: bool

    @staticmethod
    def resolve_post(row: Cell) -> int:
        return row.post.pk

    @staticmethod
    def resolve_picture(row: Cell) -> int | None:
        return row.picture.pk if row.picture else None


class ColourShape(Schema):
    """`share` of all pictures that are shown, 0 to 1."""

    name: str
    hex: str
    share: float


class ProfileShape(Schema):
    """Newest first, three in a row."""

    cells: list[CellShape]
    colours: list[ColourShape]


class SwapIn(In):
    """Two planned posts of this channel."""

    posts: list[Id]


class PlaceIn(In):
    """`picture` of the library; `onto` a placeholder, left out for a new draft on top."""

    picture: Id | None = None
    onto: Id | None = None


@stage.one("channels.grid", "GET /channels/{channel}/grid", ProfileShape)
def show(request: Request, channel: Id, placeholders: bool = True) -> Profile:
    """The profile as it will look after all that is planned, with its balance of colours."""
    row = own(request, Channel.objects.select_related("workspace"), channel)
    return grid.profile(row, placeholders=placeholders)


@stage.write("channels.swap", "POST /channels/{channel}/grid/swap", ProfileShape)
def swap(request: Request, channel: Id, body: SwapIn) -> Profile:
    """Let two planned posts change their times."""
    row = own(request, Channel.objects.select_related("workspace"), channel)
    found = all_named(request, Post.objects.all(), body.posts, "posts")
    grid.swap_two(found, row, by=request.auth.actor)
    return grid.profile(row)


@stage.write("channels.place", "POST /channels/{channel}/grid/place", PostShape, status=201)
def place(request: Request, channel: Id, body: PlaceIn) -> Post:
    """Put a picture onto a placeholder or on top; without one, keep an empty place."""
    row = own(request, Channel.objects.select_related("workspace"), channel)
    picture = named(request, Media.objects.all(), body.picture, "picture")
    onto = named(request, posts(), body.onto, "onto")
    return shown(grid.place(row, picture, onto, by=request.auth.actor))
