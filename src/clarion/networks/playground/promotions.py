"""Paid reach: an auction every simulated hour, paced over the run, never past the budget."""

import re
import sqlite3
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from clarion.networks.playground import journey
from clarion.networks.playground.chance import chance
from clarion.networks.playground.clock import DAY, HOUR, from_datetime, iso, now, to_datetime
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.posts import address, number, own
from clarion.networks.playground.web import Answer, Request, Sorry, say

LONGEST = 366 * DAY
MOST_CENTS = 100_000_000
LIKES, CLICKS = 0.015, 0.012  # for each paid view


@dataclass(frozen=True)
class Bill:
    """What has been paid and shown after each hour of the run; both start at nothing."""

    cents: tuple[float, ...]
    views: tuple[float, ...]

    def at(self, hours: float) -> tuple[int, int]:
        """Whole cents and views after so many simulated hours."""
        return int(_between(self.cents, hours) + 1e-6), int(_between(self.views, hours) + 1e-6)


@lru_cache(2048)
def bill(seed: int, promotion: int, cents: int, hours: int, good: float) -> Bill:
    """A better post may bid more and pays less; who bids too little is not shown."""
    paid, shown = [0.0], [0.0]
    bid = 250 + 650 * good  # cents for a thousand views
    for hour in range(hours):
        others = 150 + 600 * chance(seed, "auction", promotion, hour)
        spends = (cents - paid[-1]) / (hours - hour) if bid >= others else 0.0
        paid.append(min(float(cents), paid[-1] + spends))
        shown.append(shown[-1] + 1000 * spends / (others * (1.5 - good)))
    return Bill(tuple(paid), tuple(shown))


def _between(corners: tuple[float, ...], hours: float) -> float:
    at = max(0, min(bisect_right(range(len(corners)), hours) - 1, len(corners) - 1))
    if at == len(corners) - 1:
        return corners[-1]
    return corners[at] + (corners[at + 1] - corners[at]) * max(0.0, hours - at)


