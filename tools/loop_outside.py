"""The networks as others see them. Nothing here goes through Clarion or its database."""

import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx2
from tools.loop_world import Failed, until

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
Json = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """A post as it stands on the network."""

    text: str
    link: str
    pictures: Sequence[str]  # their descriptions


class Outside(Protocol):
    key: str
    name: str
    sells: bool  # promotions
    handle: str

    def answers(self) -> Mapping[str, str]:
        """What the form for connecting asks."""

    def lose_an_answer(self) -> bool:
        """Take the next post and say nothing. False where a network cannot be made to."""

    def lost_answers(self) -> int: ...

    def posts(self) -> Mapping[str, Seen]:
        """All that the brand has said, by id."""

    def answer(self, remote_id: str, text: str) -> None:
        """A stranger answers a post."""

    def talk(self, text: str) -> None:
        """A stranger says something to nobody in particular."""

    def like(self, remote_id: str) -> None:
        """People react. A day passes, where time can be pushed."""

    def counts(self, remote_id: str) -> Mapping[str, int]: ...

    def promotions(self) -> Sequence[Json]: ...


def ask(method: str, url: str, **more: Any) -> Any:
    answer = httpx2.request(method, url, timeout=30, trust_env=False, **more)
    if answer.status_code >= 400:
        raise Failed(f"{method} {url} was answered with {answer.status_code}.")
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


def follow(url: str) -> str:
    """Open a tracked link as a browser does. Where it leads, with the click's own mark."""
    answer = httpx2.get(url, headers=BROWSER, timeout=10, trust_env=False)
    if answer.status_code != 302:
        raise Failed(f"The tracked link was answered with {answer.status_code}, not with 302.")
    return str(answer.headers["location"])


def mark_of(landing: str) -> str:
    return parse_qs(urlsplit(landing).query).get("clk", [""])[0]


@dataclass
class Playground:
    """The practice network, through its own API and its control room."""

    url: str
    key: str = "playground"
    name: str = "Playground"
    sells: bool = True
    handle: str = "bakery"
    token: str = ""

    def answers(self) -> Mapping[str, str]:
        return {"server": self.url, "handle": self.handle}

    def lose_an_answer(self) -> bool:
        self.control("faults", {"kind": "lose_answer", "next": 1, "seconds": 1})
        return True

    def lost_answers(self) -> int:
        return int(self.control("stats")["fired"].get("lose_answer", 0))

    def posts(self) -> Mapping[str, Seen]:
        found = self._api("me/posts")["posts"]
        return {
            p["id"]: Seen(p["text"], p["link"], [m["alt"] for m in p["media"]]) for p in found
        }

    def answer(self, remote_id: str, text: str) -> None:
        self.control("say", {"author": "mia", "text": text, "on": remote_id})

    def talk(self, text: str) -> None:
        self.control("say", {"author": "cem", "text": text})

    def like(self, remote_id: str) -> None:  # noqa: ARG002 - time passes for all of them
        self.control("time", {"hours": 24})

    def counts(self, remote_id: str) -> Mapping[str, int]:
        found: Json = self._api("counts", id=remote_id)
        return dict(found.get(remote_id, {}))

    def promotions(self) -> Sequence[Json]:
        return list(self._api("promotions")["promotions"])

    def control(self, path: str, said: Json | None = None) -> Any:
        url = f"{self.url}/control/{path}"
        return ask("GET", url) if said is None else ask("POST", url, json=said)

    def buy(self, landing: str) -> None:
        said = {"product": "bread", "clk": mark_of(landing)}
        page = ask("POST", f"{self.url}/shop", data=said)
        if "was reported" not in page:
            raise Failed("The shop could not report the sale to Clarion.")

    def _api(self, path: str, **params: str) -> Any:
        """As the account itself, with a key of its own that Clarion does not have."""
        if not self.token:
            said = {"handle": self.handle}
            self.token = ask("POST", f"{self.url}/api/accounts", json=said)["token"]
        headers = {"Authorization": f"Bearer {self.token}"}
        return ask("GET", f"{self.url}/api/{path}", params=params, headers=headers)


