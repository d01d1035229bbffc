"""What stands still is told once for each channel and cause, however many posts it stops.

A notice follows its problem: it says how many posts there are now, and is solved by itself when
none is left.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.db.models.functions import MD5, Left
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.models import Notice, Workspace
from clarion.channels.models import Channel
from clarion.publishing.models import Delivery

State = Delivery.State
LENGTH = 12  # of a cause, in hex digits
ANEW = timedelta(days=1)  # after that the same problem is told once more
LATE = timedelta(hours=1)  # what waits longer than that for its network is told about


@dataclass(frozen=True)
class Trouble:
    """One reason that stops several posts of a channel."""

    channel: Channel
    problem: str
    count: int  # posts
    since: datetime

    @property
    def cause(self) -> str:
        return cause(self.problem)


def cause(problem: str) -> str:
    """What tells one reason from another: the same sentence is the same cause."""
    return hashlib.md5(problem.encode(), usedforsecurity=False).hexdigest()[:LENGTH]


def alike(rows: QuerySet[Delivery], cause: str) -> QuerySet[Delivery]:
    """Those of the rows that are held for this cause."""
    told = rows.filter(state=State.HELD).alias(cause=Left(MD5("problem"), LENGTH))
    return told.filter(cause=cause)


def held_together(workspace: Workspace) -> list[Trouble]:
    """Causes for which more than one post of a channel is held, the largest first."""
    rows = Delivery.objects.filter(channel__workspace=workspace, state=State.HELD)
    return [t for t in _troubles(rows) if t.count > 1]


def waiting(rows: QuerySet[Delivery]) -> list[Trouble]:
    """Channels on which posts are late because their network does not take them, with what it
    said last. They go out by themselves."""
    now = timezone.now()
    late = rows.filter(
        ~Q(problem="") | Q(channel__blocked_until__gt=now),
        state=State.PLANNED,
        planned_for__lte=now - LATE,
        channel__state=Channel.State.OPEN,
    )
    worst: dict[int, Trouble] = {}
    for found in _troubles(late.exclude(problem="")):
        worst.setdefault(found.channel.pk, found)
    counts = dict(late.order_by().values_list("channel").annotate(n=_posts()))
    firsts = dict(late.order_by().values_list("channel").annotate(at=Min("planned_for")))
    return [Trouble(t.channel, t.problem, counts[pk], firsts[pk]) for pk, t in worst.items()]


def _posts() -> Count:
    return Count("variant", distinct=True)


def _troubles(rows: QuerySet[Delivery]) -> list[Trouble]:
    told = rows.order_by().values("channel", "problem")
    found = list(told.annotate(n=_posts(), since=Min("planned_for")).order_by("-n", "channel"))
    known = Channel.objects.select_related("workspace").in_bulk({r["channel"] for r in found})
    return [Trouble(known[r["channel"]], r["problem"], r["n"], r["since"]) for r in found]


# --- telling --------------------------------------------------------------------------------


@transaction.atomic
def tell(held: Iterable[Delivery]) -> None:
    """These are held just now: one notice for each channel and cause, those before included."""
    causes = {_about(d.channel_id, cause(d.problem)): d.channel.workspace_id for d in held}
    for about, space in sorted(causes.items()):  # in one order: nobody waits in a circle
        old = Notice.objects.filter(workspace=space, about=about, at__lt=timezone.now() - ANEW)
        if old.filter(solved_at=None).exists():
            solve(space, [about])
        notify(space, about, "")
    _follow(Notice.objects.filter(about__in=causes))


@transaction.atomic
def settled(deliveries: Iterable[Delivery]) -> None:
    """These are not held any more, or wait for nobody: what was said about them is over."""
    for delivery in deliveries:
        space = delivery.channel.workspace_id
        solve(space, [delivery.about])
        of_channel = _about(delivery.channel_id, "")
        _follow(Notice.objects.filter(workspace=space, about__startswith=of_channel))


def _about(channel: int, cause: str) -> str:
    return f"held:{channel}:{cause}"


def _follow(notices: QuerySet[Notice]) -> None:
    """Say how it is now. The row is locked before anything is counted: of two workers the
    second one counts what the first one did.
    """
    for notice in notices.filter(solved_at=None).order_by("pk").select_for_update():
        _, channel, cause = notice.about.split(":")
        rows = alike(Delivery.objects.filter(channel=int(channel)), cause)
        first = rows.select_related("channel", "variant").order_by("state_since", "pk").first()
        if first is None:
            solve(notice.workspace_id, [notice.about])
            continue
        count = rows.values("variant").distinct().count()
        text, url = _words(first, count), _where(first, count, cause)
        if (notice.text, notice.url) != (text, url):
            Notice.objects.filter(pk=notice.pk).update(text=text, url=url)


def _words(first: Delivery, count: int) -> str:
    where = f"{first.channel.network.name} {first.channel.handle}"
    if count == 1:
        return f"{where}: not published. {first.problem}"
    return f"{where}: {count} posts are not published, all for one reason. {first.problem}"


def _where(first: Delivery, count: int, cause: str) -> str:
    if count == 1:
        return f"posts/{first.variant.post_id}/"
    return f"needs-you/?channel={first.channel_id}&cause={cause}"


def look_after() -> None:
    """Deliveries that were deleted with their part of a post are settled too. And what is late
    because of its network is told, once for each channel, until it is out.
    """
    for notice in Notice.objects.filter(about__startswith="held:", solved_at=None):
        with transaction.atomic():
            _follow(Notice.objects.filter(pk=notice.pk))
    late = {f"late:{t.channel.pk}": t for t in waiting(Delivery.objects.all())}
    for about, trouble in late.items():
        space, text = trouble.channel.workspace_id, _waits(trouble)
        notify(space, about, text, "needs-you/")
        old = Notice.objects.filter(workspace=space, about=about, solved_at=None)
        old.exclude(text=text).update(text=text)
    over = Notice.objects.filter(about__startswith="late:", solved_at=None)
    for notice in over.exclude(about__in=late):
        solve(notice.workspace_id, [notice.about])


def _waits(trouble: Trouble) -> str:
    channel = trouble.channel
    since = trouble.since.astimezone(ZoneInfo(channel.zone_name))
    many = "a post waits" if trouble.count == 1 else f"{trouble.count} posts wait"
    return (
        f"{channel.network.name} {channel.handle}: {many}, the first since {since.day} "
        f"{since:%B, %H:%M}. {trouble.problem} Each goes out by itself when that is over, up "
        f"to {channel.late_hours} hours late; after that you are asked."
    )
