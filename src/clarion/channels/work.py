"""The health of channels: grants refreshed early, trouble told before a post fails.

Later stages read from channels, too. What all of them have in common is `reading`.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.channels.models import Channel, reachable
from clarion.kit.steps import Move, Outcome, Recurring, Settled, Stay, Step
from clarion.networks.base import NetworkError, Reconnect, TryLater

State = Channel.State
ROUND = timedelta(minutes=10)
EARLY = timedelta(days=7)  # before a long grant ends; short ones at half of what is left
Row = TypeVar("Row", bound=Recurring)
Read = Callable[[Row], Awaitable[Outcome]]


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
            _tell_shut(channel)


def heed(results: Sequence[tuple[Any, Outcome]]) -> None:
    """What the network said about the whole account: wait, or connect again."""
    for row, outcome in results:
        if isinstance(outcome.found, TryLater) and outcome.found.at:
            Channel.objects.filter(pk=row.channel_id).update(blocked_until=outcome.found.at)
        elif isinstance(outcome.found, Reconnect):
            channel = Channel.objects.get(pk=row.channel_id)
            if channel.is_open and channel.move(State.SHUT, problem=str(outcome.found)):
                _tell_shut(channel)


def _tell_shut(channel: Channel) -> None:
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


def reading(
    model: type[Row],
    read: Read[Row],
    keep: Callable[[Row, Any], object],
    *,
    wait: timedelta,
    load: Callable[[QuerySet[Row]], Sequence[Row]],
    batch: int,
    queue: str,
) -> Step[Row]:
    """Read from channels again and again, and `keep` what was found.

    A network in trouble is asked again when it says so, or after `wait`.
    """
    return Step(
        model,
        model.State.ON,
        _patient(read, wait),
        load=load,
        ready=reachable,
        settled=_keeping(keep),
        batch=batch,
        queue=queue,
    )


def _patient(read: Read[Row], wait: timedelta) -> Read[Row]:
    async def do(row: Row) -> Outcome:
        try:
            return await read(row)
        except NetworkError as error:
            at = getattr(error, "at", None) or timezone.now() + wait
            return Stay(at=at, problem=str(error), found=error)

    return do


def _keeping(keep: Callable[[Row, Any], object]) -> Settled:
    def settled(results: Sequence[tuple[Row, Outcome]]) -> None:
        for row, outcome in results:
            if outcome.found is not None and not outcome.problem:
                keep(row, outcome.found)
        heed(results)

    return settled


STEPS: tuple[Step[Any], ...] = (
    Step(Channel, State.OPEN, check_up, load=_load, settled=settled, batch=50, queue="ingest"),
)
