"""What the worker does for promotions: order them once, count what they cost."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.ads.models import Ledger, Promotion, Spending
from clarion.ads.queries import with_purses
from clarion.channels.work import heed, reading
from clarion.kit.steps import Outcome, Stay, Step
from clarion.networks.base import Spend
from clarion.publishing.actions import paid_for
from clarion.publishing.sending.outgoing import steps
from clarion.strategy.actions import learn

State = Promotion.State
ROUND = timedelta(minutes=1)
LOOK_BACK = timedelta(days=3)  # networks correct their bills for some days


async def count(ledger: Ledger) -> Outcome:
    """What has really been spent. Safe to run twice."""
    ads, now = ledger.channel.network.ads, timezone.now()
    if ads is None or not ledger.running:
        return Stay(at=now + ROUND)
    spends = await ads.spend(ledger.channel.call(), (ledger.read_until - LOOK_BACK).date())
    also = {"read_until": now, "last_read_at": now}
    return Stay(at=now + ROUND, also=also, found=spends)


def write_down(ledger: Ledger, spends: Sequence[Spend]) -> None:
    """Keep each day's bill, sum them up, and tell strategy what a promotion cost."""
    mine = Promotion.objects.filter(channel=ledger.channel_id, state=State.LIVE)
    recent = Q(stopped_at=None) | Q(stopped_at__gte=timezone.now() - LOOK_BACK)
    # One without a bill has cost nothing so far: that is known now, too.
    billed = recent | Q(remote_id__in={s.remote_id for s in spends})
    by_id = {p.remote_id: p for p in mine.filter(billed).select_related("campaign", "delivery")}
    for spend in spends:
        if spend.remote_id in by_id:
            Spending.objects.update_or_create(
                promotion=by_id[spend.remote_id],
                day=spend.day,
                defaults={"amount": spend.amount},
            )
    for promotion in by_id.values():
        _sum_up(promotion)


def _sum_up(promotion: Promotion) -> None:
    spent = promotion.days.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    now = timezone.now()
    over = now > promotion.until + timedelta(days=1)
    values = {"spent": spent, "spent_as_of": now}
    if (over or spent >= promotion.budget) and promotion.stopped_at is None:
        values["stopped_at"] = now
    Promotion.objects.filter(pk=promotion.pk).update(**values)
    if spent > 0:
        learn(
            promotion.campaign,
            said_by="ads",
            key=f"promotion-{promotion.pk}",
            text=f"Paid {spent} {promotion.currency} of {promotion.budget} to promote "
            f"“{promotion.delivery.said[:80]}”",
            evidence={"promotion": promotion.pk, "spent": str(spent)},
        )


def ordered(results: Sequence[tuple[Promotion, Outcome]]) -> None:
    for promotion, _ in results:
        workspace, about = promotion.channel.workspace_id, promotion.about
        if promotion.state == State.HELD:
            text = f"A promotion is not running. {promotion.problem}"
            notify(workspace, about, text, f"campaigns/{promotion.campaign_id}/")
            why = {"problem": promotion.problem}
            record(worker(workspace), "promotion.held", promotion.subject, after=why)
        elif promotion.state == State.LIVE:
            solve(workspace, [about])
            paid_for([promotion.delivery_id])
            record(
                worker(workspace),
                "promotion.live",
                promotion.subject,
                after={"remote_id": promotion.remote_id},
            )
    heed(results)


def load_promotions(rows: QuerySet[Promotion]) -> Sequence[Promotion]:
    return with_purses(rows.select_related("channel__workspace", "delivery", "campaign"))


def load_ledgers(rows: QuerySet[Ledger]) -> Sequence[Ledger]:
    ledgers = list(rows.select_related("channel__workspace"))
    for ledger in ledgers:
        running = Promotion.objects.filter(channel=ledger.channel_id, state=State.LIVE)
        since = timezone.now() - LOOK_BACK
        ledger.running = running.exclude(stopped_at__lt=since).exists()
    return ledgers


STEPS: tuple[Step[Any], ...] = (
    *steps(Promotion, load_promotions, ordered),
    reading(
        Ledger, count, write_down, wait=ROUND * 2, load=load_ledgers, batch=20, queue="measure"
    ),
)
CHORES = (Ledger.adopt_channels,)
