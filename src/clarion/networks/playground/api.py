"""The network's API: who is asking, what goes wrong on purpose, and the table of calls."""

from collections.abc import Awaitable, Callable
from functools import partial

from clarion.networks.playground import containers, keys, posts, promotions, reading
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.switchboard import LINE, Fault
from clarion.networks.playground.web import Answer, Handler, Request, Sorry, say

Call = Callable[[Place, Who, Request], Awaitable[Answer]]

READS: tuple[tuple[str, str, Call], ...] = (
    ("GET", "/api/me", reading.me),
    ("GET", "/api/me/posts", posts.recent),
    ("GET", "/api/limits", reading.limits),
    ("GET", "/api/counts", reading.counts),
    ("GET", "/api/inbox", reading.inbox),
    ("GET", "/api/search", reading.search),
    ("GET", "/api/stream", reading.stream),
    ("GET", "/api/promotions", promotions.listed),
    ("GET", "/api/spend", promotions.spend),
    ("GET", "/api/posts/{id}", posts.one),
    ("GET", "/api/tickets/{id}", posts.ticket),
    ("GET", "/api/containers/{id}", containers.status),
)
WRITES: tuple[tuple[str, str, Call], ...] = (
    ("POST", "/api/posts", posts.publish),
    ("PATCH", "/api/posts/{id}", posts.change),
    ("DELETE", "/api/posts/{id}", posts.remove),
    ("POST", "/api/containers", containers.create),
    ("POST", "/api/containers/{id}/publish", containers.publish),
    ("POST", "/api/promotions", promotions.promote),
    ("POST", "/api/promotions/{id}/stop", promotions.stop),
)
# Nobody hears of a picture that is in no post: faults spare its upload.
SPARED: tuple[tuple[str, str, Call], ...] = (("POST", "/api/media", posts.upload),)


def routes(place: Place) -> list[tuple[str, str, Handler]]:
    return [
        ("POST", "/api/accounts", partial(sign_up, place)),
        ("POST", "/api/keys", partial(keys.renew, place)),
        *((m, p, partial(_guarded, place, call, "reads")) for m, p, call in READS),
        *((m, p, partial(_guarded, place, call, "writes")) for m, p, call in WRITES),
        *((m, p, partial(_guarded, place, call, "")) for m, p, call in SPARED),
    ]


async def sign_up(place: Place, request: Request) -> Answer:
    """A practice network asks for no password: a handle is enough."""
    said = await request.data()
    asked = (str(said.get(key) or "") for key in ("handle", "name", "practises"))
    who, token = await place.sign_up(*asked)
    return say(
        {
            **place.card(who),
            "token": token,
            **await keys.issue(place, who, token),
        },
        201,
    )


async def _guarded(place: Place, call: Call, calls: str, request: Request) -> Answer:
    who = place.who(request)
    fault = place.switchboard.draw(LINE, who.handle, calls) if calls else None
    if fault:
        _refuse(fault)
    answer = await call(place, who, request)
    wait = place.settings.answer_after + (fault.seconds if fault else 0)
    if wait:
        await place.pause(wait)
    return _spoilt(answer, fault)


def _refuse(fault: Fault) -> None:
    if fault.kind == "revoked":
        raise Sorry(401, "This key was taken back. Connect the account again.")
    if fault.kind == "slow_down":
        seconds = max(1, round(fault.seconds))
        raise Sorry(429, "Slow down, please.", (("Retry-After", str(seconds)),))
    if fault.kind == "fail_before":
        raise Sorry(503, "Out of order. Nothing was accepted.")


def _spoilt(answer: Answer, fault: Fault | None) -> Answer:
    if fault and fault.kind == "lose_answer":
        return Answer(breaks=True)
    if fault and fault.kind == "fail_after":
        return say({"problem": "Out of order."}, 502)
    return answer
