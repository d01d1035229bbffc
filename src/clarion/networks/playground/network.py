"""The adapter: speaks to a Playground over HTTP, as to any network far away."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2

from clarion.networks.base import (
    Account,
    Call,
    Draft,
    Field,
    Grant,
    Live,
    Media,
    Message,
    Network,
    Once,
    Ready,
    Redirect,
    Refused,
    Settling,
    Spend,
    StartOver,
)
from clarion.networks.check import problems
from clarion.networks.http import ask, ask_raw
from clarion.networks.limits import Limits, allowed
from clarion.networks.playground.line import accepted, get, key, url
from clarion.networks.playground.places import BOTH, SURFACES
from clarion.networks.practice import PRACTISED
from clarion.networks.surfaces import SAID_BELOW, Surface

DEFAULT_URL = "http://127.0.0.1:8701"
NO = {"", "0", "no", "off", "false"}  # what a flag that is not set may say


class Connecting:
    fields: Sequence[Field] = (
        Field(
            "server",
            "Address of the Playground",
            "url",
            "Where `clarion playground` is running.",
            DEFAULT_URL,
        ),
        Field("handle", "Handle", hint="Any name you like: the account is made if need be."),
        Field(
            "practises",
            "Practise as",
            "choice",
            "The channel then takes what that network takes, by its limits and counting rules. "
            "Nothing leaves for the real one.",
            required=False,
            choices=(
                ("", "The Playground itself"),
                *((each.key, each.name) for each in PRACTISED.values()),
            ),
        ),
    )

    async def start(
        self,
        http: httpx2.AsyncClient,
        answers: Mapping[str, str],
        redirect_uri: str,
        state: str,
    ) -> Redirect | Sequence[Grant]:
        server = (answers.get("server") or DEFAULT_URL).strip().rstrip("/")
        response = await ask_raw(
            http,
            "POST",
            f"{server}/api/accounts",
            writes=False,  # the same handle twice is the same account
            json={key: answers.get(key, "") for key in ("handle", "name", "practises")},
        )
        return [_grant(server, accepted(response, writes=False))]

    async def finish(
        self, http: httpx2.AsyncClient, saved: Mapping[str, str], answer: Mapping[str, str]
    ) -> Sequence[Grant]:
        raise Refused("This network never sends anybody away to come back. Connect again.")

    async def refresh(self, call: Call) -> Grant | None:
        """Keys age where the switchboard says so. Asked once with each refresh token."""
        if not call.grant.get("refresh"):
            return None
        response = await ask_raw(
            call.http,
            "POST",
            url(call, "keys"),
            writes=False,
            json={"refresh": call.grant["refresh"]},
        )
        return _grant(call.grant["server"], accepted(response, writes=False))

    async def limits(self, call: Call) -> Limits | None:
        if call.grant.get("practises"):
            return None  # those of the network it practises
        said = await get(call, "limits")
        return replace(
            allowed("playground"),
            text=said["text"],
            media=said["images"],
            per_hour=said["per_hour"] or None,
            as_of=datetime.now(UTC).date(),
            source=call.grant["server"],
            live=True,
        )


def _grant(server: str, said: Mapping[str, Any]) -> Grant:
    if "token" not in said:
        raise Refused("That address does not answer like a Playground.")
    practises = said.get("practises", "")
    return Grant(
        remote_id=f"{said['id']}@{urlsplit(server).netloc}",
        handle=said["handle"],
        name=said["name"],
        url=said["url"],
        secret={
            "server": server,
            "token": said["token"],
            "refresh": said.get("refresh") or "",
            "practises": practises,
        },
        expires_at=_moment(said.get("expires_at")),
        ends_at=_moment(said.get("ends_at")),
        practises=practises,
    )


def _moment(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said) if said else None


@dataclass(frozen=True)
class Publishing:
    name: str = "the Playground"
    surfaces: Sequence[Surface] = SURFACES
    asks: Sequence[Field] = ()

    once = Once.READ_BACK
    # What arrives is accepted or refused within moments; only the answer can be late.
    look_after = timedelta(seconds=3)

    def check(self, draft: Draft, limits: Limits) -> Sequence[Any]:
        place = self._place(draft)
        return problems(draft, limits, place=place, name=self.name, asks=self.asks)

    def _place(self, draft: Draft) -> Surface:
        if draft.reply_to or draft.direct or draft.surface in SAID_BELOW:
            return Surface("comment", BOTH)
        found = {place.key: place for place in self.surfaces}
        return found.get(draft.surface, self.surfaces[0])

    async def send(self, call: Call, draft: Draft) -> Live | Settling:
        if call.ticket:
            return await _release(call)
        media = [await _upload(call, medium) for medium in draft.media]
        film = any(medium.kind == "video" for medium in draft.media)
        response = await ask_raw(
            call.http,
            "POST",
            url(call, "containers" if film else "posts"),
            writes=True,
            headers={**key(call), "X-Client-Ref": call.key},
            json={
                "text": draft.text,
                "link": draft.link,
                "reply_to": draft.reply_to,
                "root": draft.root,
                "quote": draft.quote,
                "direct": draft.direct,
                "languages": list(draft.languages),
                "surface": draft.surface,
                "poll": asdict(draft.poll) if draft.poll else None,
                "paid_partnership": draft.paid_partnership,
                "made_with_ai": draft.made_with_ai,
                "options": dict(draft.options),
                "sensitive": draft.options.get("sensitive", "").lower() not in NO,
                "media": media,
            },
        )
        said = accepted(response, writes=True)
        return _container(said) if film else _outcome(said)

    async def poll(self, call: Call, ticket: str) -> Live | Settling | Ready:
        if not ticket.startswith("c"):
            return _outcome(await get(call, f"tickets/{quote(ticket, safe='')}"))
        said = await _get_container(call, ticket)
        if said["state"] == "error":
            raise Refused("The Playground cannot read this film. Make another file of it.")
        if said["state"] == "published":
            return Live(said["id"], said.get("url", ""))
        return Ready(ticket) if said["state"] == "finished" else _container(said)

    async def find(
        self, call: Call, draft: Draft, since: datetime, known: Collection[str]
    ) -> Live | Settling | None:
        """Reads back everything the account has said since then: nothing else can tell."""
        if call.ticket:
            return await _released(call)
        found = None
        async for post in _own(call, since):
            if _same(post, draft) and post["id"] not in known:
                found = post  # the oldest one, if there are several
        return _outcome(found) if found else None

    async def remove(self, call: Call, remote_id: str) -> None:
        path = url(call, f"posts/{quote(remote_id, safe='')}")
        # Taking down twice is the same as once, so a lost answer may simply be tried again.
        await ask(call.http, "DELETE", path, writes=False, headers=key(call))


class Editing:
    async def edit(self, call: Call, remote_id: str, draft: Draft) -> Live:
        response = await ask_raw(
            call.http,
            "PATCH",
            url(call, f"posts/{quote(remote_id, safe='')}"),
            writes=True,
            headers=key(call),
            json={"text": draft.text},
        )
        said = accepted(response, writes=True)
        return Live(said["id"], said.get("url", ""))


class Recalling:
    async def recent(self, call: Call, since: datetime) -> Sequence[Message]:
        return [
            Message(
                remote_id=post["id"],
                kind="direct" if post["direct"] else "post",
                author=post["account"],
                text=post["text"],
                at=datetime.fromisoformat(post["created_at"]),
                on=post["reply_to"],
                url=post["url"],
            )
            async for post in _own(call, since)
            if post["state"] == "live"
        ]


async def _release(call: Call) -> Live:
    """Make a container public. The second time, the Playground tells of the first."""
    response = await ask_raw(
        call.http,
        "POST",
        url(call, f"containers/{quote(call.ticket, safe='')}/publish"),
        writes=True,
        headers=key(call),
    )
    if response.status_code in (404, 409, 410):
        raise StartOver("The container of the film was gone before it could be published.")
    said = accepted(response, writes=True)
    return Live(said["id"], said.get("url", ""))


async def _released(call: Call) -> Live | None:
    """Did the container become a post?"""
    try:
        said = await _get_container(call, call.ticket)
    except StartOver:
        return None  # it went without having been published
    return Live(said["id"], said.get("url", "")) if said["state"] == "published" else None


async def _get_container(call: Call, ticket: str) -> Any:
    path = url(call, f"containers/{quote(ticket, safe='')}")
    response = await ask_raw(call.http, "GET", path, writes=False, headers=key(call))
    if response.status_code in (404, 410):
        raise StartOver("The container of the film was gone before it could be published.")
    return accepted(response, writes=False)


def _container(said: Mapping[str, Any]) -> Settling:
    return Settling(said["container"], timedelta(seconds=said.get("again", 1)), public=False)


async def _own(call: Call, since: datetime) -> AsyncIterator[Mapping[str, Any]]:
    """The account's posts since then, newest first."""
    cursor = ""
    while True:
        read = await get(call, "me/posts", cursor=cursor)
        for post in read["posts"]:
            if datetime.fromisoformat(post["created_at"]) < since:
                return
            yield post
        cursor = read["cursor"]
        if not cursor:
            return


