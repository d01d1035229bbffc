"""The calls that only look: numbers, inbox, search, and the stream that waits."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from clarion.networks.limits import allowed
from clarion.networks.playground import journey, messages, promotions
from clarion.networks.playground.audience import audience
from clarion.networks.playground.clock import DAY, HOUR, from_datetime, now
from clarion.networks.playground.messages import Heard, show
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.posts import number
from clarion.networks.playground.web import Answer, Request, Sorry, say

PAGE = 500  # messages
WAIT = 20_000_000  # microseconds a stream waits for something to say
SETTLE = 50_000  # microseconds after which nothing older can still appear
PHRASE = re.compile(r'"([^"]+)"|(\S+)')


async def limits(place: Place, _who: Who, _request: Request) -> Answer:
    per_hour = place.settings.per_hour
    usual = allowed("playground")
    return say({"text": usual.text, "images": usual.media, "per_hour": per_hour})


async def me(place: Place, who: Who, _request: Request) -> Answer:
    return say(account(place, who))


def account(place: Place, who: Who) -> dict[str, Any]:
    """Followers come slowly by themselves and faster by posts that people like."""
    size = audience(place.seed, who.handle).size
    days = place.sim_since(who.created_at) / DAY
    sql = (
        "select * from post where account = ? and deleted_at is null and direct = '' "
        "order by id desc limit 2000"
    )
    rows = place.store.rows(sql, who.id)
    likes = sum(_people(place, row, who.handle)["likes"] for row in rows)
    return {
        "id": f"a{who.id}",
        "handle": who.handle,
        "name": who.name,
        "followers": int(size * (1 + days / 1000) + likes * 0.06),
        "following": size // 9,
        "posts": len(rows),
    }


# --- numbers ------------------------------------------------------------------------------


async def counts(place: Place, who: Who, request: Request) -> Answer:
    """Metrics of up to 100 own posts by id. What is gone or not theirs is left out."""
    ids = {number(remote_id) for remote_id in request.all("id")[:100]}
    marks = ",".join("?" * len(ids))
    sql = (
        f"select * from post where id in ({marks}) and account = ? "  # noqa: S608 - only `?`
        "and deleted_at is null"
    )
    rows = place.store.rows(sql, *ids, who.id)
    return say({f"p{row['id']}": of_post(place, row, who.handle) for row in rows})


def of_post(place: Place, row: Any, handle: str) -> dict[str, int]:
    """All metrics of a post: simulated people, promotions, real accounts, the control room."""
    found = dict.fromkeys(journey.METRICS, 0)
    if row["direct"] or row["ready_at"] > now():
        return found
    found = _people(place, row, handle)
    for metric, more in promotions.gained(place, row["id"]).items():
        found[metric] += more if metric != "clicks" or row["link"] else 0
    found["comments"] += len(messages.written_below(place, row["id"]))
    return found


def _people(place: Place, row: Any, handle: str) -> dict[str, int]:
    hours = place.sim_since(row["ready_at"]) / HOUR
    return journey.counts(place.seed, journey.facts(row, handle), hours)


# --- messages -----------------------------------------------------------------------------


async def inbox(place: Place, who: Who, request: Request) -> Answer:
    """Messages after `since`, oldest first, PAGE at a time; `skip` goes on."""
    heard = messages.inbox(place, who, _time(request, "since"))
    if place.switchboard.draw(["twice"], who.handle, "reads"):
        heard = [message for message in heard for _ in range(2)]
    skip = min(number("p" + request.one("skip", "0")), len(heard))
    page = heard[skip : skip + PAGE]
    more = skip + PAGE if len(heard) > skip + PAGE else 0
    return say({"messages": [show(message) for message in page], "more": more})


async def search(place: Place, _who: Who, request: Request) -> Answer:
    """The newest public posts since then in which every word occurs, oldest first."""
    phrases = [a or b for a, b in PHRASE.findall(request.one("words").lower())]
    if not phrases:
        raise Sorry(422, "Say which words to look for.")
    since = _time(request, "since")
    heard = _public(place, since, now(), phrases)
    hits = [h for h in heard if all(phrase in h.text.lower() for phrase in phrases)]
    return say({"messages": [show(message) for message in hits[-PAGE:]]})


async def stream(place: Place, _who: Who, request: Request) -> Answer:
    """Public posts with any of the words; waits for the first one. `after` is the cursor."""
    words = [word.lower() for word in request.all("word") if word.strip()]
    after = number("p" + request.one("after")) or now() - SETTLE
    deadline = now() + WAIT
    hits: list[Heard] = []
    while not (hits or place.closing.is_set() or now() > deadline):
        until = now() - SETTLE
        hits = [h for h in _public(place, after, until, words) if _speaks(h, words)]
        after = max(after, until)
        if not hits:
            await place.pause(0.2)
    return say({"messages": [show(message) for message in hits], "cursor": str(after)})


def _speaks(heard: Heard, words: Iterable[str]) -> bool:
    return any(word in heard.text.lower() for word in words)


def _public(place: Place, since: int, until: int, words: Iterable[str]) -> list[Heard]:
    """Everything said in public in this span of real time, oldest first."""
    said = [
        *messages.in_public(place, since, until),
        *messages.scripted_in_public(place, since),
        *messages.posted(place, since),
        *_mentions(place, since, until, words),
    ]
    return sorted((h for h in said if since < h.at <= until), key=lambda h: (h.at, h.id))


def _mentions(place: Place, since: int, until: int, words: Iterable[str]) -> Iterable[Heard]:
    """Strangers' mentions of those accounts that the words can be about."""
    for row in place.store.rows("select * from account"):
        if any(word.lstrip("@") in row["handle"] for word in words):
            said = messages.strangers(place, Who(*row), since, until)
            yield from (h for h in said if h.kind == "mention")


def _time(request: Request, name: str) -> int:
    try:
        at = datetime.fromisoformat(request.one(name))
    except ValueError as error:
        raise Sorry(422, f"{name} must be a time like 2026-01-31T12:00:00+00:00.") from error
    if at.tzinfo is None:
        raise Sorry(422, f"{name} needs a time zone.")
    return from_datetime(at)
