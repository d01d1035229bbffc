"""What the network counts: favourites, boosts, replies and quotes. It shows no views."""

from collections.abc import Mapping, Sequence

from clarion.networks.base import Account, Call, Refused
from clarion.networks.mastodon.server import Json, Missing, Server

NAMES: Mapping[str, str] = {
    "favourites_count": "likes",
    "reblogs_count": "shares",
    "replies_count": "comments",
    "quotes_count": "quotes",
}
TOGETHER = 20  # Mastodon refuses more ids in one request


class Measurement:
    metrics: Mapping[str, str] = {
        "likes": "Favourites that this server has heard of.",
        "shares": "Boosts that this server has heard of.",
        "comments": "Direct replies that this server has heard of.",
        "quotes": "Quotes that were accepted; only servers that know quotes count them.",
    }

    async def counts(
        self, call: Call, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        statuses = await fetched(Server.of(call), remote_ids)
        return {one: _counts(status) for one, status in statuses.items()}

    async def account(self, call: Call) -> Account:
        who = await Server.of(call).get("/api/v1/accounts/verify_credentials")
        return Account(
            followers=who.get("followers_count"),
            following=who.get("following_count"),
            posts=who.get("statuses_count"),
        )


async def fetched(server: Server, ids: Sequence[str]) -> Mapping[str, Json]:
    """Id -> status, without those that are gone."""
    found: dict[str, Json] = {}
    for start in range(0, len(ids), TOGETHER):
        batch = ids[start : start + TOGETHER]
        found |= await _together(server, batch) or await _one_by_one(server, batch)
    return found


async def _together(server: Server, ids: Sequence[str]) -> Mapping[str, Json]:
    """Empty on servers older than Mastodon 4.3, which refuse this or answer nothing."""
    try:
        statuses = await server.get("/api/v1/statuses", **{"id[]": list(ids)})
    except Refused:
        return {}
    if not isinstance(statuses, list):
        return {}
    return {str(status["id"]): status for status in statuses if str(status["id"]) in ids}


async def _one_by_one(server: Server, ids: Sequence[str]) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    for one in ids:
        try:
            found[one] = await server.get(f"/api/v1/statuses/{one}")
        except Missing:
            continue
    return found


def _counts(status: Json) -> Mapping[str, int]:
    return {
        ours: status[theirs]
        for theirs, ours in NAMES.items()
        if isinstance(status.get(theirs), int)
    }
