"""The inbox: who waits for an answer, what was said so far, and who is asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from clarion.accounts.models import Membership, Workspace
from clarion.channels.models import Channel
from clarion.community.models import Conversation, Inbox, Message, Note, Reply
from clarion.kit.cursor import EPOCH, Slice, cut, place

VIEWS: Mapping[str, str] = {
    "open": "To answer",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "done": "Done",
    "all": "All",
}
OPEN, DONE = Conversation.State.OPEN, Conversation.State.DONE
ON_ITS_WAY = (
    Reply.State.PLANNED,
    Reply.State.SENDING,
    Reply.State.SETTLING,
    Reply.State.UNSURE,
)
GONE = (Reply.State.CANCELLED, Reply.State.REMOVED)
SHOWN = 60  # messages of one conversation at a time


@dataclass(frozen=True)
class Wanted:
    """Which conversations somebody wants to see."""

    view: str = "open"  # a key of VIEWS
    channel: int | None = None
    kind: str = ""
    label: int | None = None


def inbox(
    who: Membership, wanted: Wanted, cursor: str = "", most: int = 30
) -> Slice[Conversation]:
    """Newest activity first. Each row knows its last words and since when it waits."""
    return cut(_dressed(_wanted(who, wanted)), "last_at", cursor, most)


def longest_waiting(who: Membership, most: int) -> list[Conversation]:
    """Those who have waited for a word of ours the longest, first."""
    rows = _dressed(_wanted(who, Wanted())).exclude(waiting_since=None)
    return list(rows.order_by("waiting_since", "pk")[:most])


def following(conversation: Conversation, who: Membership, wanted: Wanted) -> int | None:
    """The conversation to go on with after this one, or None when the view is empty."""
    rest = _wanted(who, wanted).exclude(pk=conversation.pk)
    below = cut(rest, "last_at", place(conversation.last_at, conversation.pk), 1).rows
    found = below or cut(rest, "last_at", "", 1).rows
    return found[0].pk if found else None


def counts(who: Membership) -> dict[str, int]:
    """How much waits, by view."""
    mine = Q(assigned_to=who)
    found: dict[str, int] = Conversation.objects.filter(
        workspace=who.workspace_id, state=OPEN
    ).aggregate(
        open=Count("pk"),
        mine=Count("pk", filter=mine),
        unassigned=Count("pk", filter=Q(assigned_to=None)),
    )
    return found


def _wanted(who: Membership, wanted: Wanted) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(workspace=who.workspace_id)
    views = {
        "open": Q(state=OPEN),
        "mine": Q(state=OPEN, assigned_to=who),
        "unassigned": Q(state=OPEN, assigned_to=None),
        "done": Q(state=DONE),
    }
    rows = rows.filter(views.get(wanted.view, Q()))
    if wanted.channel is not None:
        rows = rows.filter(channel=wanted.channel)
    if wanted.label is not None:
        labelled = Conversation.labels.through.objects.filter(conversation=OuterRef("pk"))
        rows = rows.filter(Exists(labelled.filter(label=wanted.label)))
    return rows.filter(kind=wanted.kind) if wanted.kind else rows


def ids(who: Membership, wanted: Wanted, most: int) -> list[int]:
    """Of all conversations that somebody wants to see, newest activity first."""
    rows = _wanted(who, wanted).order_by("-last_at", "-pk")
    return list(rows.values_list("pk", flat=True)[:most])


def _dressed(rows: QuerySet[Conversation]) -> Any:
    """With their last words and how far our answer is."""
    said = Message.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    replies = Reply.objects.filter(conversation=OuterRef("pk"))
    return (
        _waiting(rows)
        .annotate(
            last_words=Subquery(said.values("text")[:1]),
            last_ours=Subquery(said.values("ours")[:1]),
            answer_on_its_way=Exists(replies.filter(state__in=ON_ITS_WAY)),
            answer_held=Exists(replies.filter(state=Reply.State.HELD)),
        )
        .select_related("channel", "assigned_to__user")
        .prefetch_related("labels")
    )


def _waiting(rows: QuerySet[Conversation]) -> Any:
    """`waiting_since`: when they first said what nobody has answered yet, or None."""
    said = Message.objects.filter(conversation=OuterRef("pk"))
    never = Value(EPOCH, output_field=DateTimeField())
    unanswered = said.filter(ours=False, at__gt=Coalesce(OuterRef("ours_at"), never))
    return rows.annotate(
        ours_at=Subquery(said.filter(ours=True).order_by("-at").values("at")[:1])
    ).annotate(waiting_since=Subquery(unanswered.order_by("at").values("at")[:1]))


# --- one conversation -------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One thing in a thread: what they said, what we said, an answer not out yet, a note."""

    kind: Literal["theirs", "ours", "reply", "note"]
    at: datetime
    item: Message | Reply | Note
    by: str