@dataclass(frozen=True)
class Person:
    handle: str
    did: str
    app_password: str
    key: str  # of the whole account, which Clarion never has


class Bluesky:
    """The real servers, through their own protocol: a brand and a stranger with an account."""

    key = "bluesky"
    name = "Bluesky"
    sells = False

    def __init__(self, service: str) -> None:
        self.service = service
        self.brand, self.stranger = self._join("bakery"), self._join("mia")
        self.handle = self.brand.handle

    def answers(self) -> Mapping[str, str]:
        return {
            "handle": self.brand.handle,
            "app_password": self.brand.app_password,
            "service": self.service,
            "relay": self.service,
        }

    def lose_an_answer(self) -> bool:
        return False

    def lost_answers(self) -> int:
        return 0

    def posts(self) -> Mapping[str, Seen]:
        found = self._get("com.atproto.repo.listRecords", repo=self.brand.did, collection=POST)
        return {record["uri"]: _seen(record["value"]) for record in found["records"]}

    def answer(self, remote_id: str, text: str) -> None:
        self._known(remote_id)
        record = self._view(remote_id)
        to = {"uri": record["uri"], "cid": record["cid"]}
        self._write(self.stranger, POST, {"text": text, "reply": {"root": to, "parent": to}})

    def talk(self, text: str) -> None:
        self._write(self.stranger, POST, {"text": text})

    def like(self, remote_id: str) -> None:
        view = self._view(remote_id)
        said = {"subject": {"uri": view["uri"], "cid": view["cid"]}}
        self._write(self.stranger, "app.bsky.feed.like", said)
        until(lambda: self.counts(remote_id)["likes"], "the view of all posts counts the like")

    def counts(self, remote_id: str) -> Mapping[str, int]:
        view = self._view(remote_id)
        names = {"likes": "likeCount", "comments": "replyCount", "shares": "repostCount"}
        return {ours: view.get(theirs, 0) for ours, theirs in names.items()}

    def promotions(self) -> Sequence[Json]:
        return []

    # --- the protocol ---

    def _join(self, name: str) -> Person:
        handle = f"{name}{uuid.uuid4().hex[:8]}.test"
        said = {
            "handle": handle,
            "email": f"{handle}@example.org",
            "password": "a-real-password",
        }
        made = self._post("com.atproto.server.createAccount", said)
        app = self._post(
            "com.atproto.server.createAppPassword", {"name": "clarion"}, made["accessJwt"]
        )
        return Person(handle, made["did"], app["password"], made["accessJwt"])

    def _known(self, uri: str) -> None:
        until(lambda: self._views(uri), "the view of all posts knows the post")

    def _view(self, uri: str) -> Json:
        [view] = self._views(uri)
        return view

    def _views(self, uri: str) -> list[Json]:
        return list(self._get("app.bsky.feed.getPosts", uris=uri)["posts"])

    def _write(self, who: Person, collection: str, record: Json) -> None:
        at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        body = {
            "repo": who.did,
            "collection": collection,
            "record": {"createdAt": at, **record},
        }
        self._post("com.atproto.repo.createRecord", body, who.key)

    def _get(self, method: str, **params: str) -> Json:
        headers = {"Authorization": f"Bearer {self.stranger.key}"}
        found: Json = ask(
            "GET", f"{self.service}/xrpc/{method}", params=params, headers=headers
        )
        return found

    def _post(self, method: str, body: Json, key: str = "") -> Json:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        found: Json = ask("POST", f"{self.service}/xrpc/{method}", json=body, headers=headers)
        return found


POST = "app.bsky.feed.post"


def _seen(record: Json) -> Seen:
    embed = record.get("embed") or {}
    pictures = [image["alt"] for image in embed.get("images", [])]
    features = [f for facet in record.get("facets", []) for f in facet["features"]]
    linked = [f["uri"] for f in features if "uri" in f]
    card = (embed.get("external") or {}).get("uri", "")
    return Seen(record["text"], card or next(iter(linked), ""), pictures)