def so_far(place: Place, row: sqlite3.Row, at: int) -> tuple[int, int]:
    """Cents and views of this promotion up to the real moment `at`."""
    end = min(at, row["stopped_at"] or at)
    run = place.clock.sim(end) - place.clock.sim(row["started_at"])
    hours = -(-(row["until"] - row["started_at"]) // HOUR)
    return _bill(place, row, hours).at(min(run / HOUR, hours))


def _bill(place: Place, row: sqlite3.Row, hours: int) -> Bill:
    sql = (
        "select post.*, handle from post join account on account.id = account where post.id = ?"
    )
    post = place.store.row(sql, row["post"])
    good = journey.quality(place.seed, journey.facts(post, post["handle"])) if post else 0.0
    return bill(place.seed, row["id"], row["cents"], hours, round(good, 3))


def gained(place: Place, post_id: int) -> dict[str, int]:
    """What promotions add to the numbers of a post."""
    rows = place.store.rows("select * from promotion where post = ?", post_id)
    views = sum(so_far(place, row, now())[1] for row in rows)
    return {"views": views, "likes": int(views * LIKES), "clicks": int(views * CLICKS)}


# --- the calls ----------------------------------------------------------------------------


async def promote(place: Place, who: Who, request: Request) -> Answer:
    said = await request.data()
    key = str(said.get("key") or "")[:200]
    if known := _by_key(place, who, key):
        return say(_show(place, known[0]))
    values = _order(said)
    post = own(place, who, str(said.get("post", "")))
    if post["direct"]:
        raise Sorry(422, "A private message cannot be promoted.")
    values |= {"account": who.id, "post": post["id"], "key": key or f"none-{now()}"}
    promotion_id = await place.store.insert("promotion", **values)
    row = place.store.row("select * from promotion where id = ?", promotion_id)
    return say(_show(place, row) if row else {}, 201)


async def listed(place: Place, who: Who, request: Request) -> Answer:
    """The account's promotions, or the one with this key."""
    key = request.one("key")
    sql = "select * from promotion where account = ? order by id desc limit 500"
    rows = _by_key(place, who, key) if key else place.store.rows(sql, who.id)
    return say({"promotions": [_show(place, row) for row in rows]})


async def stop(place: Place, who: Who, request: Request) -> Answer:
    """Stopping what has already stopped is fine."""
    sql = (
        "update promotion set stopped_at = ? where id = ? and account = ? "
        "and stopped_at is null"
    )
    await place.store.write(sql, now(), _number(request.parts["id"]), who.id)
    return say({"ok": True})


async def spend(place: Place, who: Who, request: Request) -> Answer:
    """What was billed on each day (UTC) since `since`, for each promotion."""
    try:
        since = date.fromisoformat(request.one("since"))
    except ValueError as error:
        raise Sorry(422, "since must be a date like 2026-01-31.") from error
    rows = place.store.rows("select * from promotion where account = ?", who.id)
    return say({"days": [day for row in rows for day in _days(place, row, since)]})


def _days(place: Place, row: sqlite3.Row, since: date) -> list[dict[str, str]]:
    day = max(since, to_datetime(row["started_at"]).date())
    today, days = to_datetime(now()).date(), []
    while day <= today:
        start = (day - date(1970, 1, 1)).days * DAY
        cents = so_far(place, row, min(now(), start + DAY))[0]
        cents -= so_far(place, row, max(start, row["started_at"]))[0]
        if cents:
            days.append(
                {
                    "day": day.isoformat(),
                    "id": f"ad{row['id']}",
                    "amount": f"{cents / 100:.2f}",
                    "currency": row["currency"],
                }
            )
        day += timedelta(days=1)
    return days


def _order(said: Mapping[str, Any]) -> dict[str, Any]:
    at = now()
    until = _until(said)
    if not at < until < at + LONGEST:
        raise Sorry(422, "A promotion ends in the future, within a year.")
    currency = str(said.get("currency", ""))
    if not re.fullmatch("[A-Z]{3}", currency):
        raise Sorry(422, "The currency is three capital letters, like EUR.")
    values = {"cents": _cents(said), "currency": currency, "until": until}
    return {**values, "started_at": at}


def _until(said: Mapping[str, Any]) -> int:
    try:
        until = datetime.fromisoformat(str(said.get("until", "")))
    except ValueError as error:
        raise Sorry(422, "until must be a time like 2026-01-31T12:00:00+00:00.") from error
    if until.tzinfo is None:
        raise Sorry(422, "until needs a time zone.")
    return from_datetime(until)


def _cents(said: Mapping[str, Any]) -> int:
    try:
        cents = Decimal(str(said.get("budget", ""))) * 100
    except InvalidOperation as error:
        raise Sorry(422, "The budget must be an amount like 25.00.") from error
    if not (cents.is_finite() and cents == cents.to_integral_value()):
        raise Sorry(422, "The budget goes down to cents, not further.")
    if not 100 <= cents <= MOST_CENTS:
        raise Sorry(422, "The budget lies between 1.00 and 1,000,000.00.")
    return int(cents)


def _by_key(place: Place, who: Who, key: str) -> list[sqlite3.Row]:
    sql = "select * from promotion where account = ? and key = ?"
    return place.store.rows(sql, who.id, key) if key else []


def _number(remote_id: str) -> int:
    return number("p" + remote_id.removeprefix("ad"))


def _show(place: Place, row: sqlite3.Row) -> dict[str, Any]:
    cents, views = so_far(place, row, now())
    return {
        "id": f"ad{row['id']}",
        "url": address(place, row["post"]),
        "post": f"p{row['post']}",
        "key": row["key"],
        "at": iso(row["started_at"]),
        "budget": f"{row['cents'] / 100:.2f}",
        "spent": f"{cents / 100:.2f}",
        "views": views,
        "currency": row["currency"],
        "running": row["stopped_at"] is None and cents < row["cents"],
    }
