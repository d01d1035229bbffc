"""Paid reach: ordered, stopped, billed. What it costs is decided in `auction`."""

import re
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from clarion.networks.playground import journey
from clarion.networks.playground.auction import AUTOMATIC, Offer, bill
from clarion.networks.playground.audience import audience
from clarion.networks.playground.clock import DAY, HOUR, from_datetime, iso, now, to_datetime
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.posts import address, number, own
from clarion.networks.playground.web import Answer, Request, Sorry, say

LONGEST = 366 * DAY
MOST_CENTS = 100_000_000
MOST_PEOPLE = 10_000_000
REACH = 8  # people who may be shown it, for each follower, unless the order says how many
LIKES, CLICKS = 0.015, 0.012  # for each paid view


def so_far(place: Place, row: sqlite3.Row, at: int) -> tuple[int, int]:
    """Cents and views of this promotion up to the real moment `at`."""
    end = min(at, row["stopped_at"] or at)
    run = place.clock.sim(end) - place.clock.sim(row["started_at"])
    offer = _offer(place, row)
    began = place.clock.sim(row["started_at"]) // HOUR
    return bill(place.seed, began, offer).at(min(run / HOUR, offer.hours))


def _offer(place: Place, row: sqlite3.Row) -> Offer:
    sql = (
        "select post.*, handle from post join account on account.id = post.account "
        "where post.id = ?"
    )
    [post] = place.store.rows(sql, row["post"])
    facts = journey.facts(post, post["handle"])
    return Offer(
        cents=row["cents"],
        hours=-(-(row["until"] - row["started_at"]) // HOUR),
        people=row["people"] or REACH * audience(place.seed, post["handle"]).size,
        good=round(journey.quality(place.seed, facts), 3),
        bid=row["bid"] or AUTOMATIC,
    )


def gained(place: Place, post_id: int) -> dict[str, int]:
    """What promotions add to the numbers of a post."""
    rows = place.store.rows("select * from promotion where post = ?", post_id)
    views = sum(so_far(place, row, now())[1] for row in rows)
    return {"views": views, "likes": int(views * LIKES), "clicks": int(views * CLICKS)}


def of_post(place: Place, post_id: int) -> list[dict[str, Any]]:
    """Its promotions, oldest first, as anybody may read them."""
    rows = place.store.rows("select * from promotion where post = ? order by id", post_id)
    return [_show(place, row) for row in rows]


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
    return {
        "cents": _cents(said, "budget", 100),
        "bid": _cents(said, "bid", 1) if said.get("bid") else 0,
        "people": _people(said) if said.get("people") else 0,
        "currency": currency,
        "until": until,
        "started_at": at,
    }


def _until(said: Mapping[str, Any]) -> int:
    try:
        until = datetime.fromisoformat(str(said.get("until", "")))
    except ValueError as error:
        raise Sorry(422, "until must be a time like 2026-01-31T12:00:00+00:00.") from error
    if until.tzinfo is None:
        raise Sorry(422, "until needs a time zone.")
    return from_datetime(until)


def _cents(said: Mapping[str, Any], name: str, least: int) -> int:
    try:
        cents = Decimal(str(said.get(name, ""))) * 100
    except InvalidOperation as error:
        raise Sorry(422, f"The {name} must be an amount like 25.00.") from error
    if not (cents.is_finite() and cents == cents.to_integral_value()):
        raise Sorry(422, f"The {name} goes down to cents, not further.")
    if not least <= cents <= MOST_CENTS:
        raise Sorry(422, f"The {name} lies between {least / 100:.2f} and 1,000,000.00.")
    return int(cents)


def _people(said: Mapping[str, Any]) -> int:
    people = str(said.get("people"))
    if not (re.fullmatch("[0-9]{1,8}", people) and 1 <= int(people) <= MOST_PEOPLE):
        raise Sorry(422, f"How many people: a number from 1 to {MOST_PEOPLE:,}.")
    return int(people)


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
        "thousand": f"{10 * cents / views:.2f}" if views else "",
        "people": _offer(place, row).people,
        "bid": f"{row['bid'] / 100:.2f}" if row["bid"] else "",
        "currency": row["currency"],
        "running": row["stopped_at"] is None and cents < row["cents"],
    }
