"""Conversations and answers over the API."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.accounts.models import Membership
from clarion.community import actions
from clarion.community.models import Conversation, Message, Note, Reply
from clarion.interfaces.api.door import Request, named, own
from clarion.interfaces.api.shapes import Id, In, Text, Word, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.publishing import actions as publishing

stage = Stage()
STATE = one_of(Conversation.State)


# --- shapes ---------------------------------------------------------------------------------


class ConversationShape(Schema):
    """`delivery` is the post of ours it is about, `assigned_to` the id of a person."""

    id: int
    channel: int = kept_as("channel_id")
    delivery: int | None = kept_as("delivery_id")
    kind: str
    author: str
    author_name: str
    state: str
    assigned_to: int | None = kept_as("assigned_to_id")
    labels: list[str]
    opened_at: datetime
    last_at: datetime
    answered_at: datetime | None

    @staticmethod
    def resolve_labels(row: Conversation) -> list[str]:
        return [label.name for label in row.labels.all()]


class MessageShape(Schema):
    id: int
    ours: bool
    author: str
    text: str
    url: str
    at: datetime


class ReplyShape(Schema):
    """An answer of ours on its way out."""

    id: int
    conversation: int = kept_as("conversation_id")
    text: str
    by: str
    state: str
    state_label: str
    problem: str
    planned_for: datetime
    url: str
    live_at: datetime | None


class NoteShape(Schema):
    id: int
    by: str
    text: str
    at: datetime


class AnswerIn(In):
    """`seen`: id of our newest reply that the writer has seen, 0 for none.

    With it, 409 when somebody else has answered since.
    """

    text: Text
    seen: int | None = None


class AssignIn(In):
    """Id of a person, or null for nobody."""

    to: Id | None


class WordIn(In):
    text: Text


# --- conversations --------------------------------------------------------------------------


def _own(request: Request, conversation: int) -> Conversation:
    rows = Conversation.objects.select_related("channel__workspace", "assigned_to__user")
    return own(request, rows, conversation)


@stage.many("conversations.list", "GET /conversations", ConversationShape, order="-last_at")
def list_conversations(
    request: Request,
    state: str | None = STATE,
    channel: Id | None = None,
    assigned_to: Id | None = None,
    label: Word = "",
) -> QuerySet[Conversation]:
    """The inbox, newest activity first. `state=open` waits for an answer."""
    named = {"labels__name__iexact": label or None}
    where = asked(state=state, channel=channel, assigned_to=assigned_to, **named)
    rows = Conversation.objects.filter(workspace=request.auth.workspace, **where)
    return rows.prefetch_related("labels")


@stage.one("conversations.get", "GET /conversations/{conversation}", ConversationShape)
def get_conversation(request: Request, conversation: Id) -> Conversation:
    """One conversation."""
    return _own(request, conversation)


@stage.many(
    "conversations.messages", "GET /conversations/{conversation}/messages", MessageShape
)
def list_messages(request: Request, conversation: Id) -> QuerySet[Message]:
    """What was said, newest first."""
    return _own(request, conversation).messages.all()


@stage.many("conversations.replies", "GET /conversations/{conversation}/replies", ReplyShape)
def list_replies(request: Request, conversation: Id) -> QuerySet[Reply]:
    """Our answers and how far they got, newest first."""
    return _own(request, conversation).replies.all()


@stage.many("conversations.notes", "GET /conversations/{conversation}/notes", NoteShape)
def list_notes(request: Request, conversation: Id) -> QuerySet[Note]:
    """Words among ourselves, newest first."""
    return _own(request, conversation).notes.all()


@stage.write(
    "conversations.answer",
    "POST /conversations/{conversation}/answer",
    ReplyShape,
    status=201,
)
def answer(request: Request, conversation: Id, body: AnswerIn) -> Reply:
    """Say something back. It goes out at the next tick of the worker, once."""
    row = _own(request, conversation)
    return actions.answer(row, body.text, seen=body.seen, by=request.auth.actor)


@stage.write(
    "conversations.assign", "POST /conversations/{conversation}/assign", ConversationShape
)
def assign(request: Request, conversation: Id, body: AssignIn) -> Conversation:
    """Ask somebody to answer it."""
    row = _own(request, conversation)
    people = Membership.objects.select_related("user")
    actions.assign(row, named(request, people, body.to, "to"), by=request.auth.actor)
    return row


@stage.write("conversations.done", "POST /conversations/{conversation}/done", ConversationShape)
def done(request: Request, conversation: Id) -> Conversation:
    """Be done with it. A new message opens it by itself."""
    row = _own(request, conversation)
    actions.finish(row, by=request.auth.actor)
    return row


@stage.write(
    "conversations.reopen", "POST /conversations/{conversation}/reopen", ConversationShape
)
def reopen(request: Request, conversation: Id) -> Conversation:
    """Not done after all."""
    row = _own(request, conversation)
    actions.finish(row, done=False, by=request.auth.actor)
    return row


@stage.write(
    "conversations.note",
    "POST /conversations/{conversation}/notes",
    NoteShape,
    status=201,
)
def note(request: Request, conversation: Id, body: WordIn) -> Note:
    """Write a word among ourselves. It never goes out."""
    return actions.add_note(_own(request, conversation), body.text, by=request.auth.actor)


# --- answers --------------------------------------------------------------------------------


def _own_reply(request: Request, reply: int) -> Reply:
    rows = Reply.objects.select_related("conversation", "channel")
    return own(request, rows, reply, "conversation__workspace")


@stage.one("replies.get", "GET /replies/{reply}", ReplyShape)
def get_reply(request: Request, reply: Id) -> Reply:
    """One answer of ours."""
    return _own_reply(request, reply)


@stage.write("replies.retry", "POST /replies/{reply}/retry", ReplyShape)
def retry(request: Request, reply: Id) -> Reply:
    """Try again what is held. What may be out is looked up first."""
    row = _own_reply(request, reply)
    publishing.retry(row, by=request.auth.actor)
    return row


@stage.write("replies.drop", "POST /replies/{reply}/drop", ReplyShape)
def drop(request: Request, reply: Id) -> Reply:
    """Give up an answer that is held or has not gone out yet."""
    row = _own_reply(request, reply)
    actions.drop(row, by=request.auth.actor)
    return row
