"""Searching public posts, reading our own again, and counting what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clarion.networks.base import Account, Call, Message
from clarion.networks.bluesky import views
from clarion.networks.bluesky.records import moment
from clarion.networks.bluesky.xrpc import query

_PAGES = 5
_COUNTS = {
    "likes": "likeCount",
    "shares": "repostCount",
    "comments": "replyCount",
    "quotes": "quoteCount",
    "saves": "bookmarkCount",
}


class Listening:
    async def search(self, call: Call, words: str, since: datetime) -> Sequence[Message]:
        found: list[Message] = []
        asked: dict[str, Any] = {"q": words, "sort": "latest", "limit": 100}
        asked["since"] = moment(since)
        for _ in range(_PAGES):
            page = await query(call, "app.bsky.feed.searchPosts", **asked)
            fresh = [p for p in page["posts"] if views.seen_at(p) > since]
            found += [views.message(post, "post") for post in fresh]
            if not fresh or not page.get("cursor"):
                break
            asked["cursor"] = page["cursor"]
        return found


class Recalling:
    async def recent(self, call: Call, since: datetime) -> Sequence[Message]:
        found: list[Message] = []
        asked: dict[str, Any] = {"actor": call.grant["did"], "filter": "posts_with_replies"}
        for _ in range(_PAGES):
            page = await query(call, "app.bsky.feed.getAuthorFeed", limit=100, **asked)
            # With a reason it stands there as somebody else's post, passed on.
            mine = [entry["post"] for entry in page["feed"] if not entry.get("reason")]
            found += [views.message(p, "post") for p in mine if views.seen_at(p) >= since]
            if any(views.seen_at(p) < since for p in mine) or not page.get("cursor"):
                break
            asked["cursor"] = page["cursor"]
        return found


class Measurement:
    metrics: Mapping[str, str] = {
        "likes": "Accounts that like the post now",
        "shares": "Reposts that stand now, without quotes",
        "comments": "Direct answers that stand now, our own included",
        "quotes": "Posts that quote it",
        "saves": "Bookmarks, where the server counts them",
    }

    async def counts(
        self, call: Call, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        return {
            post["uri"]: {
                ours: post[theirs] for ours, theirs in _COUNTS.items() if theirs in post
            }
            for post in await views.posts(call, remote_ids)
        }

    async def account(self, call: Call) -> Account:
        profile = await query(call, "app.bsky.actor.getProfile", actor=call.grant["did"])
        return Account(
            followers=profile.get("followersCount"),
            following=profile.get("followsCount"),
            posts=profile.get("postsCount"),
        )
