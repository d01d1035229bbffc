"""Comments on posts and results over the API, and other words for a post."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.channels.models import Channel
from clarion.content import threads
from clarion.content.models import Comment, Post, Thread
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Id, In, Text, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.strategy.models import Campaign

stage = Stage()
PLACE = one_of(Thread.Place)


class CommentShape(Schema):
    """`mentions` are memberships that were told; `link` is the client link it came through."""

    id: int
    by: str
    link: int | None = kept_as("link_id")
    text: str
    mentions: list[int]
    at: datetime

    @staticmethod
    def resolve_mentions(row: Comment) -> list[int]:
        return [m.pk for m in row.mentions.all()]


class ThreadShape(Schema):
    """Without post and campaign it is about the results of the workspace.

    `proposal` holds other words for `part` of the post, or for one channel; `outcome` says
    whether they were taken.
    """

    id: int
    place: str
    post: int | None = kept_as("post_id")
    campaign: int | None = kept_as("campaign_id")
    internal: bool
    proposal: str
    instead_of: str
    part: int
    channel: int | None = kept_as("channel_id")
    outcome: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str
    comments: list[CommentShape]

    @staticmethod
    def resolve_comments(row: Thread) -> list[Comment]:
        return list(row.comments.all())


class FirstWordsIn(In):
    """`place`: "post" or "results". @Name tells somebody; clients see what is not internal."""

    text: Text
    place: str = "post"
    post: Id | None = None
    campaign: Id | None = None
    internal: bool = True


class SuggestionIn(In):
    """Other words for the post: for its text, another part of it, or one channel."""

    proposal: Text
    part: int = 0
    channel: Id | None = None
    why: Text = ""


class SayIn(In):
    text: Text


def _rows() -> QuerySet[Thread]:
    rows = Thread.objects.select_related("workspace", "post__workspace", "channel")
    return rows.prefetch_related("comments__mentions")


def _shown(thread: Thread) -> Thread:
    return _rows().get(pk=thread.pk)


@stage.many("threads.list", "GET /threads", ThreadShape)
def list_threads(
    request: Request,
    place: str | None = PLACE,
    post: Id | None = None,
    campaign: Id | None = None,
    resolved: bool | None = None,
) -> QuerySet[Thread]:
    """What people say about posts and results, newest first."""
    where = asked(place=place, post=post, campaign=campaign)
    rows = _rows().filter(workspace=request.auth.workspace, **where)
    return rows if resolved is None else rows.filter(resolved_at__isnull=not resolved)


@stage.one("threads.get", "GET /threads/{thread}", ThreadShape)
def get_thread(request: Request, thread: Id) -> Thread:
    """One thread with all that was said."""
    return own(request, _rows(), thread)


@stage.write("threads.begin", "POST /threads", ThreadShape, status=201)
def begin(request: Request, body: FirstWordsIn) -> Thread:
    """Say something about a post, or about results."""
    made = threads.begin(
        request.auth.workspace,
        body.text,
        place=body.place if body.place in Thread.Place.values else Thread.Place.POST,
        post=named(request, Post.objects.all(), body.post, "post"),
        campaign=named(request, Campaign.objects.all(), body.campaign, "campaign"),
        internal=body.internal,
        by=request.auth.actor,
    )
    return _shown(made)


@stage.write("threads.suggest", "POST /posts/{post}/suggestions", ThreadShape, status=201)
def suggest(request: Request, post: Id, body: SuggestionIn) -> Thread:
    """Suggest other words. Whoever may write the post takes them over, or declines."""
    row = own(request, Post.objects.select_related("workspace"), post)
    channel = named(request, Channel.objects.all(), body.channel, "channel")
    made = threads.suggest(
        row,
        body.proposal,
        part=body.part,
        channel=channel,
        why=body.why,
        by=request.auth.actor,
    )
    return _shown(made)


@stage.write("threads.say", "POST /threads/{thread}/comments", ThreadShape, status=201)
def say(request: Request, thread: Id, body: SayIn) -> Thread:
    """Answer in a thread."""
    row = own(request, _rows(), thread)
    threads.say(row, body.text, by=request.auth.actor)
    return _shown(row)


@stage.write("threads.resolve", "POST /threads/{thread}/resolve", ThreadShape)
def resolve(request: Request, thread: Id) -> Thread:
    """It is settled."""
    row = own(request, _rows(), thread)
    threads.resolve(row, by=request.auth.actor)
    return _shown(row)


@stage.write("threads.reopen", "POST /threads/{thread}/reopen", ThreadShape)
def reopen(request: Request, thread: Id) -> Thread:
    """It is not settled after all."""
    row = own(request, _rows(), thread)
    threads.resolve(row, done=False, by=request.auth.actor)
    return _shown(row)


@stage.write("threads.take", "POST /threads/{thread}/take", ThreadShape)
def take(request: Request, thread: Id) -> Thread:
    """Take the suggested words over. An approval of the words before is void."""
    row = own(request, _rows(), thread)
    threads.take(row, by=request.auth.actor)
    return _shown(row)


@stage.write("threads.decline", "POST /threads/{thread}/decline", ThreadShape)
def decline(request: Request, thread: Id) -> Thread:
    """Leave the words as they are."""
    row = own(request, _rows(), thread)
    threads.decline(row, by=request.auth.actor)
    return _shown(row)
