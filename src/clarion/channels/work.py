"""The health of channels: grants refreshed early, trouble told before a post fails.

Later stages read from channels, too. What all of them have in common is `reading`. And what
people should know goes out to them, by the line that leads outside.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from smtplib import SMTPException
from typing import Any, TypeVar

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.accounts.journal import record
from clarion.accounts.models import Address, Notice, PushKey, Telling
from clarion.accounts.passing import pass_on
from clarion.accounts.rights import worker
from clarion.accounts.wishes import When, wanted
from clarion.channels.models import Channel, reachable
from clarion.channels.telling import WAYS, AddressGone
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


# --- telling people -------------------------------------------------------------------------

TRIES = 6  # of one message, over about five hours
Said = Telling.State


async def tell(telling: Telling) -> Outcome:
    """Send one message. Safe to repeat: a worker that dies now may have sent it already, and
    a message that comes twice is better than one that never comes.
    """
    if not telling.test and not telling.unsettled:
        return Move(Said.NEEDLESS)
    try:
        await WAYS[telling.way](telling, telling.unsettled)
    except AddressGone as gone:
        return Move(Said.FAILED, problem=str(gone))
    except NetworkError as error:
        return _again(telling, str(error), error)
    except (SMTPException, OSError) as error:
        return _again(telling, f"The mail server did not take it: {_reason(error)}.", error)
    return Move(Said.SENT, also={"sent_at": timezone.now()})


def _again(telling: Telling, problem: str, error: Exception) -> Outcome:
    """A test says at once what is wrong; everything else is tried for some hours."""
    if telling.test or telling.attempts + 1 >= TRIES:
        return Move(Said.FAILED, problem=problem)
    return Stay(at=getattr(error, "at", None), problem=problem)


def _reason(error: Exception) -> str:
    """What went wrong, without what was said to the server: that may hold a password."""
    return getattr(error, "strerror", "") or type(error).__name__


def _tellings(rows: QuerySet[Telling]) -> Sequence[Telling]:
    unsettled = Notice.objects.filter(solved_at=None).select_related("workspace")
    tellings = list(
        rows.select_related("membership__user", "membership__workspace", "address")
        .prefetch_related("membership__wishes")
        .prefetch_related(Prefetch("notices", unsettled.order_by("at", "pk")))
    )
    key = PushKey.objects.order_by("-pk").first()
    for telling in tellings:
        member, way = telling.membership, telling.way
        still = [n for n in telling.notices.all() if wanted(member, n, way) != When.OFF]
        telling.unsettled, telling.push_key = still, key
    return tellings


def _told(results: Sequence[tuple[Telling, Outcome]]) -> None:
    """What is known of a browser or a chat since the last message there."""
    for telling, _ in results:
        if telling.address_id and telling.state != Said.NEEDLESS:
            known: dict[str, Any] = {"problem": telling.problem}
            if telling.sent_at:
                known["reached_at"] = telling.sent_at
            Address.objects.filter(pk=telling.address_id).update(**known)


STEPS: tuple[Step[Any], ...] = (
    Step(Channel, State.OPEN, check_up, load=_load, settled=settled, batch=50, queue="ingest"),
    Step(Telling, Said.WAITING, tell, load=_tellings, settled=_told, batch=50, queue="ingest"),
)
CHORES = (pass_on,)
