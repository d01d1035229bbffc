"""Where there is room: hours at which a post keeps its distance on all its channels."""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content.models import Post, Variant
from clarion.kit.errors import NotYet

DAYS = 60  # looked ahead
MOST = 50  # hours to name
AWAKE = (8, 21)  # hours of the day, the first and the last


def free(
    workspace: Workspace,
    channels: Sequence[Channel],
    zone: ZoneInfo,
    after: datetime,
    count: int = 5,
    *,
    hours: tuple[int, int] = AWAKE,
    without: Collection[int] = (),
) -> list[datetime]:
    """The next full hours, on the clock of `zone`, that keep the workspace's spacing.

    `hours` are the first and last hour of the day to take; `without` are ids of posts that do
    not count, such as the one that looks for a time.
    """
    if not channels:
        raise NotYet("Choose at least one channel.", "channels")
    if not 0 <= hours[0] <= hours[1] <= 23:
        raise NotYet("The first hour of the day comes before the last, from 0 to 23.", "hours")
    apart = timedelta(minutes=workspace.spacing_minutes)
    end = after + timedelta(days=DAYS)
    by_channel = taken_on(channels, after - apart, end + apart, without)
    taken = sorted({at for times in by_channel.values() for at in times})
    found: list[datetime] = []
    for at in _hours(after, end, zone, hours):
        if len(found) == min(count, MOST):
            break
        if _is_free(at, taken, apart):
            found.append(at)
    return found


def _hours(
    after: datetime, end: datetime, zone: ZoneInfo, hours: tuple[int, int]
) -> Iterator[datetime]:
    """Full hours on the wall, those that a change of clocks skips left out."""
    day = after.astimezone(zone).date()
    while (midnight := datetime.combine(day, time(tzinfo=zone))) < end:
        for hour in range(hours[0], hours[1] + 1):
            at = midnight.replace(hour=hour)
            if at > after and at.astimezone(UTC).astimezone(zone).hour == hour:
                yield at
        day += timedelta(days=1)


def _is_free(at: datetime, taken: Sequence[datetime], apart: timedelta) -> bool:
    """Nothing nearer than the spacing, and nothing at the very moment."""
    place = bisect_left(taken, at)
    return all(
        abs(at - other) >= apart and at != other
        for other in taken[max(0, place - 1) : place + 1]
    )


def taken_on(
    channels: Sequence[Channel],
    start: datetime,
    end: datetime,
    without: Collection[int] = (),
) -> dict[int, list[datetime]]:
    """Channel id -> when something is planned there or went out, in order. One query."""
    rows = Variant.objects.filter(channel__in=channels).exclude(post__in=without)
    rows = rows.exclude(post__state=Post.State.BINNED)
    told = rows.annotate(moment=Coalesce("planned_for", "post__planned_for"))
    found: dict[int, list[datetime]] = {channel.pk: [] for channel in channels}
    span = told.filter(moment__gte=start, moment__lt=end).order_by("moment")
    for channel, at in span.values_list("channel", "moment"):
        found[channel].append(at)
    return found
