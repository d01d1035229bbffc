"""Sending a post once: its key is computed from ours, so sending again writes the same one."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from clarion.networks.base import (
    Call,
    Draft,
    Live,
    Media,
    NetworkError,
    Once,
    Problem,
    Reconnect,
    Refused,
    Settling,
    Unsure,
)
from clarion.networks.bluesky import cards, chat, checks, records
from clarion.networks.bluesky.xrpc import JSON, Declined, query, repeat, write
from clarion.networks.limits import Limits, limits

_RULES: Mapping[str, list[JSON]] = {
    "nobody": [],
    "mentioned": [{"$type": f"{records.GATE}#mentionRule"}],
    "followers": [{"$type": f"{records.GATE}#followerRule"}],
    "following": [{"$type": f"{records.GATE}#followingRule"}],
}
_GONE = {"RecordNotFound", "NotFound"}


class Publishing:
    once = Once.CLIENT_ID
    look_after = timedelta(seconds=60)  # servers give up on a request after half of that

    def check(self, draft: Draft, limits: Limits) -> Sequence[Problem]:
        return chat.check(draft) if draft.direct else checks.problems(draft, limits)

    async def send(self, call: Call, draft: Draft) -> Live | Settling:
        if draft.direct:
            return await chat.send(call, draft)
        record = await _record(call, draft)
        try:
            return await _put(call, draft, record)
        except (Unsure, Declined) as error:
            # Something may stand in our place already: an earlier try, or this one.
            there = await _looked_after(call)
            if there:
                return _same(call, there, record)
            raise error from None

    async def poll(self, call: Call, ticket: str) -> Live | Settling:
        raise Refused("Bluesky answers at once: there is nothing to wait for.")

    async def find(
        self, call: Call, draft: Draft, since: datetime, known: Collection[str]
    ) -> Live | Settling | None:
        if draft.direct:
            return await chat.find(call, draft, since, known)
        return _live(call) if await _look(call) else None

    async def remove(self, call: Call, remote_id: str) -> None:
        did, collection, rkey = records.parts(remote_id)
        if did != call.grant["did"]:
            raise Refused("Only this account's own posts can be taken down.")
        where = {"repo": did, "collection": collection, "rkey": rkey}
        await repeat(call, "com.atproto.repo.deleteRecord", json=where)


# --- writing ------------------------------------------------------------------------------


def _rkey(call: Call) -> str:
    if not call.key or call.at is None:
        raise ValueError("A post needs a key and a moment, the same at every try.")
    return records.tid(call.key, call.at)


def _live(call: Call) -> Live:
    uri = records.at_uri(call.grant["did"], _rkey(call))
    return Live(uri, records.web(uri))


async def _put(call: Call, draft: Draft, record: JSON) -> Live:
    where = {"repo": call.grant["did"], "collection": records.POST, "rkey": _rkey(call)}
    rules = _RULES.get(draft.options.get("replies", ""))
    if rules is None or draft.reply_to:
        # swapRecord null: only if nothing is there. The same record again is a success.
        body = where | {"record": record, "swapRecord": None}
        await write(call, "com.atproto.repo.putRecord", body)
    else:
        # The post and its gate in one commit: it is never open to answers it should not get.
        gate: JSON = {
            "$type": records.GATE,
            "post": _live(call).remote_id,
            "allow": rules,
            "createdAt": record["createdAt"],
        }
        writes = [_create(where, record), _create(where | {"collection": records.GATE}, gate)]
        await write(
            call, "com.atproto.repo.applyWrites", {"repo": where["repo"], "writes": writes}
        )
    return _live(call)


def _create(where: Mapping[str, str], record: Mapping[str, Any]) -> JSON:
    kind = "com.atproto.repo.applyWrites#create"
    return {
        "$type": kind,
        "collection": where["collection"],
        "rkey": where["rkey"],
        "value": record,
    }


async def _look(call: Call) -> JSON | None:
    """What stands in this post's place on our own server, which is the truth of it."""
    return await _stored(call, records.at_uri(call.grant["did"], _rkey(call)))


async def _looked_after(call: Call) -> JSON | None:
    """`_look` after something went wrong: not seeing is not the same as nothing there."""
    try:
        return await _look(call)
    except NetworkError as blind:
        raise Unsure("Bluesky does not say whether the post is there.") from blind


def _same(call: Call, there: JSON, record: JSON) -> Live:
    """The same words are our own earlier try: its card or picture may have changed since."""
    value = there.get("value", {})
    if any(value.get(part) != record.get(part) for part in ("text", "createdAt", "reply")):
        raise Refused("Another post of this account already has this one's place.")
    return _live(call)


