"""The health of channels: grants refreshed early, trouble told before a post fails."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.channels.models import Channel
from clarion.kit.steps import Move, Outcome, Stay, Step
from clarion.networks.base import NetworkError, Reconnect

State = Channel.State
ROUND = timedelta(minutes=10)
EARLY = timedelta(days=7)  # before a long grant ends; short ones at half of what is left


async def check_up(channel: Channel) -> Outcome:
    """Is the grant still good? What does the server take today? How many follow?"""
    now = timezone.now()
    try:
        fresh = await _refreshed(channel)
        limits = await channel.network.connect.limits(channel.call())
        also: dict[str, Any] = {**fresh, "checked_at": now}
        if limits is not None:
            also["own_limits"] = {**asdict(limits), "as_of": limits.as_of.isoformat()}
        if channel.network.measurement is not None:
            account = await channel.network.measurement.account(channel.call())
            also["followers"] = account.followers
    except Reconnect as error:
        return Move(State.SHUT, problem=str(error), also={"checked_at": now})
    except NetworkError as error:
        # A network that is down for an hour is no reason to bother anybody about the account.
        return Stay(at=now + ROUND, problem=str(error))
    return Stay(at=now + ROUND, also=also)


async def _refreshed(channel: Channel) -> dict[str, Any]:
    ends = channel.grant_expires_at
    if ends is not None and ends - timezone.now() > EARLY:
        return {}
    grant = await channel.network.connect.refresh(channel.call())
    if grant is None:
        return {}
    taken = channel.take(grant)
    channel.adopt(taken)
    return taken


def settled(results: Sequence[tuple[Channel, Outcome]]) -> None:
    for channel, outcome in results:
        if isinstance(outcome, Move):
            tell_shut(channel)


def tell_shut(channel: Channel) -> None:
    """One notice for the people, one line for the journal."""
    record(
        worker(channel.workspace_id),
        "channel.shut",
        f"Channel {channel.pk}",
        after={"problem": channel.problem},
    )
    notify(
        channel.workspace_id,
        f"channel:{channel.pk}",
        f"{channel.network.name} {channel.handle} needs to be connected again. "
        f"{channel.problem}",
        "channels/",
    )


def _load(rows: QuerySet[Channel]) -> Sequence[Channel]:
    return list(rows.select_related("workspace"))


STEPS: tuple[Step[Any], ...] = (
    Step(Channel, State.OPEN, check_up, load=_load, settled=settled, batch=50, queue="ingest"),
)
