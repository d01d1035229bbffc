"""The way back from what was done to many, whatever they are. For every door."""

from collections.abc import Callable, Mapping

from clarion.accounts.batches import Outcome
from clarion.accounts.models import Batch
from clarion.accounts.rights import Actor
from clarion.community import bulk as conversations
from clarion.publishing.planning import bulk as posts

WAYS: Mapping[str, Callable[..., Outcome]] = {
    "posts": posts.take_back,
    "conversations": conversations.take_back,
}


def take_back(batch: Batch, *, by: Actor) -> Outcome:
    """Give each row what it had before."""
    return WAYS[batch.did.partition(".")[0]](batch, by=by)
