"""Find a post, a conversation, a campaign, a picture by its words, for every door."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.community.models import Conversation, Message
from clarion.content.models import Post
from clarion.research.models import Finding
from clarion.strategy.models import Campaign
from clarion.text.shortening import shortened

WORDS_MAX = 10  # more do not narrow it down any further
LETTERS_MIN = 2
EACH = 6  # of every kind
LINE = 80  # characters of a find


@dataclass(frozen=True)
class Found:
    """One find. `name` and `id` say which page it has."""

    kind: str  # "post" | "conversation" | "campaign" | "finding" | "channel"
    id: int
    text: str
    at: datetime | None = None


def search(workspace: Workspace, words: str) -> list[Found]:
    """What holds all the words, newest first within each kind. Nothing for a single letter."""
    wanted = words.split()[:WORDS_MAX]
    if len("".join(wanted)) < LETTERS_MIN:
        return []
    return [found for look in LOOKS for found in look(workspace, wanted)]


def _posts(workspace: Workspace, words: Sequence[str]) -> Iterable[Found]:
    rows = Post.objects.filter(workspace=workspace).exclude(state=Post.State.BINNED)
    fields = ("text", "more", "link", "variants__text", "labels__name")
    for post in _holding(rows, words, fields).order_by("-changed_at")[:EACH]:
        yield Found("post", post.pk, str(post), post.planned_for or post.changed_at)


def _conversations(workspace: Workspace, words: Sequence[str]) -> Iterable[Found]:
    rows = Conversation.objects.filter(workspace=workspace).annotate(said=_last_said(words))
    fields = ("author", "author_name", "messages__text")
    for row in _holding(rows, words, fields).order_by("-last_at")[:EACH]:
        text = ": ".join(filter(None, (row.author_name or row.author, row.said)))
        yield Found("conversation", row.pk, shortened(text, LINE), row.last_at)


def _last_said(words: Sequence[str]) -> Subquery:
    """The newest message of a conversation with any of the words."""
    said = Message.objects.filter(_any(words, ("text",)), conversation=OuterRef("pk"))
    return Subquery(said.order_by("-at").values("text")[:1])


def _campaigns(workspace: Workspace, words: Sequence[str]) -> Iterable[Found]:
    rows = Campaign.objects.filter(workspace=workspace)
    for row in _holding(rows, words, ("name",)).order_by("-pk")[:EACH]:
        yield Found("campaign", row.pk, row.name)


def _findings(workspace: Workspace, words: Sequence[str]) -> Iterable[Found]:
    rows = Finding.objects.filter(workspace=workspace)
    for row in _holding(rows, words, ("text", "source")).order_by("-created_at")[:EACH]:
        yield Found("finding", row.pk, shortened(row.text, LINE), row.created_at)


def _channels(workspace: Workspace, words: Sequence[str]) -> Iterable[Found]:
    rows = Channel.objects.filter(workspace=workspace).exclude(state=Channel.State.GONE)
    for row in _holding(rows, words, ("handle", "name")).order_by("pk")[:EACH]:
        yield Found("channel", row.pk, f"{row.handle} ({row.network.name})")


Look = Callable[[Workspace, Sequence[str]], Iterable[Found]]
LOOKS: Sequence[Look] = (_posts, _conversations, _campaigns, _findings, _channels)


def _holding(rows: QuerySet[Any], words: Sequence[str], fields: Sequence[str]) -> QuerySet[Any]:
    """Rows in which every word occurs in one field or another, each once."""
    for word in words:
        rows = rows.filter(pk__in=rows.model._default_manager.filter(_any([word], fields)))
    return rows


def _any(words: Sequence[str], fields: Sequence[str]) -> Q:
    tests = [Q(**{f"{field}__icontains": word}) for word in words for field in fields]
    return reduce(or_, tests)
