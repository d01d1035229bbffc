"""One post over several boards, some days apart: each with the day it goes out.

A board is a value of an option of the network, and so is anything else that a network lets one
choose: the same function spreads over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone, next_instant
from clarion.networks.base import Field
from clarion.publishing import actions, spacing
from clarion.publishing.models import Repetition
from clarion.publishing.planning.repeats import copy

BOARDS_MAX = 50
DAYS_MAX = 90


@dataclass(frozen=True)
class Stop:
    """One value of the option, and when the post goes there."""

    value: str
    name: str
    at: datetime  # in the zone of the channel
    warning: str = ""  # nearer to its like than the channel wants


def over(post: Post) -> Field | None:
    """What its one channel can spread it over, boards for example. None: nothing."""
    channels = [v.channel for v in post.variants.select_related("channel")]
    if len(channels) != 1:
        return None
    return next((f for f in channels[0].network.options if f.spreads), None)


def projected(
    post: Post, option: str, values: Sequence[str], start: datetime, every_days: int
) -> list[Stop]:
    """Where it goes when, before anything is saved. The hour on the wall stays the same."""
    channel = _channel(post)
    names = _must_be_values(channel, option, values)
    if not 1 <= every_days <= DAYS_MAX:
        raise NotYet(f"Choose 1 to {DAYS_MAX} days between two of them.", "every_days")
    zone = known_zone(channel.zone_name)
    local = start.astimezone(zone).replace(tzinfo=None)
    rules = spacing.rules(post.variants.select_related("channel__workspace").get())
    stops = []
    for n, value in enumerate(values):
        at = next_instant(local + timedelta(days=n * every_days), zone)[0]
        stops.append(Stop(value, names[value], at.astimezone(zone), rules.why_not(at)))
    return stops


@transaction.atomic
def spread(
    post: Post,
    option: str,
    values: Sequence[str],
    start: datetime,
    every_days: int,
    *,
    by: Actor,
) -> list[Post]:
    """Plan it for each value: the post itself takes the first, copies take the others. Whoever
    may not schedule asks for approval of each."""
    post = post.locked()
    post.must("write", by)
    stops = projected(post, option, values, start, every_days)
    channel = _channel(post)
    posts = [post, *(copy(post, channels={channel.pk}) for _ in stops[1:])]
    for n, (each, stop) in enumerate(zip(posts, stops, strict=True)):
        if n:
            Repetition.objects.create(origin=post, post=each, number=n)
        options = {**each.variants.get().options, option: stop.value}
        edited = content.edit(
            each,
            version=each.version,
            variants={channel.pk: {"options": options}},
            planned_for=stop.at,
            by=by,
        )
        _send_off(edited, stop.at, by)
    after = {"option": option, "values": list(values), "every_days": every_days}
    record(by, "post.spread", f"Post {post.pk}", after=after)
    return posts


def _send_off(post: Post, at: datetime, by: Actor) -> None:
    try:
        with transaction.atomic():
            actions.schedule(post, at, by=by)
    except NotAllowed:
        approval.ask_for_approval(post, by=by)


def _channel(post: Post) -> Channel:
    channels = [v.channel for v in post.variants.select_related("channel__workspace")]
    if len(channels) != 1:
        raise NotYet("Spread a post that goes to one channel only.", "channels")
    return channels[0]


def _must_be_values(channel: Channel, option: str, values: Sequence[str]) -> dict[str, str]:
    field = next((f for f in channel.network.options if f.key == option), None)
    if field is None:
        raise NotYet(f"{channel.network.name} has no option called “{option[:40]}”.", "option")
    if not 2 <= len(values) <= BOARDS_MAX or len(set(values)) < len(values):
        raise NotYet(f"Choose 2 to {BOARDS_MAX} different values.", "values")
    names = dict(field.choices) or {value: value for value in values}
    if strange := [value for value in values if value not in names]:
        raise NotYet(f"“{strange[0][:40]}” is not a choice for {field.label}.", "values")
    return {value: str(names[value]) for value in values}