def _same(post: Mapping[str, Any], draft: Draft) -> bool:
    """Two frames of a story may differ in nothing but their picture."""
    if any(
        post[k] != getattr(draft, k) for k in ("text", "link", "reply_to", "quote", "direct")
    ):
        return False
    media = [sha256(m.read()).hexdigest() for m in draft.media]
    known = [m.get("sha256", "") for m in post["media"]]
    return media == known or (len(media) == len(known) and not any(known))


def _outcome(said: Mapping[str, Any]) -> Live | Settling:
    if said.get("state") == "processing":
        ticket = said.get("ticket") or said["id"]
        return Settling(ticket, timedelta(seconds=said.get("again", 1)))
    return Live(said["id"], said.get("url", ""))


async def _upload(call: Call, medium: Media) -> str:
    response = await ask_raw(
        call.http,
        "POST",
        url(call, "media"),
        writes=False,  # a picture in no post is seen by nobody
        headers={**key(call), "Content-Type": medium.mime},
        params={"alt": medium.alt},
        content=medium.read(),
    )
    return str(accepted(response, writes=False)["id"])


class Community:
    async def inbox(
        self, call: Call, since: datetime, ours: Sequence[str]
    ) -> Sequence[Message]:
        """Comments, mentions and private messages after `since`, oldest first."""
        heard: list[Message] = []
        skip = 0
        while True:
            read = await get(call, "inbox", since=since.isoformat(), skip=str(skip))
            heard += [_message(said) for said in read["messages"]]
            skip = read["more"]
            if not skip:
                return heard


