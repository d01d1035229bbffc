"""What networks ask for what went out, written down once, by the price list of that day."""

from collections.abc import Iterable, Sequence

from clarion.content.costs import has_link, prices, source_of
from clarion.publishing.models import Charge, Delivery


def charge(live: Sequence[Delivery]) -> None:
    """Note the price of each. Where none is known nothing is noted: unknown is not 0."""
    rows = [row for delivery in live for row in _charges(delivery)]
    Charge.objects.bulk_create(rows, ignore_conflicts=True)


def _charges(delivery: Delivery) -> Iterable[Charge]:
    if delivery.live_at is None:
        return
    action = "post_with_link" if has_link(delivery.draft()) else "post"
    day = delivery.live_at.date()
    for price in prices(delivery.channel, [action], day):
        if price is not None:
            yield Charge(
                delivery=delivery,
                action=action,
                amount=price.amount,
                currency=price.currency,
                price_of=price.since,
                source=source_of(delivery.channel, price)[:300],
                at=delivery.live_at,
            )
