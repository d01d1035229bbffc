"""Who is told what, by which way and when. Rules only: nothing is asked, nothing is sent."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from clarion.accounts.models import Hours, Membership, Notice, Wish
from clarion.kit.zones import known_zone

When = Wish.When
# Who is reached by default: whoever can do something about it. A wish of one's own counts more.
CONCERNS: Mapping[str, str] = {
    "trouble": "publish",
    "approval": "approve",
    "mention": "read",
    "reminder": "read",
    "task": "publish",
}


def wish(membership: Membership, kind: str, way: str) -> str:
    """How this person wants this kind to reach them. Reads `membership.wishes`."""
    for said in membership.wishes.all():
        if (said.kind, said.way) == (kind, way):
            return said.when
    return default(membership, kind, way)


def default(membership: Membership, kind: str, way: str) -> str:
    """As it is until they say otherwise: at once, where it is theirs to do something."""
    concerned = way == "app" or membership.actor().can_somewhere(CONCERNS[kind])
    return When.NOW if concerned else When.OFF


def wanted(membership: Membership, notice: Notice, way: str) -> str:
    """The same for one notice: what is for one person alone is theirs by nature."""
    if notice.to_id not in (None, membership.pk):
        return When.OFF
    said = wish(membership, notice.kind, way)
    chosen = any((w.kind, w.way) == (notice.kind, way) for w in membership.wishes.all())
    return When.NOW if notice.to_id and not chosen else said


def moment(membership: Membership, when: str, now: datetime) -> datetime:
    """When a message goes out: now or when the quiet hours end, or with the next digest."""
    hours, zone = hours_of(membership), _zone(membership)
    if when == When.NOW:
        return _loud(hours, zone, now)
    ahead = range(8) if when == When.WEEKLY else range(2)
    days = (now.astimezone(zone).date() + timedelta(days=n) for n in ahead)
    at = (datetime.combine(day, _clock(hours.digest_at), zone) for day in days)
    fits = (a for a in at if a > now)
    if when == When.WEEKLY:
        fits = (a for a in fits if a.weekday() == hours.digest_day)
    return next(fits)


def _loud(hours: Hours, zone: ZoneInfo, now: datetime) -> datetime:
    """`now`, or the end of the quiet hours that it falls into."""
    start, end = hours.quiet_from, hours.quiet_until
    if start is None or end is None or start == end:
        return now
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    quiet = start <= minute < end if start < end else minute >= start or minute < end
    if not quiet:
        return now
    day = local.date() + timedelta(days=int(minute >= end))
    return datetime.combine(day, _clock(end), zone)


def _clock(minutes: int) -> time:
    return time(*divmod(minutes, 60))


def hours_of(membership: Membership) -> Hours:
    return getattr(membership, "hours", None) or Hours(membership=membership)


def _zone(membership: Membership) -> ZoneInfo:
    return known_zone(hours_of(membership).time_zone or membership.workspace.time_zone)
