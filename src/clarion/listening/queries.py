"""What was heard, newest first, and through what."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.kit.cursor import Slice, cut
from clarion.listening.models import Mention, Watch


def watches(workspace: Workspace) -> QuerySet[Watch]:
    """With how much each heard, and how much of it was taken up."""
    return (
        workspace.watches.select_related("channel")
        .annotate(
            heard=Count("mentions"),
            taken_up=Count("mentions", filter=~Q(mentions__conversation=None)),
        )
        .order_by("words", "pk")
    )


def stream(
    workspace: Workspace, watch: int | None = None, cursor: str = "", most: int = 30
) -> Slice[Mention]:
    """Newest first; of one watch, or of all."""
    rows = Mention.objects.filter(watch__workspace=workspace)
    if watch is not None:
        rows = rows.filter(watch=watch)
    return cut(rows.select_related("watch__channel", "conversation"), "at", cursor, most)


@dataclass(frozen=True)
class Ear:
    """A channel, and whether it can be listened through."""

    channel: Channel
    why_not: str = ""


def ears(workspace: Workspace) -> Sequence[Ear]:
    channels = workspace.channels.exclude(state=Channel.State.GONE).order_by("handle", "pk")
    return [Ear(channel, _why_not(channel)) for channel in channels]


def _why_not(channel: Channel) -> str:
    if channel.network.listening is None:
        return f"{channel.network.name} offers no search that Clarion may use."
    return "" if channel.is_open else "It must be connected again first."
