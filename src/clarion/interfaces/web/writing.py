"""Who is writing an answer right now: known for some seconds, never kept."""

import time

from django.core.cache import cache

from clarion.accounts.journal import announce
from clarion.accounts.models import Membership
from clarion.community.models import Conversation

FOR = 20  # seconds after the last key


def begin(conversation: Conversation, who: Membership) -> None:
    """Tell the others who have this conversation open."""
    known = _writers(conversation)
    fresh = who.pk not in known
    cache.set(_key(conversation), {**known, who.pk: (str(who.user), time.time() + FOR)}, FOR)
    if fresh:
        announce(conversation.workspace_id, {"writing"})


def end(conversation: Conversation, who: Membership) -> None:
    """Sent, or given up."""
    known = _writers(conversation)
    if known.pop(who.pk, None):
        cache.set(_key(conversation), known, FOR)


def others(conversation: Conversation, than: Membership) -> list[str]:
    """The names of those who are writing here, but for one's own."""
    return [name for pk, (name, _) in _writers(conversation).items() if pk != than.pk]


def _writers(conversation: Conversation) -> dict[int, tuple[str, float]]:
    known: dict[int, tuple[str, float]] = cache.get(_key(conversation)) or {}
    now = time.time()
    return {pk: said for pk, said in known.items() if said[1] > now}


def _key(conversation: Conversation) -> str:
    return f"writing:{conversation.pk}"
