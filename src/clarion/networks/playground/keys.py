"""Keys that age, when the switchboard says so: a refresh token is good for one use.

Used again after its successor was used, it takes every key of the account along, as servers do
that rotate them: somebody else may have it. Before that, the answer may just have been lost, so
it works once more.
"""

import secrets
import sqlite3
from typing import Any

from clarion.networks.playground.clock import iso, now
from clarion.networks.playground.place import Place, Who
from clarion.networks.playground.web import Answer, Request, Sorry, say

SECOND = 1_000_000
FAULTS = {"revoked": 401, "fail_before": 503, "fail_after": 502}


async def issue(
    place: Place, who: Who, token: str, ends_at: int | None = None
) -> dict[str, Any]:
    """What a program is told about a new key: nothing, unless keys age here."""
    lasts, grant = place.settings.key_seconds, place.settings.grant_seconds
    if not lasts and not grant:
        return {}
    at = now()
    ends_at = ends_at or (at + int(grant * SECOND) if grant else None)
    until = min(at + int(lasts * SECOND) if lasts else 1 << 60, ends_at or 1 << 60)
    refresh = secrets.token_urlsafe(24) if lasts else ""
    values = {"account": who.id, "token": token, "expires_at": until, "ends_at": ends_at}
    await place.store.insert("renewal", refresh=refresh or f"none:{token}", **values)
    place.ends[token] = until
    return {
        "refresh": refresh,
        "expires_at": iso(until),
        "ends_at": iso(ends_at) if ends_at else None,
    }


async def renew(place: Place, request: Request) -> Answer:
    said = await request.data()
    refresh = str(said.get("refresh", ""))
    row = place.store.row("select * from renewal where refresh = ?", refresh)
    if row is None or (row["ends_at"] and row["ends_at"] <= now()):
        raise Sorry(401, "This refresh token opens nothing. Connect the account again.")
    who = place.by_id(row["account"])
    fault = place.switchboard.draw(tuple(FAULTS), who.handle, "keys")
    if fault and fault.kind != "fail_after":
        raise Sorry(FAULTS[fault.kind], "Out of order.")
    await _only_once(place, who, row)
    token = await place.new_token(who)
    told = await issue(place, who, token, row["ends_at"])
    sql = "update renewal set used_at = ?, successor = ? where refresh = ?"
    await place.store.write(sql, now(), token, refresh)
    place.renewed += 1
    if fault:
        raise Sorry(FAULTS[fault.kind], "Out of order.")
    return say({**place.card(who), "token": token, **told}, 201)


async def _only_once(place: Place, who: Who, row: sqlite3.Row) -> None:
    if row["used_at"] is None:
        return
    if row["successor"] in place.seen:
        place.reused += 1
        await place.revoke(who.handle)
        await place.store.write("delete from renewal where account = ?", who.id)
        raise Sorry(401, "This refresh token was used before. Every key was taken back.")
