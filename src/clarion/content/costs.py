"""What a post asks for beside its words: the networks' fees, and people's time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from clarion.accounts.models import ExchangeRate, HourlyRate, Membership, Workspace
from clarion.channels.models import Channel
from clarion.content.models import Effort, Words
from clarion.networks import limits
from clarion.networks.base import Draft
from clarion.networks.limits import Price
from clarion.numbers.money import Cost, Exchange
from clarion.text import counting

FEE, PEOPLE = "API fee", "People's time"
HIDDEN = "What an hour costs is seen by those who plan."


@dataclass(frozen=True)
class Said:
    """What goes out on one channel, as far as it costs: whether each post of it has a link."""

    channel: Channel
    links: Sequence[bool]  # one for each post: frames, parts of a thread, the first comment
    comment: bool = False  # the last of them is the first comment

    def actions(self) -> list[str]:
        return ["post_with_link" if link else "post" for link in self.links]


def has_link(draft: Draft) -> bool:
    """A placeholder for a link counts as one: it will be."""
    text = draft.text
    return bool(draft.link or counting.links(text)) or counting.PLACEHOLDER in text


def said(channel: Channel, words: Words) -> Said:
    """What these words are to the network's price list."""
    drafts = [part.draft for part in words.parts(channel)]
    comment = bool(drafts) and drafts[-1].surface == "comment"
    return Said(channel, [has_link(draft) for draft in drafts], comment)


def prices(channel: Channel, actions: Iterable[str], on: date) -> list[Price | None]:
    """What each of these costs there, on that day."""
    return [limits.price(channel.price_key, action, on) for action in actions]


def fee(what: Said, on: date) -> Cost:
    """What the network asks for all of it through its API."""
    found = prices(what.channel, what.actions(), on)
    known = [price for price in found if price is not None]
    if len(known) < len(found) or not known:
        name = what.channel.network.name
        reason = f"No price of {name} is noted in the registry."
        return Cost(FEE, None, "USD", "posts · price", name, len(found), on, reason)
    kinds = {price.action: price for price in known}
    formula = " + ".join(
        f"{sum(p.action == action for p in known)} · {price.what.lower()} "
        f"{price.amount} {price.currency}"
        for action, price in kinds.items()
    )
    return Cost(
        FEE,
        sum((price.amount for price in known), Decimal(0)),
        known[0].currency,
        formula,
        f"{source_of(what.channel, known[0])}, prices since {max(p.since for p in known)}",
        len(known),
        max((p.verified for p in known if p.verified), default=None),
    )


def source_of(channel: Channel, price: Price) -> str:
    """Where the price stands; of practice it is said that nobody asks for it."""
    practice = "practice, nothing is billed; " if channel.network.practice else ""
    return f"{practice}{price.source}"


@dataclass(frozen=True)
class Alternative:
    """Another way to say the same, and what that would cost."""

    text: str
    cost: Cost


def alternative(what: Said, on: date) -> Alternative | None:
    """The link in a first answer to oneself, where links have a price of their own."""
    if not what.links or not what.links[0] or what.comment:
        return None
    with_link, without = prices(what.channel, ("post_with_link", "post"), on)
    if with_link is None or without is None or with_link.amount == without.amount:
        return None
    moved = Said(what.channel, [False, *what.links[1:], True], comment=True)
    hand = "" if what.channel.network.comments else ", which you write by hand there"
    return Alternative(f"With the link in the first reply{hand}", fee(moved, on))


# --- people ---------------------------------------------------------------------------------


def rate_of(person: Membership, rates: Sequence[HourlyRate]) -> HourlyRate | None:
    """What an hour of this person costs: their own rate, their role's, or anybody's."""
    by = {(rate.person_id, rate.role): rate for rate in rates}
    keys = ((person.pk, ""), (None, person.role), (None, ""))
    return next((by[key] for key in keys if key in by), None)


def people(
    efforts: Sequence[Effort],
    rates: Sequence[HourlyRate],
    currency: str,
    *,
    spent: bool = False,
    seen: bool = True,
) -> list[Cost]:
    """What people's minutes cost, planned or spent. `seen`: whether rates may be shown."""
    found = [_person(e, rates, currency, spent=spent, seen=seen) for e in efforts]
    costs = [cost for cost in found if cost is not None]
    if costs:
        return costs
    reason = (
        "Nobody has said how many minutes it took." if spent else "Nobody has said how long."
    )
    return [Cost(PEOPLE, None, currency, "minutes ÷ 60 · rate", "people", 0, None, reason)]


def _person(
    effort: Effort, rates: Sequence[HourlyRate], currency: str, *, spent: bool, seen: bool
) -> Cost | None:
    minutes = effort.spent if spent else effort.planned
    if minutes is None:
        return None
    rate, name = rate_of(effort.person, rates), str(effort.person.user)
    formula, day = f"{minutes} min ÷ 60 · rate", effort.said_at.date()
    if not seen or rate is None:
        reason = HIDDEN if not seen else "Nobody has said what an hour costs. See the settings."
        return Cost(PEOPLE, None, currency, formula, name, 1, day, reason)
    amount = (rate.amount * minutes / 60).quantize(Decimal("0.01"))
    formula = f"{minutes} min ÷ 60 · {rate.amount} {currency}"
    return Cost(PEOPLE, amount, currency, formula, name, 1, rate.as_of)


def exchange_rates(workspace: Workspace, on: date) -> dict[str, Exchange]:
    """The newest rate for each currency that somebody gave until that day."""
    rows = ExchangeRate.objects.filter(
        workspace=workspace, into=workspace.currency, as_of__lte=on
    )
    return {
        row.currency: Exchange(row.currency, row.into, row.rate, row.as_of, row.source)
        for row in rows.order_by("as_of")
    }