@dataclass(frozen=True)
class Thread:
    """What was said, oldest first. `earlier` is the cursor of what came before, or ""."""

    lines: Sequence[Line]
    earlier: str
    last_answer: int  # id of our newest answer, out or on its way; 0 where there is none


def thread(conversation: Conversation, cursor: str = "", most: int = SHOWN) -> Thread:
    said = cut(conversation.messages.all(), "at", cursor, most)
    since = said.rows[-1].at if said.older else EPOCH
    replies = list(conversation.replies.exclude(state__in=GONE).order_by("pk"))
    wrote = {reply.remote_id: reply.by for reply in replies if reply.remote_id}
    lines = [_said(message, wrote) for message in said.rows]
    if not cursor:
        lines += [
            Line("reply", r.planned_for, r, r.by)
            for r in replies
            if r.state != Reply.State.LIVE
        ]
        lines += [Line("note", n.at, n, n.by) for n in conversation.notes.filter(at__gte=since)]
    last = replies[-1].pk if replies else 0
    return Thread(sorted(lines, key=lambda line: line.at), said.older, last)


def _said(message: Message, wrote: Mapping[str, str]) -> Line:
    if message.ours:
        by = wrote.get(message.remote_id, message.author)
        return Line("ours", message.at, message, by)
    return Line("theirs", message.at, message, message.author)


def waiting_since(conversation: Conversation) -> datetime | None:
    """When they first said what nobody has answered yet."""
    row = _waiting(Conversation.objects.filter(pk=conversation.pk)).values("waiting_since")
    found: datetime | None = row.get()["waiting_since"]
    return found


def before(conversation: Conversation, most: int = 5) -> list[Conversation]:
    """Other conversations with the same person on the same network, newest first."""
    same = Conversation.objects.filter(
        workspace=conversation.workspace_id,
        channel__network_key=conversation.channel.network_key,
        author=conversation.author,
    )
    return list(_dressed(same.exclude(pk=conversation.pk)).order_by("-last_at", "-pk")[:most])


def can_answer(conversation: Conversation) -> list[Membership]:
    """The people of the workspace who may answer here."""
    people = conversation.workspace.memberships.select_related("user").order_by("user__name")
    return [m for m in people if m.actor().can("answer", conversation.channel_id)]


# --- what feeds it ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Feed:
    """A channel, and whether what people say there comes in."""

    channel: Channel
    reads: bool
    last_read_at: datetime | None
    problem: str


def feeds(workspace: Workspace) -> list[Feed]:
    channels = workspace.channels.exclude(state=Channel.State.GONE).order_by("handle", "pk")
    readers: dict[Any, Inbox] = {
        r.channel_id: r for r in Inbox.objects.filter(channel__workspace=workspace)
    }
    return [_feed(channel, readers.get(channel.pk)) for channel in channels]


def _feed(channel: Channel, reader: Inbox | None) -> Feed:
    if channel.network.community is None:
        why = f"{channel.network.name} does not let Clarion read what people say."
        return Feed(channel, False, None, why)
    if not channel.is_open:
        return Feed(channel, False, None, "It must be connected again first.")
    if reader is None:
        return Feed(channel, True, None, "")
    return Feed(channel, True, reader.last_read_at, reader.problem)
