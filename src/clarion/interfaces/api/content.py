"""Posts over the API."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Schema

from clarion.channels.models import Channel
from clarion.content import actions, gatekeeping
from clarion.content.agreement import approval
from clarion.content.frames import Frame, frames
from clarion.content.models import Media, Post, Variant
from clarion.interfaces.api.door import Request, all_named, moment, named, own
from clarion.interfaces.api.shapes import Change, Id, In, Text, Word, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.strategy.models import Campaign

stage = Stage()
STATE = one_of(Post.State)


# --- shapes ---------------------------------------------------------------------------------


class VariantShape(Schema):
    """A post cut to fit one channel. Empty `text`: the post's own words.

    `without` are the media that do not go there, `surface` is the place where it stands, and
    `planned_for` is null where it goes when the post goes.
    """

    channel: int = kept_as("channel_id")
    text: str
    surface: str
    options: dict[str, str]
    without: list[int]
    posted_by: str
    hand: int | None = kept_as("hand_id")
    planned_for: datetime | None
    sent_at: datetime | None
    tracked_link: str

    @staticmethod
    def resolve_tracked_link(row: Variant) -> str:
        tracked = getattr(row, "tracked", None)
        return tracked.url if tracked else ""


class PollShape(Schema):
    """`hours`: how long people may vote."""

    choices: list[str]
    hours: int


class PostShape(Schema):
    """`seal` stands for every byte of it: an approval is bound to it."""

    id: int
    state: str
    text: str
    more: list[str]
    link: str
    first_comment: str
    poll: PollShape | None
    paid_partnership: bool
    made_with_ai: bool
    planned_for: datetime | None
    queued: bool
    campaign: int | None = kept_as("campaign_id")
    labels: list[str]
    assigned_to: int | None = kept_as("assigned_to_id")
    media: list[int]
    variants: list[VariantShape]
    author: str = kept_as("author_name")
    version: int
    seal: str
    is_approved: bool
    created_at: datetime
    changed_at: datetime

    @staticmethod
    def resolve_poll(row: Post) -> dict[str, Any] | None:
        return row.poll or None

    @staticmethod
    def resolve_media(row: Post) -> list[int]:
        return [m.pk for m in row.pieces()]

    @staticmethod
    def resolve_labels(row: Post) -> list[str]:
        return [label.name for label in row.labels.all()]

    @staticmethod
    def resolve_variants(row: Post) -> list[Variant]:
        return sorted(row.variants.all(), key=lambda v: v.channel_id)

    @staticmethod
    def resolve_seal(row: Post) -> str:
        return row.seal()


class FrameShape(Schema):
    """`number` counts from one; `file` is its name in the export."""

    number: int
    media: int = kept_as("media.pk")
    file: str
    text: str
    alt: str = kept_as("media.alt")


class ProblemsShape(Schema):
    """What networks or the brand's gate would refuse; empty: it can go out. `warnings` stop
    nothing.
    """

    problems: list[str]
    warnings: list[str]


class VariantIn(In):
    """`surface`: one of the network's `surfaces`; "feed" is its usual place.

    `planned_for`: null for the time of the post. `posted_by`: "clarion", or "person" where
    somebody posts it by hand (`hand`, a membership; null: whoever may publish there); empty: as
    the channel is set.
    """

    channel: Id
    text: Text | None = None
    surface: Word | None = None
    planned_for: datetime | None = None
    options: dict[str, Word] | None = None
    without: list[Id] | None = None
    posted_by: Word | None = None
    hand: Id | None = None


class PollIn(In):
    """Leave `choices` empty for no poll."""

    choices: list[Word] = []
    hours: int = 24


class PostIn(In):
    """`channels`, `media` and `campaign` are ids.

    `planned_for` without an offset is a time in the workspace's zone. `queued`: the queues of
    its channels choose the time.
    """

    text: Text = ""
    channels: list[Id] = []
    more: list[Text] = []
    link: Text = ""
    first_comment: Text = ""
    poll: PollIn | None = None
    paid_partnership: bool = False
    made_with_ai: bool = False
    planned_for: datetime | None = None
    queued: bool = False
    campaign: Id | None = None
    labels: list[Word] = []
    media: list[Id] = []
    variants: list[VariantIn] = []


class PostChange(Change):
    """`version` is the one that was read: 409 when somebody else has changed the post since."""

    version: int
    text: Text = ""
    channels: list[Id] = []
    more: list[Text] = []
    link: Text = ""
    first_comment: Text = ""
    poll: PollIn | None = None
    paid_partnership: bool = False
    made_with_ai: bool = False
    planned_for: datetime | None = None
    queued: bool = False
    campaign: Id | None = None
    labels: list[Word] = []
    media: list[Id] = []
    variants: list[VariantIn] = []


# --- posts ----------------------------------------------------------------------------------


def posts() -> QuerySet[Post]:
    """With all that a post shows, in a fixed number of queries."""
    rows = Post.objects.select_related("workspace")
    return rows.prefetch_related("placements__media", "labels", "variants__tracked")


def shown(post: Post) -> Post:
    """The row as it stands now, after an action has changed it."""
    return posts().get(pk=post.pk)


@stage.many("posts.list", "GET /posts", PostShape)
def list_posts(
    request: Request,
    state: str | None = STATE,
    campaign: Id | None = None,
    channel: Id | None = None,
    author: Id | None = None,
    assigned_to: Id | None = None,
    label: Word = "",
    since: datetime | None = None,
    until: datetime | None = None,
    q: Word = "",
) -> QuerySet[Post]:
    """Posts, newest first; those in the bin too. `since` and `until` are planned times."""
    where = asked(
        state=state,
        campaign=campaign,
        variants__channel=channel,
        author=author,
        assigned_to=assigned_to,
        labels__name__iexact=label or None,
        planned_for__gte=moment(request, since) if since else None,
        planned_for__lt=moment(request, until) if until else None,
        text__icontains=q or None,
    )
    return posts().filter(workspace=request.auth.workspace, **where)


@stage.one("posts.get", "GET /posts/{post}", PostShape)
def get_post(request: Request, post: Id) -> Post:
    """One post."""
    return own(request, posts(), post)


@stage.write("posts.create", "POST /posts", PostShape, status=201)
def write_post(request: Request, body: PostIn) -> Post:
    """Write a post, as a draft."""
    me = request.auth
    return shown(actions.write(me.workspace, by=me.actor, **_changes(request, body.given())))


@stage.write("posts.edit", "PATCH /posts/{post}", PostShape)
def edit_post(request: Request, post: Id, body: PostChange) -> Post:
    """Change what is given and leave the rest. An approval of the old bytes is void."""
    row = own(request, posts(), post)
    given = body.given()
    version = given.pop("version")
    changes = _changes(request, given)
    return shown(actions.edit(row, version=version, by=request.auth.actor, **changes))


def _changes(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """Ids become rows of this workspace, times become moments."""
    if "channels" in given:
        given["channels"] = all_named(
            request, Channel.objects.all(), given["channels"], "channels"
        )
    if "media" in given:
        given["media"] = all_named(request, Media.objects.all(), given["media"], "media")
    if "campaign" in given:
        rows = Campaign.objects.all()
        given["campaign"] = named(request, rows, given["campaign"], "campaign")
    if given.get("planned_for"):
        given["planned_for"] = moment(request, given["planned_for"])
    if "poll" in given:
        given["poll"] = given["poll"].model_dump() if given["poll"] else {}
    if "variants" in given:
        given["variants"] = {v.channel: _cut(request, v.given()) for v in given["variants"]}
    return given


def _cut(request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """Null means "leave it", but for a time, where it means "when the post goes", and for a
    hand: there it means "whoever may publish"."""
    own = {k: v for k, v in given.items() if k != "channel" and v is not None}
    if "hand" in given:
        own["hand_id"] = given["hand"]
        own.pop("hand", None)
    if "planned_for" in given:
        at = given["planned_for"]
        own["planned_for"] = moment(request, at) if at else None
    return own


@stage.many("posts.frames", "GET /posts/{post}/channels/{channel}/frames", FrameShape)
def list_frames(request: Request, post: Id, channel: Id) -> list[Frame]:
    """The pictures and films of a story in their order, each with its words, for one channel.

    For whoever posts them by hand: `media.get` tells more of each.
    """
    row = own(request, posts(), post)
    variants = row.variants.select_related("channel__workspace", "post__workspace")
    return frames(get_object_or_404(variants, channel=channel))


@stage.one("posts.check", "GET /posts/{post}/check", ProblemsShape)
def check_post(request: Request, post: Id) -> dict[str, list[str]]:
    """What the networks of its channels would refuse."""
    row = own(request, posts(), post)
    warned = [problem.text for problem in gatekeeping.warnings(row)]
    return {"problems": approval.problems(row), "warnings": warned}


@stage.write("posts.restore", "POST /posts/{post}/restore", PostShape)
def restore(request: Request, post: Id) -> Post:
    """Take it out of the bin, as a draft."""
    row = own(request, posts(), post)
    actions.restore(row, by=request.auth.actor)
    return shown(row)
