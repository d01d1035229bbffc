"""How far apart things that resemble each other must be: the rules of one variant.

Whatever a machine times keeps to them. A person who chooses the hour is warned, or refused
where the channel's queue says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.db.models import Q

from clarion.content.models import Variant
from clarion.kit.zones import known_zone
from clarion.publishing.models import Delivery, Queue, Repeat, Repetition

State = Delivery.State
# What counts: what will go out, and what is out or may be.
COUNTS = (State.PLANNED, State.SENDING, State.SETTLING, State.UNSURE, State.HELD, State.LIVE)
TRACKING = ("utm_", "fbclid", "gclid", "mc_", "igsh")


@dataclass(frozen=True)
class Near:
    """Something else on the channel that shows the same."""

    at: datetime
    what: str  # "link" | "picture" | "post"
    apart: int  # days, as they change on the channel's clock


@dataclass(frozen=True)
class Rules:
    """Everything that keeps one variant away from a time. All of it was read beforehand."""

    zone: ZoneInfo
    handle: str
    near: Sequence[Near] = ()
    repeat: Repeat | None = None

    def why_not(self, at: datetime) -> str:
        """Why it should not go out at `at`, in a sentence, or nothing."""
        local = at.astimezone(self.zone)
        if self.repeat and not self.repeat.in_season(local.date()):
            season = f"{_day(self.repeat.season_from)} to {_day(self.repeat.season_to)}"
            return f"Its season is {season}, and {_moment(local)} is not in it."
        for other in self.near:
            theirs = other.at.astimezone(self.zone)
            if abs((theirs.date() - local.date()).days) < other.apart:
                return self._too_near(other, theirs)
        return ""

    def _too_near(self, other: Near, there: datetime) -> str:
        days, free = other.apart, there + timedelta(days=other.apart)
        return (
            f"The same {other.what} goes out on {self.handle} at {_moment(there)}, and {days} "
            f"day{'' if days == 1 else 's'} must lie between. It is free from {free:%a} "
            f"{free.day} {free:%b %Y} on."
        )

    def allows(self, at: datetime) -> bool:
        return not self.why_not(at)


def rules(variant: Variant) -> Rules:
    """What this variant has to keep to on its channel."""
    channel, post = variant.channel, variant.post
    near = _crowd(variant, _apart(variant))
    again = Repetition.objects.filter(post=post).select_related("repeat").first()
    repeat = again.repeat if again else None
    if again and repeat and not repeat.rule:
        near += _family(again, variant, repeat.every_days)
    return Rules(known_zone(channel.zone_name), channel.handle, near, repeat)


def blocks(variant: Variant) -> bool:
    """Whether a time chosen by hand is refused, too."""
    return Queue.objects.filter(channel=variant.channel_id, apart_blocks=True).exists()


def _apart(variant: Variant) -> int:
    row = Queue.objects.filter(channel=variant.channel_id).first()
    return row.apart_days if row else 0


def _others(variant: Variant) -> Any:
    rows = Delivery.objects.filter(channel=variant.channel_id, part=0, state__in=COUNTS)
    return rows.exclude(variant=variant)


def _crowd(variant: Variant, apart: int) -> list[Near]:
    """The same link or one of the same pictures, planned or out on this channel."""
    link, pictures = same_address(variant.post.link), _pictures(variant)
    if not apart or not (link or pictures):
        return []
    alike = Q(variant__post__media__in=pictures) | ~Q(variant__post__link="")
    rows = _others(variant).filter(alike).select_related("variant__post").distinct()
    rows = rows.prefetch_related("variant__post__placements__media")
    found = []
    for row in rows:
        if link and same_address(row.variant.post.link) == link:
            found.append(Near(row.live_at or row.planned_for, "link", apart))
        elif pictures & _pictures(row.variant):
            found.append(Near(row.live_at or row.planned_for, "picture", apart))
    return found


def _pictures(variant: Variant) -> set[int]:
    return {m.pk for m in variant.post.pieces()} - set(variant.without)


def _family(again: Repetition, variant: Variant, apart: int) -> list[Near]:
    """The post it was made from, and the other times it came again."""
    posts = Q(variant__post=again.origin_id) | Q(variant__post__repetition__repeat=again.repeat)
    rows = _others(variant).filter(posts).values_list("live_at", "planned_for")
    return [Near(live or planned, "post", apart) for live, planned in rows]


def same_address(link: str) -> str:
    """Two spellings of one page read alike: case of the host, marks of campaigns, the end."""
    if not link:
        return ""
    parts = urlsplit(link)
    query = [(k, v) for k, v in parse_qsl(parts.query) if not k.lower().startswith(TRACKING)]
    path = parts.path.rstrip("/")
    return f"{(parts.hostname or '').lower()}:{parts.port or ''}{path}?{urlencode(query)}"


def _moment(local: datetime) -> str:
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def _day(month_day: str) -> str:
    month, day = month_day.split("-")
    return f"{int(day)} {datetime(2000, int(month), 1):%B}"  # noqa: DTZ001 - only its name
