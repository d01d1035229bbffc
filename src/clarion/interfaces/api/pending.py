"""Answers that wait for approval, over the API."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.community import pending
from clarion.community.models import Conversation, PendingReply
from clarion.interfaces.api.door import Request, own
from clarion.interfaces.api.shapes import Id, In, Text, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage

stage = Stage()
STATE = one_of(PendingReply.State)


class PendingShape(Schema):
    """`reply` is the answer that went on its way when it was approved."""

    id: int
    conversation: int = kept_as("conversation_id")
    text: str
    by: str
    state: str
    at: datetime
    decided_at: datetime | None
    decided_by: str
    note: str
    reply: int | None = kept_as("reply_id")


class AnswerWordsIn(In):
    text: Text


class WhyIn(In):
    note: Text


class AnywayIn(In):
    """`anyway`: although one of ours has gone out since it was written."""

    anyway: bool = False


CAREFUL = AnywayIn()


def _own(request: Request, row: int) -> PendingReply:
    rows = PendingReply.objects.select_related("conversation__channel__workspace")
    return own(request, rows, row, "conversation__workspace")


@stage.many("pending.list", "GET /pending-replies", PendingShape)
def list_pending(request: Request, state: str | None = STATE) -> QuerySet[PendingReply]:
    """Answers that somebody submitted for approval, newest first."""
    where = asked(state=state)
    return PendingReply.objects.filter(conversation__workspace=request.auth.workspace, **where)


@stage.many("pending.conflicts", "GET /pending-replies/conflicts", PendingShape)
def list_conflicts(request: Request) -> QuerySet[PendingReply]:
    """Those that cannot all go out: several on one conversation, or one answered since."""
    return pending.conflicts(pending.waiting(request.auth.workspace))


@stage.one("pending.get", "GET /pending-replies/{pending_reply}", PendingShape)
def get_pending(request: Request, pending_reply: Id) -> PendingReply:
    """One answer that was submitted for approval."""
    return _own(request, pending_reply)


@stage.write(
    "pending.submit", "POST /conversations/{conversation}/submit", PendingShape, status=201
)
def submit(request: Request, conversation: Id, body: AnswerWordsIn) -> PendingReply:
    """Submit an answer for approval."""
    rows = Conversation.objects.select_related("channel__workspace", "workspace")
    row = own(request, rows, conversation)
    return pending.submit(row, body.text, by=request.auth.actor)


@stage.write("pending.approve", "POST /pending-replies/{pending_reply}/approve", PendingShape)
def approve(request: Request, pending_reply: Id, body: AnywayIn = CAREFUL) -> PendingReply:
    """It goes out; whatever else waits on the conversation gives way to it."""
    pending.approve(_own(request, pending_reply), anyway=body.anyway, by=request.auth.actor)
    return _own(request, pending_reply)


@stage.write("pending.reject", "POST /pending-replies/{pending_reply}/reject", PendingShape)
def reject(request: Request, pending_reply: Id, body: WhyIn) -> PendingReply:
    """It does not go out; its writer hears why."""
    pending.reject(_own(request, pending_reply), body.note, by=request.auth.actor)
    return _own(request, pending_reply)


@stage.write(
    "pending.supersede", "POST /pending-replies/{pending_reply}/supersede", PendingShape
)
def supersede(request: Request, pending_reply: Id, body: AnswerWordsIn) -> PendingReply:
    """Say something else instead; all that waits on the conversation gives way."""
    pending.supersede(_own(request, pending_reply), body.text, by=request.auth.actor)
    return _own(request, pending_reply)


@stage.write("pending.withdraw", "POST /pending-replies/{pending_reply}/withdraw", PendingShape)
def withdraw(request: Request, pending_reply: Id) -> PendingReply:
    """Its writer wants it no more."""
    pending.withdraw(_own(request, pending_reply), by=request.auth.actor)
    return _own(request, pending_reply)
