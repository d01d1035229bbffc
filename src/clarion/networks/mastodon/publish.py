"""Saying something once: an idempotency key where it is kept, and reading back everywhere."""

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from mimetypes import guess_extension
from typing import Any

from clarion.networks.base import (
    Call,
    Draft,
    Live,
    Media,
    Once,
    Problem,
    Ready,
    Refused,
    Settling,
    StartOver,
    TryLater,
    Unsure,
)
from clarion.networks.limits import Limits
from clarion.networks.mastodon import check as rules
from clarion.networks.mastodon import options, readback
from clarion.networks.mastodon.limits import instance
from clarion.networks.mastodon.readback import live
from clarion.networks.mastodon.server import Json, Missing, Server, read

QUOTES = 7  # the Mastodon API version that knows `quoted_status_id`
NARROWER = ("", "public", "unlisted", "private", "direct")


class Publishing:
    once = Once.KEY
    # A request gives up after 30 s, and the web workers of these servers after 60 s.
    look_after = timedelta(seconds=90)

    def check(self, draft: Draft, limits: Limits) -> Sequence[Problem]:
        return rules.check(draft, limits)

    async def send(self, call: Call, draft: Draft) -> Live | Settling:
        server = Server.of(call)
        if call.ticket:
            return await _say_with_its_media(server, call)
        status = await _status(server, call, draft)
        media = [await _upload(server, medium) for medium in draft.media]
        status |= {"media_ids": [str(medium["id"]) for medium in media]} if media else {}
        if all(medium.get("url") for medium in media):
            return await _say(server, call.key, status)
        # Nothing is said before the media are ready: the server would refuse it.
        ticket = {"at": datetime.now(UTC).isoformat(), "status": status}
        return Settling(json.dumps(ticket), again=timedelta(seconds=3), public=False)

    async def poll(self, call: Call, ticket: str) -> Live | Settling | Ready:
        """Are the media ready? It says nothing: whether it may still go out is asked first."""
        media = json.loads(ticket)["status"]["media_ids"]
        with suppress(Missing):  # `send` sees to what is gone
            if not await _are_ready(Server.of(call), media):
                return Settling(ticket, public=False)
        return Ready(ticket)

    async def find(
        self, call: Call, draft: Draft, since: datetime, known: Collection[str]
    ) -> Live | Settling | None:
        server = Server.of(call)
        if call.ticket:
            media = json.loads(call.ticket)["status"]["media_ids"]
            return await readback.said_with(server, call, media, since)
        async for status in readback.ours(server, call, since, private=bool(draft.direct)):
            if status["id"] not in known and readback.is_it(status, draft):
                return live(status)
        return None

    async def remove(self, call: Call, remote_id: str) -> None:
        try:
            await Server.of(call).ask("DELETE", f"/api/v1/statuses/{remote_id}")
        except Missing:
            return


class Editing:
    async def edit(self, call: Call, remote_id: str, draft: Draft) -> Live:
        """Other words. What an edit leaves out the server takes away, so the media that stand
        there are named again, each with its description.
        """
        server, path = Server.of(call), f"/api/v1/statuses/{remote_id}"
        there = await server.get(path)
        if there.get("poll"):
            raise Refused("Changing it may begin its vote anew. Take it down instead.")
        media = there.get("media_attachments") or ()
        status = {
            "status": rules.with_mentions(rules.full_text(draft), rules.to(draft)),
            "content_type": "text/plain",
            "language": options.language(draft) or there.get("language"),
            "spoiler_text": options.warning(draft),
            "sensitive": bool(there.get("sensitive")),
            "media_ids": [str(medium["id"]) for medium in media],
            "media_attributes": [
                {"id": str(medium["id"]), "description": medium.get("description") or ""}
                for medium in media
            ],
        }
        return live(read(await server.ask("PUT", path, writes=True, json=status), writes=True))


# --- what is said -------------------------------------------------------------------------


