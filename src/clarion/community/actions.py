"""Take in what people say, answer it, hand it on, be done with it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership
from clarion.accounts.rights import Actor, NotAllowed, worker
from clarion.channels.models import Channel
from clarion.community.models import Conversation, Message, Note, Reply
from clarion.content.checks import clean_text
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import Draft
from clarion.networks.base import Message as Said
from clarion.publishing.models import Delivery

State = Conversation.State


@transaction.atomic
def take_in(channel: Channel, said: Sequence[Said]) -> list[Conversation]:
    """Remember each message once, however often the network tells us about it."""
    taken = (_take(channel, storable(one)) for one in said)
    fresh = [c for c in taken if c is not None]
    if fresh:
        authors = sorted({c.author for c in fresh})
        record(
            worker(channel.workspace_id),
            "conversation.heard",
            f"Channel {channel.pk}",
            after={"messages": len(fresh), "from": authors[:20]},
        )
    return fresh


def open_conversation(channel: Channel, said: Said) -> Conversation:
    """For what listening found: make it ours to answer."""
    take_in(channel, [said])
    remote_id = storable(said).remote_id
    return Message.objects.get(channel=channel, remote_id=remote_id).conversation


def storable(said: Said) -> Said:
    """Strangers write this: one letter that PostgreSQL refuses must not stop what follows."""
    texts: dict[str, Any] = {k: _plain(v) for k, v in vars(said).items() if isinstance(v, str)}
    return replace(said, **texts)


def _plain(text: str) -> str:
    return text.replace("\x00", "").encode(errors="replace").decode()


def _take(channel: Channel, said: Said) -> Conversation | None:
    if Message.objects.filter(channel=channel, remote_id=said.remote_id).exists():
        return None
    conversation, _ = Conversation.objects.get_or_create(
        channel=channel,
        thread=said.thread or said.on or said.remote_id,
        author=said.author[:300],
        defaults={
            "workspace_id": channel.workspace_id,
            "kind": said.kind,
            "author_name": said.author_name[:300],
            "delivery": _ours(channel, said),
            "last_at": said.at,
        },
    )
    _, made = Message.objects.get_or_create(
        channel=channel,
        remote_id=said.remote_id,
        defaults={
            "conversation": conversation,
            "author": said.author[:300],
            "text": said.text,
            "url": said.url,
            "at": said.at,
        },
    )
    if not made:  # somebody else was told at the same moment
        return None
    Conversation.objects.filter(pk=conversation.pk).update(
        state=State.OPEN, last_at=Greatest(F("last_at"), said.at)
    )
    return conversation


def _ours(channel: Channel, said: Said) -> Delivery | None:
    ids = [i for i in (said.on, said.thread) if i]
    return Delivery.objects.filter(channel=channel, remote_id__in=ids).first()


@transaction.atomic
def answer(
    conversation: Conversation, text: str, *, seen: int | None = None, by: Actor
) -> Reply:
    """Say something back. It goes out at the next tick of the worker, once.

    `seen` is the id of our newest answer that the writer has seen, 0 for none: Conflict when
    somebody has answered since. None: answer whatever others said.
    """
    by.must("answer", conversation.workspace_id, conversation.channel_id)
    if seen is not None:
        _guard_against_two(conversation, seen)
    return send(conversation, text, by.name, by)


def send(conversation: Conversation, text: str, name: str, by: Actor) -> Reply:
    """Put an answer that may go out on its way, under the name of who wrote it."""
    text, last = sayable(conversation, text)
    reply = Reply.objects.create(
        conversation=conversation,
        to=last,
        channel=conversation.channel,
        text=text,
        by=name,
        state=Reply.State.PLANNED,
        due_at=timezone.now(),
    )
    record(by, "conversation.answered", f"Conversation {conversation.pk}", after={"text": text})
    return reply


def sayable(conversation: Conversation, text: str) -> tuple[str, Message]:
    """The text as it can be sent, and what it answers; NotYet says why it cannot."""
    channel = conversation.channel
    text = clean_text(text, "text").strip()
    if not text:
        raise NotYet("Write an answer first.", "text")
    if channel.network.community is None:
        raise NotYet(f"{channel.network.name} has no conversations to answer in.")
    if not channel.is_open:
        raise NotYet(f"Connect {channel.handle} again first, on the Channels page.")
    last = conversation.messages.filter(ours=False).order_by("-at", "-pk").first()
    if last is None:
        raise NotYet("There is nothing to answer here.")
    problems = channel.complaints(Draft(text=text, surface="comment"))
    if blocking := [p.text for p in problems if p.blocks]:
        raise NotYet(blocking[0], "text")
    return text, last


def _guard_against_two(conversation: Conversation, seen: int) -> None:
    # Locked: two people who press Send at the same moment see each other.
    Conversation.objects.select_for_update().get(pk=conversation.pk)
    newer = conversation.replies.filter(pk__gt=seen).exclude(state=Reply.State.CANCELLED)
    other = newer.order_by("-pk").first()
    if other is not None:
        raise Conflict(f"{other.by} has answered since you opened this: “{other.text[:200]}”")


@transaction.atomic
def drop(reply: Reply, *, by: Actor) -> None:
    """Give up an answer that is held or has not gone out yet."""
    by.must("answer", reply.conversation.workspace_id, reply.channel_id)
    if reply.state not in (Reply.State.HELD, Reply.State.PLANNED) or not reply.move(
        Reply.State.CANCELLED
    ):
        raise Conflict("It is not waiting any more.")
    solve(reply.conversation.workspace_id, [reply.about])
    record(by, "reply.dropped", reply.subject)


@transaction.atomic
def assign(conversation: Conversation, to: Membership | None, *, by: Actor) -> None:
    by.must("answer", conversation.workspace_id, conversation.channel_id)
    if to is not None and to.workspace_id != conversation.workspace_id:
        raise NotAllowed("That person belongs to another workspace.")
    before = {
        "assigned_to": str(conversation.assigned_to) if conversation.assigned_to else None
    }
    Conversation.objects.filter(pk=conversation.pk).update(assigned_to=to)
    conversation.assigned_to = to
    after = {"assigned_to": str(to) if to else None}
    record(by, "conversation.assigned", f"Conversation {conversation.pk}", before, after)
    if to is not None and to.pk != by.membership_id:
        notify(
            conversation.workspace_id,
            f"assigned:{conversation.pk}:{to.pk}",
            f"{by.name} asks {to.user} to answer {conversation.author}",
            f"inbox/{conversation.pk}/",
        )


@transaction.atomic
def finish(conversation: Conversation, *, done: bool = True, by: Actor) -> None:
    """Done with it, or not done after all. A new message opens it by itself."""
    by.must("answer", conversation.workspace_id, conversation.channel_id)
    state = State.DONE if done else State.OPEN
    Conversation.objects.filter(pk=conversation.pk).update(state=state)
    conversation.state = state
    about = f"Conversation {conversation.pk}"
    record(by, "conversation.done" if done else "conversation.reopened", about)


@transaction.atomic
def add_note(conversation: Conversation, text: str, *, by: Actor) -> Note:
    by.must("answer", conversation.workspace_id, conversation.channel_id)
    text = clean_text(text, "text").strip()
    if not text:
        raise NotYet("Write something first.", "text")
    record(by, "conversation.noted", f"Conversation {conversation.pk}")
    return Note.objects.create(conversation=conversation, by=by.name, text=text)
