"""How much an account may say in a while, counted where it cannot be forgotten: in the rows.

What may have been said carries the moment it was handed over. A claim counts those rows under a
lock on the channel, so that two workers never overdraw together and a restart forgets nothing;
what was proven not to be out no longer counts.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.apps import apps
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.kit.steps import oldest_first
from clarion.networks.limits import Limits
from clarion.publishing.models import Message, Outgoing
from clarion.publishing.sending.pauses import join_claims

WINDOWS = {  # fields of Limits
    "per_quarter_hour": timedelta(minutes=15),
    "per_hour": timedelta(hours=1),
    "per_day": timedelta(days=1),
}


def free(model: type[Outgoing]) -> Q:
    """Rows whose channel may still say something in this while."""
    if not issubclass(model, Message):
        return Q()
    return Q(channel__full_until=None) | Q(channel__full_until__lt=timezone.now())


def claimable(due: QuerySet[Outgoing], most: int) -> list[int]:
    """Ids of what may be claimed now; no pause begins before the claim is written down."""
    join_claims()
    if not issubclass(due.model, Message):
        return oldest_first(due, most)
    pairs = list(due.order_by("due_at").values_list("pk", "channel_id")[:most])
    room = _room({channel for _, channel in pairs}) if pairs else {}
    taken: Counter[int] = Counter()
    chosen = []
    for pk, channel in pairs:
        taken[channel] += 1
        if channel not in room or taken[channel] <= room[channel]:
            chosen.append(pk)
    return chosen


def rates(limits: Limits) -> dict[str, int]:
    """Window -> how many posts fit into it, as the network or the account's server says."""
    said = {name: getattr(limits, name) for name in WINDOWS}
    return {name: most for name, most in said.items() if most}


def _room(channels: Collection[int]) -> dict[int, int]:
    """Channel -> how much it may still say, for channels with a rate. They are locked."""
    rows = Channel.objects.defer("secret").filter(pk__in=channels).order_by("pk")
    limited = {c.pk: rates(c.limits) for c in rows.select_for_update(no_key=True)}
    now = timezone.now()
    said = _said({pk for pk, most in limited.items() if most}, now)
    room: dict[int, int] = {}
    for pk, most in limited.items():
        if most:
            room[pk] = max(0, min(n - said[pk, name] for name, n in most.items()))
        if most and not room[pk]:
            until = _free_again(pk, most, said, now)
            Channel.objects.filter(pk=pk).update(full_until=until)
    return room


def _said(channels: Collection[int], now: datetime) -> Counter[tuple[int, str]]:
    """(channel, window) -> how many may have gone out in it."""
    counted: Counter[tuple[int, str]] = Counter()
    for rows in _handed_over(now - max(WINDOWS.values())):
        counts = {
            name: Count("pk", filter=Q(first_sent_at__gt=now - wide))
            for name, wide in WINDOWS.items()
        }
        told = rows.filter(channel__in=channels).order_by().values("channel").annotate(**counts)
        for channel, *found in told.values_list("channel", *WINDOWS):
            counted.update({(channel, name): n for name, n in zip(WINDOWS, found, strict=True)})
    return counted


def _free_again(
    channel: int, most: dict[str, int], said: Counter[tuple[int, str]], now: datetime
) -> datetime:
    """When there is room for one more in every window."""
    ends = [now]
    for name, n in most.items():
        if said[channel, name] >= n:
            wide = WINDOWS[name]
            times = sorted(
                at
                for rows in _handed_over(now - wide)
                for at in rows.filter(channel=channel).values_list("first_sent_at", flat=True)
                if at is not None
            )
            ends.append(times[len(times) - n] + wide)
    return max(ends)


def _handed_over(since: datetime) -> Iterable[QuerySet[Message]]:
    """Everything that may have been said since then, a query for each table."""
    models = (m for m in apps.get_models() if issubclass(m, Message))
    return [m._default_manager.filter(maybe_out=True, first_sent_at__gt=since) for m in models]