class Listening:
    async def search(self, call: Call, words: str, since: datetime) -> Sequence[Message]:
        """Public posts in which all the words occur; "two words" in quotes belong together."""
        read = await get(call, "search", words=words, since=since.isoformat())
        return [_message(said) for said in read["messages"]]


class Streaming:
    async def stream(self, call: Call, words: Sequence[str]) -> AsyncGenerator[Message]:
        cursor = ""
        while True:  # each question waits at the server until there is something to say
            read = await get(call, "stream", word=list(words), after=cursor)
            cursor = read["cursor"]
            for said in read["messages"]:
                yield _message(said)


def _message(said: Mapping[str, str]) -> Message:
    return Message(
        remote_id=said["id"],
        kind=said["kind"],
        author=said["author"],
        author_name=said["name"],
        text=said["text"],
        at=datetime.fromisoformat(said["at"]),
        on=said["on"],
        thread=said["thread"],
        url=said["url"],
        language=said["language"],
    )


class Measurement:
    metrics: Mapping[str, str] = {
        "views": "How often the post was shown on a screen, to followers, strangers and by "
        "promotions together. The same person can count twice.",
        "likes": "How many people pressed the heart.",
        "comments": "Answers below the post, those of the account itself too.",
        "shares": "How many people passed the post on to their own followers.",
        "clicks": "How often somebody opened the link of the post.",
    }

    async def counts(
        self, call: Call, remote_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, Mapping[str, int]] = {}
        for at in range(0, len(remote_ids), 100):
            found |= await get(call, "counts", id=list(remote_ids[at : at + 100]))
        return found

    async def account(self, call: Call) -> Account:
        said = await get(call, "me")
        return Account(said["followers"], said["following"], said["posts"])


class Advertising:
    async def promote(
        self, call: Call, remote_id: str, budget: Decimal, currency: str, until: datetime
    ) -> Live:
        response = await ask_raw(
            call.http,
            "POST",
            url(call, "promotions"),
            writes=True,
            headers=key(call),
            json={
                "post": remote_id,
                "budget": str(budget),
                "currency": currency,
                "until": until.isoformat(),
                "key": call.key,
            },
        )
        said = accepted(response, writes=True)
        return Live(said["id"], said["url"])

    async def find(self, call: Call, remote_id: str, since: datetime) -> Live | None:
        for said in (await get(call, "promotions", key=call.key))["promotions"]:
            if said["post"] == remote_id and datetime.fromisoformat(said["at"]) >= since:
                return Live(said["id"], said["url"])
        return None

    async def stop(self, call: Call, promotion_id: str) -> None:
        path = url(call, f"promotions/{quote(promotion_id, safe='')}/stop")
        await ask(call.http, "POST", path, writes=False, headers=key(call))

    async def spend(self, call: Call, since: date) -> Sequence[Spend]:
        return [
            Spend(
                date.fromisoformat(said["day"]),
                said["id"],
                Decimal(said["amount"]),
                said["currency"],
            )
            for said in (await get(call, "spend", since=since.isoformat()))["days"]
        ]


network = Network(
    key="playground",
    name="Playground",
    connect=Connecting(),
    publish=Publishing(),
    editing=Editing(),
    recall=Recalling(),
    surfaces=SURFACES,
    comments=True,
    discloses=("paid_partnership", "made_with_ai"),
    community=Community(),
    listening=Listening(),
    streaming=Streaming(),
    measurement=Measurement(),
    ads=Advertising(),
    options=(
        Field(
            "sensitive",
            "Sensitive content",
            "flag",
            "Pictures are hidden until somebody asks for them.",
            required=False,
        ),
    ),
    practice=True,
    icon="playground",
    color="#b4530a",
    threads=True,
    notes=(
        "Nobody here is real: the numbers teach and test, they say nothing about the world.",
        "Whatever is sent twice appears twice, so Clarion looks before it sends again.",
    ),
)
