"""What the worker does for measurement: read the counts, draw conclusions."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from clarion.channels.work import reading
from clarion.kit.steps import Outcome, Stay, Step
from clarion.measurement.actions import conclude, write_account, write_down
from clarion.measurement.models import Meter
from clarion.networks.base import Account
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign

ROUND = timedelta(minutes=2)
DAY, MONTH = timedelta(days=1), timedelta(days=30)
MOST = 500  # posts read in one round
Found = tuple[Mapping[str, Mapping[str, int]], Account | None]


async def read(meter: Meter) -> Outcome:
    """Today's totals for what is live on this channel. Safe to run twice."""
    measurement, now = meter.channel.network.measurement, timezone.now()
    if measurement is None:
        return Stay(at=now + DAY)
    counts = await measurement.counts(meter.channel.call(), meter.live) if meter.live else {}
    hourly = meter.last_read_at is None or meter.last_read_at < now - timedelta(hours=1)
    account = await measurement.account(meter.channel.call()) if hourly else None
    also = {"last_read_at": now} if hourly else {}
    return Stay(at=now + ROUND, also=also, found=(counts, account))


def keep(meter: Meter, found: Found) -> None:
    counts, account = found
    if account is not None:
        write_account(meter.channel, account)
    if write_down(meter.channel, counts):
        _conclude(meter)


def _conclude(meter: Meter) -> None:
    posts = Delivery.objects.filter(channel=meter.channel_id, remote_id__in=meter.live)
    running = Q(archived_at=None, posts__variants__deliveries__in=posts)
    for campaign in Campaign.objects.filter(running).distinct():
        conclude(campaign)


def load(rows: QuerySet[Meter]) -> Sequence[Meter]:
    """Young posts every round; those of a month hourly; older ones daily."""
    meters = list(rows.select_related("channel__workspace"))
    now = timezone.now()
    for meter in meters:
        live = Delivery.objects.filter(channel=meter.channel_id, state=Delivery.State.LIVE)
        due = Q(live_at__gte=now - DAY)
        if meter.last_read_at is None or meter.last_read_at < now - timedelta(hours=1):
            due |= Q(live_at__gte=now - MONTH) | Q(pk__in=_not_today(live))
        ids = live.filter(due).order_by("-live_at")[:MOST]
        meter.live = list(ids.values_list("remote_id", flat=True))
    return meters


def _not_today(live: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return live.exclude(readings__read_at__gte=timezone.now() - DAY)


STEPS: tuple[Step[Any], ...] = (
    reading(Meter, read, keep, wait=ROUND * 2, load=load, batch=20, queue="measure"),
)
CHORES = (Meter.adopt_channels,)
