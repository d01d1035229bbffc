"""The health of channels: grants refreshed early, trouble told before a post fails.

Later stages read from channels, too. What all of them have in common is `reading`. And what
people should know goes out to them, by the line that leads outside.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any, TypeVar

from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify
from clarion.accounts.journal import record
from clarion.accounts.models import Address, Notice, PushKey, Telling
from clarion.accounts.passing import forget_old, pass_on
from clarion.accounts.rights import worker
from clarion.accounts.wishes import When, wanted
from clarion.channels.models import Channel, reachable
from clarion.channels.telling import WAYS, AddressGone
from clarion.kit.steps import Move, Outcome, Recurring, Settled, Stay, Step
from clarion.networks.base import NetworkError, Reconnect, TryLater
from clarion.networks.limits import Limits

State = Channel.State
ROUND = timedelta(minutes=10)
SOON = timedelta(minutes=1)
CONFIRM = timedelta(seconds=30)  # between a refusal and the question whether it was meant
DOUBTS_MOST = 3  # refusals of what we say while everything else is answered
REFUSED = "The network no longer accepts our key. Connect the account again."
Row = TypeVar("Row", bound=Recurring)
Read = Callable[[Row], Awaitable[Outcome]]


async def check_up(channel: Channel) -> Outcome:
    """Is the grant still good? What does the server take today? How many follow?

    Only this step refreshes, and its lease is one worker's: a refresh token is used once. What
    a refresh brings is written down before anything else is asked.
    """
    now = timezone.now()
    return await (_refresh if channel.wants_refresh(now) else _ask)(channel, now)


async def _refresh(channel: Channel, now: datetime) -> Outcome:
    asked: dict[str, Any] = {"refreshed_at": now}
    try:
        grant = await channel.network.connect.refresh(channel.call())
    except Reconnect:
        # Not asked again with the same token. Whether the present key still opens anything is
        # seen next; if it does, a person has until its end to connect anew.
        return Stay(at=now, also={**asked, "grant_ends_at": channel.grant_expires_at})
    except NetworkError as error:
        return Stay(at=_when(error, now, SOON), problem=str(error))
    if grant is None:
        return Stay(at=now, also=asked)
    # Whether the doubt is over is seen next; that the old key was refused counts no longer.
    doubt = {"doubted_at": channel.doubted_at}
    return Stay(at=now, also={**channel.take(grant), **doubt, **asked})


async def _ask(channel: Channel, now: datetime) -> Outcome:
    also: dict[str, Any] = {"checked_at": now}
    try:
        known = await _what_it_says(channel)
    except Reconnect as error:
        return _refused(channel, str(error), now)
    except NetworkError as error:
        # A network that is down for an hour is no reason to bother anybody about the account.
        return Stay(
            at=_when(error, now, SOON if channel.doubted_at else ROUND), problem=str(error)
        )
    if channel.doubted_at and not known:
        return Move(State.SHUT, problem=channel.problem or REFUSED, also=also)
    return Stay(at=_next(channel, now), also={**also, **known, "doubted_at": None})


async def _what_it_says(channel: Channel) -> dict[str, Any]:
    """What the network tells whoever holds the grant. Empty where there is nothing to ask."""
    said: dict[str, Any] = {}
    limits = await channel.network.connect.limits(channel.call())
    if limits is not None:
        said["own_limits"] = _its_own(limits, channel.network.limits)
    if channel.network.measurement is not None:
        account = await channel.network.measurement.account(channel.call())
        said["followers"] = account.followers
    return said


def _its_own(said: Limits, usual: Limits) -> dict[str, Any]:
    """What the server says and the registry does not: the rest may differ by surface."""
    known = asdict(usual)
    own = {key: value for key, value in asdict(said).items() if value != known[key]}
    return {**own, "as_of": said.as_of.isoformat()}


def _refused(channel: Channel, why: str, now: datetime) -> Outcome:
    """Once may be a blip. Twice, with what a refresh could do in between, is the end of it."""
    if channel.doubted_at:
        return Move(State.SHUT, problem=why, also={"checked_at": now, "doubted_at": None})
    return Stay(at=now + CONFIRM, problem=why, also={"doubted_at": now})


def _when(error: NetworkError, now: datetime, wait: timedelta) -> datetime:
    at: datetime | None = getattr(error, "at", None)
    return at or now + wait


def _next(channel: Channel, now: datetime) -> datetime:
    """In a round, or earlier where a short key has to be refreshed before that."""
    ends = channel.grant_expires_at
    if ends is None or ends == channel.grant_ends_at:
        return now + ROUND
    return min(now + ROUND, max(now + CONFIRM / 2, now + (ends - now) / 2))


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
            _doubt(Channel.objects.get(pk=row.channel_id), str(outcome.found))


def _doubt(channel: Channel, why: str) -> None:
    """Nothing more is said through it until a check-up knows whether the refusal was meant."""
    if not channel.is_open or channel.doubted_at:
        return
    if channel.doubts >= DOUBTS_MOST:
        if channel.move(State.SHUT, problem=why):
            _tell_shut(channel)
        return
    now = timezone.now()
    rows = Channel.objects.filter(pk=channel.pk, state=State.OPEN)
    rows.update(doubted_at=now, doubts=F("doubts") + 1, problem=why, due_at=now)


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
CHORES = (pass_on, forget_old)
