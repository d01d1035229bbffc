"""Watches and mentions over the API."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.interfaces.api.community import ConversationShape
from clarion.interfaces.api.door import Request, all_named, own
from clarion.interfaces.api.shapes import Gone, Id, In, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.listening import actions
from clarion.listening.models import Mention, Watch

stage = Stage()


class WatchShape(Schema):
    """Words, and the channel through which we listen for them."""

    id: int
    channel: int = kept_as("channel_id")
    words: str
    live: bool
    state: str
    problem: str
    last_read_at: datetime | None


class MentionShape(Schema):
    """Somebody said it, in public. `conversation` is set once it was taken up."""

    id: int
    watch: int = kept_as("watch_id")
    author: str
    author_name: str
    text: str
    url: str
    language: str
    at: datetime
    heard_at: datetime
    conversation: int | None = kept_as("conversation_id")


class WatchIn(In):
    """`channel` is the id of a channel whose network can search.

    `live`: hear its public stream too, where it has one.
    """

    channel: Id
    words: Word
    live: bool = False


def _own(request: Request, watch: int) -> Watch:
    return own(request, Watch.objects.all(), watch)


@stage.many("watches.list", "GET /watches", WatchShape)
def list_watches(request: Request) -> QuerySet[Watch]:
    """What we listen for, newest first."""
    return request.auth.workspace.watches.all()


@stage.one("watches.get", "GET /watches/{watch}", WatchShape)
def get_watch(request: Request, watch: Id) -> Watch:
    """One watch."""
    return _own(request, watch)


@stage.write("watches.start", "POST /watches", WatchShape, status=201)
def start(request: Request, body: WatchIn) -> Watch:
    """Listen for words."""
    rows = Channel.objects.select_related("workspace")
    [channel] = all_named(request, rows, [body.channel], "channel")
    return actions.watch(channel, body.words, live=body.live, by=request.auth.actor)


@stage.write("watches.pause", "POST /watches/{watch}/pause", WatchShape)
def pause(request: Request, watch: Id) -> Watch:
    """Stop listening for a while. What was heard stays."""
    row = _own(request, watch)
    actions.pause(row, by=request.auth.actor)
    return row


@stage.write("watches.resume", "POST /watches/{watch}/resume", WatchShape)
def resume(request: Request, watch: Id) -> Watch:
    """Listen again."""
    row = _own(request, watch)
    actions.pause(row, paused=False, by=request.auth.actor)
    return row


@stage.write("watches.stop", "DELETE /watches/{watch}", Gone)
def stop(request: Request, watch: Id) -> Gone:
    """Stop listening, and forget what was heard."""
    actions.stop(_own(request, watch), by=request.auth.actor)
    return Gone(id=watch)


@stage.many("mentions.list", "GET /mentions", MentionShape, order="-at")
def list_mentions(request: Request, watch: Id | None = None) -> QuerySet[Mention]:
    """What was heard, newest first."""
    rows = Mention.objects.filter(watch__workspace=request.auth.workspace)
    return rows.filter(watch=watch) if watch else rows


@stage.one("mentions.get", "GET /mentions/{mention}", MentionShape)
def get_mention(request: Request, mention: Id) -> Mention:
    """One mention."""
    return own(request, Mention.objects.all(), mention, "watch__workspace")


@stage.write("mentions.take-up", "POST /mentions/{mention}/take-up", ConversationShape)
def take_up(request: Request, mention: Id) -> Conversation:
    """Make it ours to answer: it goes to the inbox."""
    rows = Mention.objects.select_related("watch__channel__workspace")
    row = own(request, rows, mention, "watch__workspace")
    return actions.take_up(row, by=request.auth.actor)