async def _status(server: Server, call: Call, draft: Draft) -> dict[str, Any]:
    """The request, without its media."""
    parent = await _parent(server, draft)
    handles = [*rules.to(draft), *_author(parent, call)]
    status = {
        "status": rules.with_mentions(rules.full_text(draft), handles),
        "content_type": "text/plain",  # GoToSocial and Pleroma may read Markdown into it
        "in_reply_to_id": draft.reply_to,
        "quoted_status_id": await _quote(server, draft),
        "visibility": _visibility(draft, parent),
        "language": options.language(draft),
        "spoiler_text": options.warning(draft),
        "sensitive": bool(options.warning(draft)),
        "poll": options.poll(draft),
    }
    return {key: value for key, value in status.items() if value}


async def _parent(server: Server, draft: Draft) -> Json:
    if not draft.reply_to:
        return {}
    try:
        parent: Json = await server.get(f"/api/v1/statuses/{draft.reply_to}")
    except Missing as error:
        raise Refused("The post this answers is gone. Send it as a post of its own.") from error
    return parent


def _author(parent: Json, call: Call) -> Sequence[str]:
    author = parent.get("account") or {}
    if not author or author["id"] == call.grant["id"]:
        return []
    return [f"@{author['acct']}"]


def _visibility(draft: Draft, parent: Json) -> str:
    """What was asked for, but an answer is never shown to more people than what it answers."""
    if draft.direct:
        return "direct"
    asked, above = draft.options.get("visibility", ""), parent.get("visibility", "")
    if above not in NARROWER[2:] or asked not in NARROWER:
        return asked
    return max((asked, str(above)), key=NARROWER.index)


async def _quote(server: Server, draft: Draft) -> str:
    """A server that does not know quotes would leave the quoted post out without a word."""
    if draft.quote:
        versions = (await instance(server)).get("api_versions") or {}
        if versions.get("mastodon", 0) < QUOTES:
            raise Refused("This server has no quotes. Put a link to the post in the text.")
    return draft.quote


async def _say_with_its_media(server: Server, call: Call) -> Live:
    """What waited for its media. Safe to repeat: it looks for a post with these media first."""
    kept = json.loads(call.ticket)
    status, at = kept["status"], datetime.fromisoformat(kept["at"])
    if said := await readback.said_with(server, call, status["media_ids"], at):
        return said
    try:
        ready = await _are_ready(server, status["media_ids"])
    except Missing as gone:  # some servers would leave them out without a word
        raise StartOver("The server no longer has the media of this post.") from gone
    if not ready:
        raise TryLater("The server is still working on the media of this post.")
    return await _say(server, call.key, status)


async def _say(server: Server, key: str, status: Mapping[str, Any]) -> Live:
    answer = await server.ask("POST", "/api/v1/statuses", writes=True, key=key, json=status)
    said = read(answer, writes=True)
    if not isinstance(said, Mapping) or not said.get("id"):
        raise Unsure("The server's answer could not be read.")
    return live(said)


# --- media --------------------------------------------------------------------------------


async def _upload(server: Server, medium: Media) -> Json:
    """The attachment; without `url` it is still being processed.

    An upload whose answer is lost says nothing to anybody, and servers clear out media that no
    post uses: it is safe to repeat.
    """
    if medium.path is None:
        raise Refused("The file of this medium is missing.")
    name = f"medium{guess_extension(medium.mime) or ''}"
    with ExitStack() as stack:
        file = stack.enter_context(medium.path.open("rb"))
        answer = read(
            await server.ask(
                "POST",
                "/api/v2/media",
                files={"file": (name, file, medium.mime)},
                data={"description": medium.alt} if medium.alt else {},
            )
        )
    if not isinstance(answer, Mapping) or not answer.get("id"):
        raise TryLater("The server's answer could not be read.")
    return answer


async def _are_ready(server: Server, media: Sequence[str]) -> bool:
    """Raises Missing where the server does not show one, Refused where it cannot be read."""
    for medium in media:
        answer = await server.ask("GET", f"/api/v1/media/{medium}")
        if answer.status_code == 206 or not read(answer).get("url"):
            return False
    return True