async def _stored(call: Call, uri: str) -> JSON | None:
    did, collection, rkey = records.parts(uri)
    where = {"repo": did, "collection": collection, "rkey": rkey}
    try:
        return await query(call, "com.atproto.repo.getRecord", **where)
    except Declined as declined:
        if declined.name in _GONE:
            return None
        raise


# --- the record ---------------------------------------------------------------------------


async def _record(call: Call, draft: Draft) -> JSON:
    if call.at is None:
        raise ValueError("A post needs a moment, the same at every try.")
    text = records.wording(draft)
    record: JSON = {
        "$type": records.POST,
        "text": text,
        "createdAt": records.moment(call.at),
        "langs": _languages(draft),
        "facets": records.facets(text, await _dids(call, text)),
        "reply": await _reply(call, draft),
        "embed": await _embed(call, draft),
        "labels": _labels(draft),
    }
    return {key: value for key, value in record.items() if value or key == "text"}


def _languages(draft: Draft) -> list[str]:
    asked = draft.options.get("languages", "").replace(",", " ").split()
    return list(asked or draft.languages)[: limits("bluesky")["languages"].number]


def _labels(draft: Draft) -> JSON | None:
    warning = draft.options.get("warning")
    if not warning:
        return None
    return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": warning}]}


async def _dids(call: Call, text: str) -> dict[str, str]:
    """The accounts behind the handles. One that does not exist stays plain text."""
    handles = records.handles(text)
    dids = await asyncio.gather(*(_did(call, handle) for handle in handles))
    return {handle: did for handle, did in zip(handles, dids, strict=True) if did}


async def _did(call: Call, handle: str) -> str:
    try:
        found = await query(call, "com.atproto.identity.resolveHandle", handle=handle)
    except Declined:
        return ""
    return str(found["did"])


async def _reply(call: Call, draft: Draft) -> JSON | None:
    if not draft.reply_to:
        return None
    parent = await _seen(call, draft.reply_to, "The post this answers is gone.")
    if parent.get("viewer", {}).get("replyDisabled"):
        raise Refused("The author of that post does not let this account answer it.")
    # The parent knows its root better than anyone who remembers it.
    ref = {"uri": parent["uri"], "cid": parent["cid"]}
    return {"root": parent["record"].get("reply", {}).get("root", ref), "parent": ref}


async def _seen(call: Call, uri: str, gone: str) -> JSON:
    """A post as others see it; our own straight from our server, which knows it sooner."""
    if records.parts(uri)[0] == call.grant["did"]:
        stored = await _stored(call, uri)
        if stored:
            return {"uri": stored["uri"], "cid": stored["cid"], "record": stored["value"]}
        raise Refused(gone)
    posts: list[JSON] = (await query(call, "app.bsky.feed.getPosts", uris=[uri]))["posts"]
    if not posts:
        raise Refused(gone)
    return posts[0]


async def _embed(call: Call, draft: Draft) -> JSON | None:
    shown = await _shown(call, draft)
    if not draft.quote:
        return shown
    quoted = await _seen(call, draft.quote, "The post this quotes is gone.")
    if quoted.get("viewer", {}).get("embeddingDisabled"):
        raise Refused("The author of that post does not let others quote it.")
    kind = "app.bsky.embed.record"
    embed = {"$type": kind, "record": {"uri": quoted["uri"], "cid": quoted["cid"]}}
    if shown:
        return {"$type": "app.bsky.embed.recordWithMedia", "record": embed, "media": shown}
    return embed


async def _shown(call: Call, draft: Draft) -> JSON | None:
    if draft.media:
        images = await asyncio.gather(*(_image(call, medium) for medium in draft.media))
        return {"$type": "app.bsky.embed.images", "images": list(images)}
    if draft.link:
        return await _external(call, draft.link)
    return None


async def _image(call: Call, medium: Media) -> JSON:
    blob = await _blob(call, await asyncio.to_thread(medium.read), medium.mime)
    image: JSON = {"alt": medium.alt, "image": blob}
    if medium.width and medium.height:
        image["aspectRatio"] = {"width": medium.width, "height": medium.height}
    return image


async def _external(call: Call, link: str) -> JSON:
    card = await cards.card(call.http, link)
    external: JSON = {"uri": link, "title": card.title, "description": card.description}
    if card.thumb:
        try:
            external["thumb"] = await _blob(call, card.thumb, card.mime)
        except Reconnect:
            raise
        except NetworkError:
            external.pop("thumb", None)  # a card without its picture is still a card
    return {"$type": "app.bsky.embed.external", "external": external}


async def _blob(call: Call, content: bytes, mime: str) -> JSON:
    """Stored under the hash of its content, so uploading it again is harmless."""
    stored = await repeat(
        call, "com.atproto.repo.uploadBlob", content=content, headers={"Content-Type": mime}
    )
    blob: JSON = stored["blob"]
    return blob
