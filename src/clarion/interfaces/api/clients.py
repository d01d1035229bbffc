"""Client links over the API: doors for people without an account."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from ninja import Schema

from clarion.content import clients
from clarion.content.clients import DAYS, Shown
from clarion.content.models import ClientLink, Post
from clarion.interfaces.api.door import Request, all_named, named, own
from clarion.interfaces.api.shapes import Id, In, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.strategy.models import Campaign

stage = Stage()


class ClientLinkShape(Schema):
    """What it opens, for whom, until when. `hint` is how its key begins."""

    id: int
    name: str
    maker: int = kept_as("maker_id")
    posts: list[int]
    campaign: int | None = kept_as("campaign_id")
    first_day: date | None
    last_day: date | None
    may_comment: bool
    may_approve: bool
    watermark: bool
    has_passcode: bool
    hint: str
    is_open: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None

    @staticmethod
    def resolve_posts(row: ClientLink) -> list[int]:
        return sorted(post.pk for post in row.posts.all())

    @staticmethod
    def resolve_has_passcode(row: ClientLink) -> bool:
        return bool(row.passcode)


class FreshLinkShape(ClientLinkShape):
    """`url` is shown this once."""

    url: str


class ClientLinkIn(In):
    """What it shows: `posts`, a `campaign`, the days from `first_day` to `last_day`; they add
    up. `days` says how long it is open."""

    name: Word
    posts: list[Id] = []
    campaign: Id | None = None
    first_day: date | None = None
    last_day: date | None = None
    days: int = DAYS
    may_comment: bool = True
    may_approve: bool = False
    watermark: bool = True
    passcode: Word = ""


def _rows() -> QuerySet[ClientLink]:
    return ClientLink.objects.prefetch_related("posts")


@stage.many("clients.list", "GET /client-links", ClientLinkShape, right="people")
def list_links(request: Request) -> QuerySet[ClientLink]:
    """Client links, newest first, those that are closed too."""
    return _rows().filter(workspace=request.auth.workspace)


@stage.one("clients.get", "GET /client-links/{link}", ClientLinkShape, right="people")
def get_link(request: Request, link: Id) -> ClientLink:
    """One client link."""
    return own(request, _rows(), link)


@stage.write("clients.share", "POST /client-links", FreshLinkShape, status=201, secret=("url",))
def share(request: Request, body: ClientLinkIn) -> ClientLink:
    """Share posts with people without an account. The address is shown this once."""
    posts = all_named(request, Post.objects.all(), body.posts, "posts")
    campaign = named(request, Campaign.objects.all(), body.campaign, "campaign")
    link, key = clients.share(
        request.auth.workspace,
        body.name,
        Shown(posts, campaign, body.first_day, body.last_day),
        days=body.days,
        may_comment=body.may_comment,
        may_approve=body.may_approve,
        watermark=body.watermark,
        passcode=body.passcode,
        by=request.auth.actor,
    )
    link.url = settings.PUBLIC_URL + reverse("client", args=[key])  # type: ignore[attr-defined]
    return link


@stage.write("clients.revoke", "POST /client-links/{link}/revoke", ClientLinkShape)
def revoke(request: Request, link: Id) -> ClientLink:
    """The link opens nothing any more."""
    row = own(request, _rows(), link)
    clients.revoke(row, by=request.auth.actor)
    return row
