"""What stands on which day: posts picked by whatever one wants to see, each at its moments.

A post stands at its own time and wherever a channel of it has another: once for each moment.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from clarion.accounts.models import Workspace
from clarion.content.models import Post, Variant
from clarion.publishing.queries import Entry, entries, entries_at, standing

Moment = tuple[datetime, int]  # when, and the id of a post


@dataclass(frozen=True)
class Day:
    """What a day holds: the first entries, and how many there are in all."""

    entries: Sequence[Entry] = ()
    total: int = 0

    @property
    def more(self) -> int:
        return self.total - len(self.entries)


@dataclass(frozen=True)
class Only:
    """Which posts to look at; None is all. People are ids of memberships."""

    channel: int | None = None
    campaign: int | None = None
    standing: str | None = None
    author: int | None = None
    person: int | None = None  # who sees to it
    label: int | None = None

    def of(self, workspace: Workspace) -> QuerySet[Post]:
        posts = Post.objects.filter(workspace=workspace).exclude(state=Post.State.BINNED)
        columns = {
            "campaign": self.campaign,
            "author": self.author,
            "assigned_to": self.person,
        }
        posts = posts.filter(**{key: value for key, value in columns.items() if value})
        if self.channel:
            posts = posts.filter(Exists(self.variants()))
        if self.label:
            labelled = Post.labels.through.objects.filter(post=OuterRef("pk"))
            posts = posts.filter(Exists(labelled.filter(label=self.label)))
        if self.standing:
            posts = posts.annotate(standing=standing()).filter(standing=self.standing)
        return posts

    def variants(self) -> QuerySet[Variant]:
        """Of the post at hand, those that are looked at."""
        mine = Variant.objects.filter(post=OuterRef("pk"))
        return mine.filter(channel=self.channel) if self.channel else mine


@dataclass(frozen=True)
class Span:
    """Days of a calendar in one zone; `end` is the first day after it."""

    start: date
    end: date
    zone: ZoneInfo

    @property
    def moments(self) -> tuple[datetime, datetime]:
        midnight = time(tzinfo=self.zone)
        return datetime.combine(self.start, midnight), datetime.combine(self.end, midnight)


def moments(
    workspace: Workspace, only: Only, start: datetime, end: datetime | None = None
) -> list[Moment]:
    """Every moment at which something stands on the calendar, in order. Two queries."""
    posts = only.of(workspace)
    span = Q(planned_for__gte=start)
    if end is not None:
        span &= Q(planned_for__lt=end)
    # A post all of whose channels have times of their own stands at those alone.
    shared = Exists(only.variants().filter(planned_for=None)) | ~Exists(only.variants())
    found = set(posts.filter(span).filter(shared).values_list("planned_for", "pk"))
    own = Variant.objects.filter(span, post__workspace=workspace)
    own = own.filter(channel=only.channel) if only.channel else own
    found |= set(own.filter(post__in=posts.values("pk")).values_list("planned_for", "post"))
    return sorted((at, post) for at, post in found if at is not None)


def on_calendar(workspace: Workspace, span: Span, only: Only, most: int) -> dict[date, Day]:
    """The posts of each day, at most `most` a day, and how many there are."""
    days: dict[date, list[Moment]] = defaultdict(list)
    for at, post in moments(workspace, only, *span.moments):
        days[at.astimezone(span.zone).date()].append((at, post))
    shown = [moment for of_day in days.values() for moment in of_day[:most]]
    told: dict[date, list[Entry]] = defaultdict(list)
    for entry in entries_at(shown, span.zone):
        if entry.at is not None:
            told[entry.at.date()].append(entry)
    return {day: Day(told[day], len(of_day)) for day, of_day in days.items()}


def without_a_day(
    workspace: Workspace, only: Only, zone: ZoneInfo, most: int
) -> tuple[list[Entry], int]:
    """Posts that nobody has put on a day yet, newest first, and how many there are."""
    posts = only.of(workspace).filter(planned_for=None)
    posts = posts.exclude(variants__planned_for__isnull=False).order_by("-changed_at", "-pk")
    return entries(posts[:most], zone), posts.count()
