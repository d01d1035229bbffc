"""Wall-clock time in a zone, where some minutes do not exist and some come twice."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from clarion.kit.errors import NotYet

FARTHEST = timedelta(days=5 * 366)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which a clock on the wall in `zone` shows `local` (naive).

    Raises NotYet for a minute that the change to summer time skips, with the next one that
    exists. A minute that comes twice in autumn means its first coming.
    """
    try:
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    except OverflowError:
        raise NotYet("Choose a time within the next five years.", "at") from None
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        after = moment.astimezone(zone)
        raise NotYet(
            f"{local:%H:%M} does not exist on {local:%d %B %Y} in {zone.key}: the clocks are "
            f"put forward that night. Take {after:%H:%M} instead.",
            "at",
        )
    return moment


def next_instant(local: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The moment at which a clock on the wall in `zone` shows `local`, for what recurs.

    A minute that does not exist that night is the next one that does, and the answer says so
    with True. A minute that comes twice means its first coming.
    """
    moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local:
        return moment, False
    before = local.replace(tzinfo=zone, fold=1).astimezone(UTC)  # still on the old offset
    offset = before.astimezone(zone).utcoffset()
    while before.astimezone(zone).utcoffset() == offset:
        before += timedelta(minutes=1)
    return before, True


def must_be_ahead(moment: datetime, now: datetime) -> None:
    """Raises NotYet unless `moment` is now or later, and within five years."""
    if moment < now - timedelta(minutes=1):
        raise NotYet("That time has passed. Choose a later one, or publish now.", "at")
    if moment > now + FARTHEST:
        raise NotYet("Choose a time within the next five years.", "at")


def known_zone(name: str) -> ZoneInfo:
    """The zone of that name. Names are checked when they are set; UTC for one lost since."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def must_be_zone(name: str) -> None:
    """Raises NotYet for a name that no zone has."""
    if name not in available_timezones():
        raise NotYet(
            f"“{name}” is not a time zone. Choose one like Europe/Berlin.", "time_zone"
        )
