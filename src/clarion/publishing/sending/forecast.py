"""What will not go out although nothing is wrong yet: a permission that ends before."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Min
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content.models import Post, Variant
from clarion.publishing.models import Delivery

State = Delivery.State
BEFORE_END = timedelta(days=7)
BEFORE_DUE = timedelta(days=3)


def warnings(post: Post) -> list[str]:
    """What will keep it from going out as things are, a sentence for each channel."""
    shut = [v.channel for v in _variants(post) if v.at and not v.channel.is_open]
    again = "has to be connected again before this can go out."
    return [*(f"{c.network.name} {c.handle} {again}" for c in shut), *endings(post)]


def endings(post: Post) -> list[str]:
    """Permissions that end before their turn comes."""
    rows = [(v.channel, v.at) for v in _variants(post) if v.channel.is_open]
    return [said for channel, at in rows if at and (said := ends_before(channel, at))]


def _variants(post: Post) -> list[Variant]:
    return list(post.variants.select_related("channel__workspace", "post"))


def ends_before(channel: Channel, at: datetime) -> str:
    """Why it will not go out then as things are, or nothing."""
    ends = channel.grant_ends_at
    if ends is None or ends > at:
        return ""
    return (
        f"The permission for {channel.network.name} {channel.handle} ends on "
        f"{_day(channel, ends)}, before this is due. Connect the account again before then, "
        "on its page."
    )


def remind() -> None:
    """Again before it matters: when the permission is about to end, or a post is nearly due.
    What was told is settled when nothing is planned beyond the end any more.
    """
    now = timezone.now()
    rows = Delivery.objects.filter(
        state__in=(State.PLANNED, State.HELD),
        channel__state=Channel.State.OPEN,
        planned_for__gte=F("channel__grant_ends_at"),
    )
    late = rows.values_list("channel").annotate(posts=Count("pk"), first=Min("planned_for"))
    counted = {channel: (posts, first) for channel, posts, first in late.order_by("channel")}
    known = Channel.objects.select_related("workspace").in_bulk(counted)
    soon = set()
    for pk, (posts, first) in counted.items():
        ends = known[pk].grant_ends_at
        if ends and (ends < now + BEFORE_END or first < now + BEFORE_DUE):
            soon.add(f"ends:{pk}")
            _tell(known[pk], ends, posts)
    old = Notice.objects.filter(about__startswith="ends:", solved_at=None)
    for notice in old.exclude(about__in=soon):
        solve(notice.workspace_id, [notice.about])


def _tell(channel: Channel, ends: datetime, posts: int) -> None:
    many = "a post is" if posts == 1 else f"{posts} posts are"
    text = (
        f"The permission for {channel.network.name} {channel.handle} ends on "
        f"{_day(channel, ends)}, and {many} planned for later. Connect the account again."
    )
    url = f"channels/{channel.pk}/"
    notify(channel.workspace_id, f"ends:{channel.pk}", text, url, kind="reminder")


def _day(channel: Channel, at: datetime) -> str:
    there = at.astimezone(ZoneInfo(channel.zone_name))
    return f"{there.day} {there:%B} at {there:%H:%M}"
