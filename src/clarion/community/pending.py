"""Answers that somebody else agrees to before they go out, or rejects, or supersedes."""

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.community.actions import sayable, send
from clarion.community.models import Conversation, PendingReply, Reply
from clarion.kit.errors import Conflict, NotYet

State = PendingReply.State
URL = "approvals/replies/"


def may_submit(actor: Actor, conversation: Conversation) -> bool:
    """Whoever may answer there, and whoever may write posts for the channel."""
    return any(actor.can(right, conversation.channel_id) for right in ("answer", "write"))


def waiting(workspace: Workspace) -> QuerySet[PendingReply]:
    """What waits for a decision, conversation by conversation, the oldest first. `rivals` says
    how many wait on the same one, `answered` whether one of ours has gone since."""
    others = PendingReply.objects.filter(
        conversation=OuterRef("conversation"), state=State.WAITING
    ).exclude(pk=OuterRef("pk"))
    since = Reply.objects.filter(
        conversation=OuterRef("conversation"), pk__gt=OuterRef("seen")
    ).exclude(state=Reply.State.CANCELLED)
    rows = PendingReply.objects.filter(
        conversation__workspace=workspace, state=State.WAITING
    ).select_related("conversation__channel__workspace", "conversation__workspace")
    told = rows.annotate(rivals=Exists(others), answered=Exists(since))
    return told.order_by("conversation__last_at", "conversation_id", "pk")


def conflicts(rows: QuerySet[PendingReply]) -> QuerySet[PendingReply]:
    """Those of `waiting` that cannot all go out."""
    return rows.filter(Q(rivals=True) | Q(answered=True))


@transaction.atomic
def submit(conversation: Conversation, text: str, *, by: Actor) -> PendingReply:
    """Put an answer before those who may approve it."""
    right = "answer" if by.can("answer", conversation.channel_id) else "write"
    by.must(right, conversation.workspace_id, conversation.channel_id)
    text, _ = sayable(conversation, text)
    newest = conversation.replies.order_by("-pk").values_list("pk", flat=True).first()
    made = PendingReply.objects.create(
        conversation=conversation,
        text=text,
        by=by.name[:200],
        member_id=by.membership_id,
        seen=newest or 0,
    )
    _write_down(made, "submitted", by)
    asks = f"{by.name} asks for your approval of an answer to {conversation.author}"
    people = Membership.objects.filter(workspace=conversation.workspace_id)
    for member in people.filter(user__is_active=True).select_related("user"):
        if member.pk != by.membership_id and _may(member.actor(), made):
            key = f"{_about(made)}:{member.pk}"
            notify(conversation.workspace_id, key, asks, URL, kind="approval", to=member.pk)
    return made


@transaction.atomic
def approve(pending: PendingReply, *, anyway: bool = False, by: Actor) -> Reply:
    """It goes out at the next tick of the worker; whatever else waits there gives way to it.

    `anyway`: although one of ours has gone out since it was written.
    """
    pending = _locked(pending, by)
    conversation = pending.conversation
    if not _may(by, pending):
        raise NotAllowed("In this workspace somebody else than the writer approves.")
    newer = conversation.replies.filter(pk__gt=pending.seen)
    other = newer.exclude(state=Reply.State.CANCELLED).order_by("-pk").first()
    if other is not None and not anyway:
        raise Conflict(
            f"{other.by} has answered since this was written: “{other.text[:200]}” Approve it "
            "anyway, or reject it."
        )
    pending.reply = send(conversation, pending.text, f"{pending.by}, approved by {by.name}", by)
    _decide(pending, State.APPROVED, "", by)
    _give_way(conversation, by)
    return pending.reply


@transaction.atomic
def reject(pending: PendingReply, note: str, *, by: Actor) -> None:
    """It does not go out. Its writer hears why."""
    pending = _locked(pending, by)
    if not note.strip():
        raise NotYet("Say why, so that the writer can do better.", "note")
    _decide(pending, State.REJECTED, note.strip(), by)
    if pending.member_id and pending.member_id != by.membership_id:
        where = pending.conversation
        text = f"{by.name} rejected your answer to {where.author}: {note.strip()[:200]}"
        key, url = f"{_about(pending)}:no", f"inbox/{where.pk}/"
        notify(where.workspace_id, key, text, url, kind="task", to=pending.member_id)


@transaction.atomic
def supersede(pending: PendingReply, text: str, *, by: Actor) -> Reply:
    """Say something else instead. All that waits on the conversation gives way to it."""
    pending = _locked(pending, by)
    conversation = pending.conversation
    by.must("answer", conversation.workspace_id, conversation.channel_id)
    reply = send(conversation, text, by.name, by)
    _give_way(conversation, by)
    return reply


@transaction.atomic
def withdraw(pending: PendingReply, *, by: Actor) -> None:
    """Its writer wants it no more."""
    by.must("read", pending.conversation.workspace_id)
    if pending.member_id != by.membership_id:
        raise NotAllowed("Only who wrote it can withdraw it. You can reject it.")
    pending = _row(pending)
    _decide(pending, State.WITHDRAWN, "", by)


def _give_way(conversation: Conversation, by: Actor) -> None:
    for other in conversation.pending.filter(state=State.WAITING):
        other.conversation = conversation
        _decide(other, State.SUPERSEDED, "", by)


def _locked(pending: PendingReply, by: Actor) -> PendingReply:
    """One decision on a conversation at a time: two cannot both send theirs."""
    where = pending.conversation
    by.must("approve", where.workspace_id, where.channel_id)
    return _row(pending)


def _row(pending: PendingReply) -> PendingReply:
    list(Conversation.objects.filter(pk=pending.conversation_id).select_for_update())
    row = PendingReply.objects.select_related("conversation__channel__workspace")
    found = row.select_related("conversation__channel__workspace").get(pk=pending.pk)
    if found.state != State.WAITING:
        raise Conflict(f"It has been decided: {found.get_state_display().lower()}.")
    return found


def _may(actor: Actor, pending: PendingReply) -> bool:
    where = pending.conversation
    own = where.channel.workspace.four_eyes and pending.member_id == actor.membership_id
    return actor.can("approve", where.channel_id) and not own


def _decide(pending: PendingReply, state: str, note: str, by: Actor) -> None:
    pending.state, pending.note = state, note
    pending.decided_at, pending.decided_by = timezone.now(), by.name[:200]
    pending.save()
    people = Membership.objects.filter(workspace=pending.conversation.workspace_id)
    keys = [f"{_about(pending)}:{pk}" for pk in people.values_list("pk", flat=True)]
    solve(pending.conversation.workspace_id, keys)
    _write_down(pending, state, by)


def _write_down(pending: PendingReply, what: str, by: Actor) -> None:
    about = f"Conversation {pending.conversation_id}"
    record(by, f"reply.{what}", about, after={"text": pending.text, "note": pending.note})


def _about(pending: PendingReply) -> str:
    return f"pending:{pending.pk}"


def count_conflicts(workspace: Workspace) -> int:
    """On how many conversations more than one answer waits, or one that came too late."""
    found = conflicts(waiting(workspace)).order_by()
    return int(found.aggregate(n=Count("conversation", distinct=True))["n"])
