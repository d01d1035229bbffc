"""The control room, for tests and for the switchboard page. Answers only on this machine."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from clarion.networks.playground import scripts
from clarion.networks.playground.clock import DAY, HOUR, iso, now
from clarion.networks.playground.place import Place
from clarion.networks.playground.switchboard import read_fault
from clarion.networks.playground.web import Answer, Handler, Request, Sorry, go, say

Said = Mapping[str, Any]
Control = Callable[[Place, Said], Awaitable[Any]]


def routes(place: Place, visits: Mapping[str, int]) -> list[tuple[str, str, Handler]]:
    does: dict[str, Control] = {
        "faults": set_fault,
        "faults/clear": clear_faults,
        "settings": turn,
        "time": forward,
        "revoke": revoke,
        "reset": reset,
        "say": somebody_says,
        "post": post_in_the_past,
    }
    return [
        ("GET", "/control/stats", partial(_look, place, partial(stats, visits=visits))),
        ("GET", "/control/faults", partial(_look, place, faults)),
        *(
            ("POST", f"/control/{path}", partial(_turn, place, act))
            for path, act in does.items()
        ),
    ]


async def _look(place: Place, read: Callable[[Place], Any], request: Request) -> Answer:
    only_here(request)
    return say(read(place))


async def _turn(place: Place, act: Control, request: Request) -> Answer:
    only_here(request)
    said = await act(place, await request.data())
    return go("/switchboard") if request.is_form else say(said)


def only_here(request: Request) -> None:
    """Refuses everybody but this machine, and pages of other sites open in its browser."""
    forwarded = request.header("x-forwarded-for") or request.header("forwarded")
    if forwarded or not _loopback(request.peer):
        raise Sorry(403, "The control room answers only on the machine it runs on.")
    host, origin = request.header("host"), request.header("origin")
    if origin and origin != f"http://{host}":
        raise Sorry(403, "This was asked by a page of another site.")
    if not _loopback(host.rpartition(":")[0].strip("[]")):
        raise Sorry(403, "The control room answers only to the address of this machine.")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# --- what can be turned -------------------------------------------------------------------


async def set_fault(place: Place, said: Said) -> Any:
    await place.set_fault(read_fault(said))
    return faults(place)


async def clear_faults(place: Place, _: Said) -> Any:
    await place.clear_faults()
    return faults(place)


async def turn(place: Place, said: Said) -> Any:
    await place.turn(said)
    return asdict(place.settings)


async def forward(place: Place, said: Said) -> Any:
    """Push simulated time ahead by `hours` and `days`, or change its `speed`, or both."""
    by = _number(said, "hours", 100_000) * HOUR + _number(said, "days", 4_000) * DAY
    speed = _number(said, "speed", 1_000_000) if said.get("speed") not in (None, "") else None
    await place.forward(int(by), speed)
    return {"simulated": iso(place.clock.sim(now())), "speed": place.clock.ticks[-1].speed}


async def somebody_says(place: Place, said: Said) -> Any:
    """A comment (`on` a post), a `mention` or `direct` to a handle, else a public post."""
    return {"id": f"s{await scripts.say(place, said)}"}


async def post_in_the_past(place: Place, said: Said) -> Any:
    """A post of an account at the time `at`, so that a demonstration has a history."""
    return {"id": f"p{await scripts.post(place, said)}"}


async def revoke(place: Place, said: Said) -> Any:
    who = place.by_handle(str(said.get("account", "")))
    return {"keys": await place.revoke(who.handle)}


async def reset(place: Place, _: Said) -> Any:
    await place.reset()
    return {"ok": True}


def _number(said: Said, name: str, most: float) -> float:
    try:
        value = float(said.get(name) or 0)
    except (ValueError, TypeError) as error:
        raise Sorry(422, f"{name} must be a number.") from error
    if not 0 <= value <= most:
        raise Sorry(422, f"{name} must lie between 0 and {most:,.0f}.")
    return value


# --- what can be seen ---------------------------------------------------------------------


def faults(place: Place) -> list[dict[str, Any]]:
    return [asdict(fault) for fault in place.switchboard.faults()]


def stats(place: Place, visits: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What really happened, whatever anybody was told."""
    return {
        "accepted": _count(place, "select count(*) from post"),
        "live": _count(place, "select count(*) from post where deleted_at is null"),
        "accounts": _count(place, "select count(*) from account"),
        "duplicates": _duplicates(place, "text, reply_to"),
        "repeated_refs": _duplicates(place, "ref"),
        "answered": place.answered,
        "visits": dict(visits or {}),
        "sales": _count(place, "select count(*) from sale"),
        "sales_reported": _count(place, "select count(*) from sale where reported"),
        "keys_renewed": place.renewed,
        "refresh_tokens_reused": place.reused,
        "fired": dict(place.switchboard.fired),
        "simulated": iso(place.clock.sim(now())),
        "speed": place.clock.ticks[-1].speed,
    }


def _count(place: Place, sql: str) -> int:
    row = place.store.row(sql)
    return row[0] if row else 0


def _duplicates(place: Place, what: str) -> list[dict[str, Any]]:
    """Posts of one account that agree in `what` and came more than once."""
    # `what` is one of the two constants above.
    sql = (
        f"select handle as account, {what}, count(*) as times from post "  # noqa: S608
        "join account on account.id = post.account where ref <> '' or ? "
        f"group by handle, {what} having times > 1 order by times desc limit 1000"
    )
    return [dict(row) for row in place.store.rows(sql, int(what != "ref"))]
