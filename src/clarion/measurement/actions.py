"""Write down what was read; draw conclusions that the numbers bear, and no others."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.measurement.models import AccountReading, Reading
from clarion.measurement.queries import ranked
from clarion.measurement.tally import latest
from clarion.networks.base import Account
from clarion.numbers.proportions import Comparison, compare
from clarion.publishing.models import Delivery
from clarion.strategy.actions import learn
from clarion.strategy.metrics import METRICS
from clarion.strategy.models import Campaign, Lesson


@transaction.atomic
def write_down(channel: Channel, counts: Mapping[str, Mapping[str, int]]) -> int:
    """Keep what changed since the last reading; overwrite nothing. Returns how many rows."""
    live = Delivery.objects.filter(channel=channel, remote_id__in=list(counts)).order_by("pk")
    live = live.select_for_update(of=("self",), no_key=True)  # one reader at a time
    last = {(r.delivery_id, r.metric): r.total for r in _known(live)}
    now = timezone.now()
    rows = [
        Reading(delivery=d, metric=metric, total=total, read_at=now)
        for d in live
        for metric, total in counts[d.remote_id].items()
        if last.get((d.pk, metric)) != total
    ]
    append(rows)
    return len(rows)


@transaction.atomic
def append(rows: Sequence[Reading]) -> None:
    """Readings in the order of their time. Each replaces what was known until then."""
    known = {(r.delivery_id, r.metric): r for r in _known({r.delivery for r in rows})}
    replaced = []
    for row in rows:
        before = known.get((row.delivery_id, row.metric))
        if before:
            before.replaced_at = row.read_at
            replaced.append(before)
        known[row.delivery_id, row.metric] = row
    Reading.objects.bulk_update([r for r in replaced if r.pk], ["replaced_at"])
    Reading.objects.bulk_create(rows, batch_size=2000)


def _known(deliveries: Iterable[Delivery]) -> QuerySet[Reading]:
    return latest(Delivery.objects.filter(pk__in={d.pk for d in deliveries}))


def write_account(channel: Channel, account: Account) -> None:
    totals = {
        "followers": account.followers,
        "following": account.following,
        "posts": account.posts,
    }
    rows = [
        AccountReading(channel=channel, metric=metric, total=total)
        for metric, total in totals.items()
        if total is not None
    ]
    AccountReading.objects.bulk_create(rows)


def conclude(campaign: Campaign) -> Lesson | None:
    """Tell strategy what worked, as far as the numbers say it."""
    order = ranked(campaign)
    if not order:
        return None
    best, metric = order[0], campaign.goal_metric
    words = best.delivery.said or best.delivery.variant.words
    of = f"({best.total:,}, of {len(order)} posts)"
    text = f"Best so far by {METRICS[metric]} {of}: {words[:200]}"
    evidence = {
        "delivery": best.delivery.pk,
        "metric": metric,
        "total": best.total,
        "posts": len(order),
    }
    lesson = learn(campaign, said_by="measurement", key="best", text=text, evidence=evidence)
    _compare_best(campaign, [r.delivery for r in order[:2]])
    return lesson


def _compare_best(campaign: Campaign, pair: list[Delivery]) -> None:
    """Do the two best differ in how many who saw them reacted, or is it chance?"""
    if len(pair) < 2:
        return
    found = engagement(pair[0], pair[1])
    if found is None:
        return
    verdict = {
        "higher": "people reacted more often to the first",
        "lower": "people reacted more often to the second",
        "undecided": "no difference shown yet",
    }[found.verdict]
    text = (
        f"{_named(pair[0])} against {_named(pair[1])}: {verdict} "
        f"(difference {100 * found.difference:+.1f} points, "
        f"95 % between {100 * found.interval.low:+.1f} and {100 * found.interval.high:+.1f}). "
        "Not a randomised test: it shows a connection, not a cause." + _bought(pair)
    )
    evidence = {"deliveries": [d.pk for d in pair], "p": found.p, "verdict": found.verdict}
    learn(campaign, said_by="measurement", key="best-two", text=text, evidence=evidence)


def _bought(pair: Sequence[Delivery]) -> str:
    """Strangers to whom a post is shown for money react otherwise than its own public."""
    which = [name for d, name in zip(pair, ("first", "second"), strict=True) if d.paid_since]
    if not which:
        return ""
    return f" Money is behind the {' and the '.join(which)}, which may be all there is to it."


def _named(delivery: Delivery) -> str:
    return f"“{delivery.variant.words[:60]}” on {delivery.channel.handle}"


def engagement(a: Delivery, b: Delivery) -> Comparison | None:
    """Compare reactions per view. None where a network does not tell views."""
    totals: dict[int, dict[str, int]] = {a.pk: {}, b.pk: {}}
    for reading in latest(Delivery.objects.filter(pk__in=[a.pk, b.pk])):
        totals[reading.delivery_id][reading.metric] = reading.total
    if not all("views" in t for t in totals.values()):
        return None
    hits = {
        pk: sum(t.get(m, 0) for m in ("likes", "comments", "shares"))
        for pk, t in totals.items()
    }
    return compare(hits[a.pk], totals[a.pk]["views"], hits[b.pk], totals[b.pk]["views"])
