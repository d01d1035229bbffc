"""Posts as people see them: one standing each, made of its own state and its deliveries'."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.agreement.consent import Consents, Yes
from clarion.content.models import Media, Placement, Post, Variant
from clarion.publishing.models import Delivery

State = Delivery.State
STANDINGS: Mapping[str, str] = {
    "draft": "Draft",
    "review": "Waiting for approval",
    "late": "Not approved in time",
    "approved": "Approved, not scheduled",
    "planned": "Scheduled",
    "by_hand": "A person posts it",
    "sending": "Going out",
    "unsure": "Checking whether it went out",
    "held": "Needs you",
    "partly": "Partly live",
    "live": "Live",
    "removed": "Taken down",
    "binned": "In the bin",
}
FIXED = frozenset({"live", "sending", "unsure", "removed", "binned"})  # nothing left to move


@dataclass(frozen=True)
class Entry:
    """One post, ready to be shown on a calendar or in a list. `at` is in the zone asked for."""

    post: Post
    standing: str
    at: datetime | None
    channels: Sequence[Channel] = ()
    picture: Media | None = None
    planned: bool = False  # something of it will go out by itself
    own: Sequence[int] = ()  # ids of channels whose own time `at` is; none: it is the post's

    @property
    def label(self) -> str:
        return STANDINGS[self.standing]

    @property
    def locked(self) -> bool:
        return self.standing in FIXED

    @property
    def ref(self) -> str:
        """What tells it from the same post at another time."""
        return f"{self.post.pk}-{self.own[0]}" if self.own else f"{self.post.pk}"

    @property
    def zones(self) -> Sequence[str]:
        """The zones its channels live in, each once."""
        return list(dict.fromkeys(c.zone_name for c in self.channels))


def entries(posts: QuerySet[Post], zone: ZoneInfo) -> list[Entry]:
    """Ready to show, in the order of `posts`, in six queries however many there are."""
    told = posts.annotate(standing=standing(), waits=waits())
    rows = list(told.prefetch_related("campaign"))
    channels, pictures = _channels(rows), _pictures(rows)
    return [
        Entry(
            post=row,
            standing=row.standing,
            at=row.planned_for.astimezone(zone) if row.planned_for else None,
            channels=channels[row.pk],
            picture=pictures.get(row.pk),
            planned=row.waits,
        )
        for row in rows
    ]


def entry(post: Post, zone: ZoneInfo) -> Entry:
    return entries(Post.objects.filter(pk=post.pk), zone)[0]


def entries_at(times: Sequence[tuple[datetime, int]], zone: ZoneInfo) -> list[Entry]:
    """One for each moment and post: a post stands wherever one of its channels has a time."""
    known = {
        e.post.pk: e for e in entries(Post.objects.filter(pk__in={p for _, p in times}), zone)
    }
    own = _own_times(list(known))
    return [_at(known[post], at.astimezone(zone), own.get(post, {})) for at, post in times]


def _at(entry: Entry, at: datetime, own: Mapping[int, datetime]) -> Entry:
    """The post at this moment, with the channels it goes to then."""
    if not own:
        return entry
    here = {pk for pk, when in own.items() if when == at}
    if entry.at == at:
        here |= {c.pk for c in entry.channels if c.pk not in own}
        mine: Sequence[int] = ()
    else:
        mine = sorted(here)
    channels = [c for c in entry.channels if c.pk in here]
    return replace(entry, at=at, channels=channels, own=mine)


def _own_times(posts: Sequence[int]) -> dict[int, dict[int, datetime]]:
    """Post id -> channel id -> the time that this channel has of its own."""
    rows = Variant.objects.filter(post__in=posts).exclude(planned_for=None)
    found: dict[int, dict[int, datetime]] = defaultdict(dict)
    for post, channel, at in rows.values_list("post", "channel", "planned_for"):
        if at is not None:
            found[post][channel] = at
    return found


def _channels(posts: Sequence[Post]) -> dict[int, list[Channel]]:
    """Post id -> where it goes. Each channel is read once, however many posts go there."""
    aimed = Variant.objects.filter(post__in=posts).order_by("channel")
    pairs = list(aimed.values_list("post", "channel"))
    known = Channel.objects.select_related("workspace").in_bulk({c for _, c in pairs})
    found: dict[int, list[Channel]] = defaultdict(list)
    for post, channel in pairs:
        found[post].append(known[channel])
    return found


def _pictures(posts: Sequence[Post]) -> dict[int, Media]:
    """Post id -> its first picture."""
    first = Placement.objects.filter(post__in=posts).order_by("post", "position")
    rows = first.distinct("post").select_related("media")
    return {row.post_id: row.media for row in rows}


def standing() -> Coalesce:
    """The worst first: what needs a person is never hidden behind what went well.

    One look at the post's deliveries answers all of it: a look for each state took ten.
    """
    ways = Variant.objects.filter(post=OuterRef("pk")).order_by().values("post")
    told = ways.annotate(
        channels=Count("pk", distinct=True),
        out=Count("pk", distinct=True, filter=Q(deliveries__state=State.LIVE)),
        standing=Case(
            When(_some(State.HELD), then=Value("held")),
            When(_some(State.UNSURE), then=Value("unsure")),
            When(_some(State.SENDING, State.SETTLING), then=Value("sending")),
            When(_some(State.BY_HAND), then=Value("by_hand")),
            When(_some(State.PLANNED), out__gt=0, then=Value("partly")),
            When(out__gt=0, channels__gt=F("out"), then=Value("partly")),
            When(out__gt=0, then=Value("live")),
            When(_some(State.PLANNED, post__state=Post.State.APPROVED), then=Value("planned")),
            When(_some(State.REMOVED), then=Value("removed")),
            output_field=CharField(),
        ),
    )
    return Coalesce(Subquery(told.values("standing")), F("state"), output_field=CharField())


def waits() -> Exists:
    """Posts of which something will go out by itself."""
    return Exists(Delivery.objects.filter(variant__post=OuterRef("pk"), state=State.PLANNED))


def _some(*states: str, **also: str) -> BoolOr:
    return BoolOr(Q(deliveries__state__in=states, **also))


# --- what is on its way ---------------------------------------------------------------------


def taken_down(post: Post) -> set[int]:
    """Ids of its variants of which something was removed from the network."""
    rows = Delivery.objects.filter(variant__post=post, state=State.REMOVED)
    return set(rows.values_list("variant_id", flat=True))


def needing_you(workspace: Workspace) -> QuerySet[Delivery]:
    """What a person has to decide about, the longest waiting first."""
    return (
        _told()
        .filter(channel__workspace=workspace, state=State.HELD)
        .order_by("state_since", "pk")
    )


def uncovered(workspace: Workspace) -> QuerySet[Post]:
    """What was to go out and will not: changed after the yes, and nobody was asked again."""
    drafts = Post.objects.filter(workspace=workspace, state=Post.State.DRAFT)
    return drafts.filter(waits()).order_by("planned_for", "pk")


@dataclass(frozen=True)
class Planned:
    """How much is planned for a channel, and when the first of it is due."""

    count: int = 0
    first_at: datetime | None = None


def planned_on(workspace: Workspace) -> dict[int, Planned]:
    """Channel id -> what waits to go out there."""
    rows = Delivery.objects.filter(channel__workspace=workspace, state=State.PLANNED)
    told = rows.values("channel").annotate(n=Count("pk"), at=Min("planned_for"))
    return {row["channel"]: Planned(row["n"], row["at"]) for row in told}


def deliveries_of(post: Post) -> list[Delivery]:
    """Every way out of this post, channel by channel, part by part, the newest try first."""
    return list(_told().filter(variant__post=post).order_by("channel__pk", "part", "-pk"))


def _told() -> QuerySet[Delivery]:
    return Delivery.objects.select_related(
        "channel__workspace",
        "variant__post__workspace",
        "variant__post__campaign",
        "variant__channel__workspace",
        "variant__tracked",
        "hand__user",
    ).prefetch_related("variant__post__placements__media")


def why_not(
    workspace: Workspace, channels: Sequence[Channel], post: Post | None, *, by: Actor
) -> str:
    """Why `by` cannot schedule on these channels without somebody else, or nothing.

    `post` is what has been saved of it. What the pages show beforehand; the actions decide,
    with the same rules.
    """
    for channel in channels:
        if not by.can("publish", channel.pk):
            return (
                f"{by.name} may not schedule on {channel.handle}. Submit the post for approval "
                "instead: whoever approves it can schedule it."
            )
    labels = [label.pk for label in post.labels.all()] if post else []
    writers = post.writers if post else [by.user_id or 0]
    aimed = [channel.pk for channel in channels]
    yes = Yes("", by.membership_id)
    asked = Consents(workspace).told(aimed, labels, [yes], writers)
    if asked.complete and all(by.can("approve", pk) for pk in aimed):
        return ""
    why = "This post needs somebody else's approval before it can be scheduled."
    return f"{why} Who decides: {asked.asking}." if asked.ruled else why


def next_morning(day: date, zone: ZoneInfo, now: datetime) -> datetime:
    """When a post goes out that was put on a day without an hour: nine, or an hour from now."""
    nine = datetime.combine(day, time(9))
    soon = now.astimezone(zone).replace(tzinfo=None) + timedelta(hours=1)
    if nine > soon or day != soon.date():
        return nine
    return soon.replace(minute=soon.minute - soon.minute % 15, second=0, microsecond=0)
