"""What the worker does for conversations: read what comes in, send what we answer."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.channels.work import heed, reading
from clarion.community.actions import take_in
from clarion.community.models import Conversation, Inbox, Message, Reply
from clarion.kit.steps import Outcome, Stay, Step
from clarion.networks.base import Message as Said
from clarion.publishing.models import Delivery
from clarion.publishing.sending.outgoing import steps

ROUND = timedelta(seconds=30)
OVERLAP = timedelta(
    minutes=5
)  # networks deliver late and out of order; each message counts once
WATCHED = timedelta(days=7)  # how long replies to a post are polled for
WATCHED_MOST = 25  # posts


async def collect(inbox: Inbox) -> Outcome:
    """Fetch what is new. Safe to run twice."""
    network, now = inbox.channel.network, timezone.now()
    if network.community is None:
        return Stay(at=now + timedelta(days=1))
    said = await network.community.inbox(
        inbox.channel.call(), inbox.read_until - OVERLAP, inbox.ours
    )
    also = {"read_until": now, "last_read_at": now}
    return Stay(at=now + ROUND, also=also, found=said)


def keep(inbox: Inbox, said: Sequence[Said]) -> None:
    take_in(inbox.channel, said)


def load_inboxes(rows: QuerySet[Inbox]) -> Sequence[Inbox]:
    inboxes = list(rows.select_related("channel__workspace"))
    for inbox in inboxes:
        since = timezone.now() - WATCHED
        live = Delivery.objects.filter(channel=inbox.channel_id, live_at__gte=since)
        ids = live.filter(state=Delivery.State.LIVE).order_by("-live_at")
        inbox.ours = list(ids.values_list("remote_id", flat=True)[:WATCHED_MOST])
    return inboxes


def load_replies(rows: QuerySet[Reply]) -> Sequence[Reply]:
    replies = list(rows.select_related("channel__workspace", "conversation", "to"))
    for reply in replies:
        ours = Message.objects.filter(channel=reply.channel_id, ours=True)
        reply.known = frozenset(ours.values_list("remote_id", flat=True))
    return replies


def replied(results: Sequence[tuple[Reply, Outcome]]) -> None:
    for reply, _ in results:
        if reply.state == Reply.State.LIVE:
            _said(reply)
        elif reply.state == Reply.State.HELD:
            notify(
                reply.conversation.workspace_id,
                reply.about,
                f"Your answer to {reply.conversation.author} is not out. {reply.problem}",
                f"inbox/{reply.conversation_id}/",
            )
            after = {"problem": reply.problem}
            by = worker(reply.conversation.workspace_id)
            record(by, "reply.held", reply.subject, after=after)
    heed(results)


def _said(reply: Reply) -> None:
    now = timezone.now()
    values: dict[str, Any] = {
        "conversation": reply.conversation,
        "ours": True,
        "author": reply.channel.handle[:300],
        "text": reply.text,
        "url": reply.url,
        "at": now,
    }
    # The inbox may have read our own answer back before we settled it.
    Message.objects.update_or_create(
        channel=reply.channel, remote_id=reply.remote_id, defaults=values
    )
    conversation = Conversation.objects.filter(pk=reply.conversation_id)
    conversation.update(last_at=now, answered_at=Coalesce(F("answered_at"), now))
    solve(reply.conversation.workspace_id, [reply.about])
    record(
        worker(reply.conversation.workspace_id),
        "reply.live",
        reply.subject,
        after={"url": reply.url},
    )


STEPS: tuple[Step[Any], ...] = (
    reading(Inbox, collect, keep, wait=ROUND * 2, load=load_inboxes, batch=50, queue="ingest"),
    *steps(Reply, load_replies, replied),
)
CHORES = (Inbox.adopt_channels,)
