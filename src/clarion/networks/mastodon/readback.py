"""What is there already: the only proof that something was, or was not, said."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from clarion.networks.base import Call, Draft, Live, Message, Refused
from clarion.networks.mastodon import check as rules
from clarion.networks.mastodon.messages import message
from clarion.networks.mastodon.plain import likeness, plain
from clarion.networks.mastodon.server import Json, Server, moment

SKEW = timedelta(minutes=1)


class Recalling:
    async def recent(self, call: Call, since: datetime) -> Sequence[Message]:
        said = ours(Server.of(call), call, since, private=True)
        return [message(call, status) async for status in said]


async def said_with(
    server: Server, call: Call, media: Sequence[str], since: datetime
) -> Live | None:
    """Our post with these very media. Media ids are given out once, so this is certain."""
    async for status in ours(server, call, since, private=True):
        if {str(one["id"]) for one in status.get("media_attachments") or ()} >= set(media):
            return live(status)
    return None


async def ours(
    server: Server, call: Call, since: datetime, *, private: bool
) -> AsyncIterator[Json]:
    """Our own posts since then, by the server's clock. Raises Unsure if not all can be read."""
    since = since + await _ahead(server) - SKEW
    path = f"/api/v1/accounts/{call.grant['id']}/statuses"
    async for status in server.newest(
        path, since, prove=True, limit=40, exclude_reblogs="true"
    ):
        if not status.get("reblog"):
            yield status
    if private:
        async for status in _private(server, call, since):
            yield status


async def _private(server: Server, call: Call, since: datetime) -> AsyncIterator[Json]:
    """Some servers leave private messages out of an account's posts."""
    try:
        conversations = await server.get("/api/v1/conversations", limit=40)
    except Refused:
        return
    lasts = [one["last_status"] for one in conversations if one.get("last_status")]
    for last in lasts:
        if last["account"]["id"] == call.grant["id"] and moment(last["created_at"]) >= since:
            yield last


async def _ahead(server: Server) -> timedelta:
    """How far the server's clock is ahead of ours."""
    answer = await server.ask("GET", "/api/v1/accounts/verify_credentials")
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return timedelta()
    return theirs - datetime.now(UTC)


def is_it(status: Json, draft: Draft) -> bool:
    answer = bool(draft.reply_to or draft.direct)
    said = likeness(plain(status.get("content") or ""), answer=answer)
    return (
        (status.get("in_reply_to_id") or "") == draft.reply_to
        and said == likeness(rules.full_text(draft), answer=answer)
        and _has_its_media(status, draft, bare=not said)
        and _is_for(status, draft)
    )


def _has_its_media(status: Json, draft: Draft, *, bare: bool) -> bool:
    """As many of them; and where there is no text to compare, with the same descriptions."""
    media = status.get("media_attachments") or ()
    alts = [(medium.get("description") or "").strip() for medium in media]
    same = alts == [medium.alt.strip() for medium in draft.media]
    return len(media) == len(draft.media) and (same or not bare)


def _is_for(status: Json, draft: Draft) -> bool:
    if not draft.direct:
        return True
    there = [one["acct"] for one in status.get("mentions") or ()]
    return status.get("visibility") == "direct" and all(
        any(rules.is_same(handle, acct) for acct in there) for handle in rules.to(draft)
    )


def live(status: Json) -> Live:
    return Live(remote_id=str(status["id"]), url=status.get("url") or status.get("uri") or "")
