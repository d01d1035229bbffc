"""The Bluesky adapter against the real servers: directory, accounts and view of all posts.

They learn of a post a moment after it is written, so tests wait until they see what they need.
"""

import asyncio
import http.server
import io
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from PIL import Image
from tests.servers.bluesky_server import BlueskyServer, Person

from clarion.networks.base import (
    Call,
    Draft,
    Grant,
    Live,
    Media,
    Message,
    Reconnect,
    Refused,
    TryLater,
    Unsure,
)
from clarion.networks.bluesky import network, records, xrpc
from clarion.networks.http import client

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]
EARLY = datetime(2020, 1, 1, tzinfo=UTC)
publish = network.publish


@dataclass
class Account:
    """One person's account, connected to Clarion."""

    person: Person
    grant: Grant
    allow: tuple[str, ...]
    said: int = 0

    def do(
        self,
        act: Callable[[Call], Coroutine[Any, Any, Any]],
        *,
        key: str = "",
        at: datetime | None = None,
        deaf: int = 0,
        **grant: str,
    ) -> Any:
        async def acting() -> Any:
            async with client(allow=self.allow) as http:
                if deaf:
                    http._transport = Deaf(http._transport, deaf)
                secret = {**self.grant.secret, **grant}
                return await act(Call(http, secret, key=key, at=at))

        return asyncio.run(acting())

    def send(self, draft: Draft, *, key: str = "", **more: Any) -> Live:
        self.said += 1
        key = key or f"{self.person.did} {self.said}"
        at = more.pop("at", datetime.now(UTC))
        return self.do(lambda call: publish.send(call, draft), key=key, at=at, **more)

    def inbox(self, *ours: str, since: datetime = EARLY) -> list[Message]:
        return self.do(lambda call: network.community.inbox(call, since, ours))

    def posts(self) -> list[dict[str, Any]]:
        """What really stands in the account, straight from its server."""
        listed = self.do(
            lambda call: xrpc.query(
                call,
                "com.atproto.repo.listRecords",
                repo=self.person.did,
                collection=records.POST,
            )
        )
        return listed["records"]

    def counts(self, *uris: str) -> dict[str, dict[str, int]]:
        return self.do(lambda call: network.measurement.counts(call, uris))


class Deaf(httpx2.AsyncBaseTransport):
    """Loses the answer to the first `times` writes: the server has done what it was asked."""

    def __init__(self, real: httpx2.AsyncBaseTransport, times: int) -> None:
        self.real = real
        self.times = times

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self.real.handle_async_request(request)
        if request.url.path.endswith(("putRecord", "applyWrites")) and self.times:
            self.times -= 1
            await response.aread()
            raise httpx2.ReadTimeout("The answer was lost.", request=request)
        return response

    async def aclose(self) -> None:
        await self.real.aclose()


def eventually(look: Callable[[], Any], seconds: float = 20) -> Any:
    """What `look` finds once it finds something."""
    until = time.monotonic() + seconds
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return found


@pytest.fixture
def join(bluesky_server: BlueskyServer) -> Callable[..., Account]:
    def joined(name: str, **options: bool) -> Account:
        person = bluesky_server.person(name, **options)
        allow = (urlsplit(bluesky_server.service).netloc,)
        answers = {
            "handle": person.handle,
            "app_password": person.app_password,
            "service": bluesky_server.service,
            "relay": bluesky_server.service,
        }

        async def connecting() -> Any:
            async with client(allow=allow) as http:
                return await network.connect.start(http, answers, "", "")

        [grant] = asyncio.run(connecting())
        return Account(person, grant, allow)

    return joined


@pytest.fixture
def brand(join: Callable[..., Account]) -> Account:
    return join("brand")


@pytest.fixture
def fan(join: Callable[..., Account]) -> Account:
    return join("fan")


@pytest.fixture
def known(brand: Account, fan: Account) -> Callable[[str], str]:
    """Waits until the view has a post, as everybody else sees it."""

    def seen(uri: str) -> str:
        assert eventually(lambda: brand.counts(uri)), f"{uri} was never seen"
        return uri

    return seen


# --- publishing ---------------------------------------------------------------------------


def test_connecting_says_whose_account_it_is(brand: Account) -> None:
    assert brand.grant.remote_id == brand.person.did
    assert brand.grant.handle == brand.person.handle
    assert brand.grant.expires_at > datetime.now(UTC) + timedelta(minutes=30)


def test_a_post_with_everything_is_shown_with_everything(
    brand: Account, fan: Account, tmp_path: Path
) -> None:
    text = f"Launch 🎉 @{fan.person.handle} https://example.com/x #launch 🏴󠁧󠁢󠁥󠁮󠁧󠁿"
    live = brand.send(Draft(text, media=[picture(tmp_path)], languages=["en"]))
    view = eventually(lambda: seen(fan, live))
    record = view["record"]
    assert record["text"] == text
    assert record["langs"] == ["en"]
    raw = text.encode()
    assert [
        raw[f["index"]["byteStart"] : f["index"]["byteEnd"]].decode() for f in record["facets"]
    ] == [f"@{fan.person.handle}", "https://example.com/x", "#launch"]
    [image] = view["embed"]["images"]
    assert image["alt"] == "A blue square"
    assert image["aspectRatio"] == {"width": 60, "height": 40}


def test_the_card_is_made_from_the_page(brand: Account, fan: Account, site: str) -> None:
    brand.allow += (urlsplit(site).netloc,)
    live = brand.send(Draft("Read this", link=f"{site}/page"))
    card = eventually(lambda: seen(fan, live))["embed"]["external"]
    assert card["uri"] == f"{site}/page"
    assert card["title"] == "The <best> page"
    assert card["description"] == "All about it"
    assert card["thumb"]


def test_a_page_in_a_private_network_is_not_fetched(brand: Account, site: str) -> None:
    brand.send(Draft("Read this", link=f"{site}/page"))
    [post] = brand.posts()
    assert "thumb" not in post["value"]["embed"]["external"]
    assert "best" not in post["value"]["embed"]["external"]["title"]


def test_the_same_key_is_one_post(brand: Account, tmp_path: Path) -> None:
    at = datetime.now(UTC)
    draft = Draft("Once #only", media=[picture(tmp_path)])
    places = {brand.send(draft, key="d1", at=at).remote_id for _ in range(3)}
    assert [post["uri"] for post in brand.posts()] == list(places)


def test_ten_at_the_same_moment_with_one_key_are_one_post(brand: Account) -> None:
    async def ten(call: Call) -> list[Any]:
        tries = (publish.send(call, Draft("All at once")) for _ in range(10))
        return await asyncio.gather(*tries, return_exceptions=True)

    outcomes = brand.do(ten, key="d1", at=datetime.now(UTC))
    assert len(brand.posts()) == 1
    assert {o.remote_id for o in outcomes if isinstance(o, Live)} == {brand.posts()[0]["uri"]}
    assert not [o for o in outcomes if not isinstance(o, Live | Unsure)]


def test_a_lost_answer_is_not_sent_twice(brand: Account) -> None:
    at = datetime.now(UTC)
    live = brand.send(Draft("Hello"), key="d1", at=at, deaf=1)
    assert brand.send(Draft("Hello"), key="d1", at=at) == live
    assert len(brand.posts()) == 1


def test_a_post_that_changed_in_its_card_is_still_the_same_post(
    brand: Account, site: str
) -> None:
    at = datetime.now(UTC)
    live = brand.send(Draft("Read", link=f"{site}/page"), key="d1", at=at)
    brand.allow += (urlsplit(site).netloc,)  # now the page can be read
    assert brand.send(Draft("Read", link=f"{site}/page"), key="d1", at=at) == live
    assert len(brand.posts()) == 1


def test_other_words_under_the_same_key_change_nothing(brand: Account) -> None:
    at = datetime.now(UTC)
    brand.send(Draft("Hello"), key="d1", at=at)
    with pytest.raises(Refused):
        brand.send(Draft("Goodbye"), key="d1", at=at)
    assert [post["value"]["text"] for post in brand.posts()] == ["Hello"]


def test_find_sees_what_is_there_and_what_is_not(brand: Account) -> None:
    at = datetime.now(UTC)

    def find(key: str) -> Any:
        act = lambda call: publish.find(call, Draft("Hello"), at, ())  # noqa: E731
        return brand.do(act, key=key, at=at)

    assert find("d1") is None
    live = brand.send(Draft("Hello"), key="d1", at=at)
    assert find("d1") == live
    assert find("d2") is None


def test_a_text_too_long_is_refused_by_the_network_as_by_us(brand: Account) -> None:
    assert publish.check(Draft("x" * 301), network.limits)
    assert not publish.check(Draft("x" * 300), network.limits)
    with pytest.raises(Refused):
        brand.send(Draft("x" * 301))
    brand.send(Draft("x" * 300))
    family = "👨‍👩‍👧‍👦"
    assert publish.check(Draft(family * 121), network.limits)
    with pytest.raises(Refused):
        brand.send(Draft(family * 121))
    brand.send(Draft(family * 120))


def test_a_thread_hangs_together_at_once(brand: Account, fan: Account) -> None:
    first = brand.send(Draft("1/3"))
    second = brand.send(Draft("2/3", reply_to=first.remote_id, root=first.remote_id))
    third = brand.send(Draft("3/3", reply_to=second.remote_id, root=first.remote_id))
    by_text = {post["value"]["text"]: post["value"] for post in brand.posts()}
    assert by_text["3/3"]["reply"]["parent"]["uri"] == second.remote_id
    assert by_text["3/3"]["reply"]["root"]["uri"] == first.remote_id
    assert eventually(lambda: seen(fan, third))["record"]["reply"] == by_text["3/3"]["reply"]


def test_nobody_may_answer_a_closed_post(
    brand: Account, fan: Account, known: Callable[[str], str]
) -> None:
    at = datetime.now(UTC)
    draft = Draft("Only so you know", options={"replies": "nobody"})
    live = brand.send(draft, key="d1", at=at, deaf=1)
    assert brand.send(draft, key="d1", at=at) == live
    known(live.remote_id)
    assert eventually(lambda: seen(fan, live)["viewer"].get("replyDisabled"))
    with pytest.raises(Refused, match="does not let this account answer"):
        fan.send(Draft("But why?", reply_to=live.remote_id))


def test_a_warning_is_on_the_post(brand: Account, fan: Account) -> None:
    live = brand.send(Draft("Careful", options={"warning": "graphic-media"}))
    view = eventually(lambda: seen(fan, live))
    assert [label["val"] for label in view["labels"]] == ["graphic-media"]


def test_taking_down_twice_is_fine(brand: Account) -> None:
    live = brand.send(Draft("Oops"))
    for _ in range(2):
        brand.do(lambda call: publish.remove(call, live.remote_id))
    assert brand.posts() == []
    assert eventually(lambda: not brand.counts(live.remote_id))


# --- community ----------------------------------------------------------------------------


def test_answers_mentions_and_quotes_arrive(
    brand: Account, fan: Account, known: Callable[[str], str]
) -> None:
    post = known(brand.send(Draft("What do you think?")).remote_id)
    answer = fan.send(Draft("Love it", reply_to=post)).remote_id
    mention = fan.send(Draft(f"Hi @{brand.person.handle}")).remote_id
    quote = fan.send(Draft("Look at this", quote=post)).remote_id
    messages = eventually(lambda: found if len(found := brand.inbox(post)) == 3 else None)
    assert messages, f"only {brand.inbox(post)}"
    assert {(m.kind, m.remote_id, m.on, m.thread) for m in messages} == {
        ("comment", answer, post, post),
        ("mention", mention, "", mention),
        ("quote", quote, post, quote),
    }
    assert {m.author for m in messages} == {fan.person.handle}
    newest = max(m.at for m in messages)
    assert brand.inbox(post, since=newest) == []


def test_an_answer_without_a_notification_is_found_in_the_thread(
    brand: Account, fan: Account, known: Callable[[str], str]
) -> None:
    post = known(brand.send(Draft("What do you think?")).remote_id)
    other = known(fan.send(Draft("Love it", reply_to=post)).remote_id)
    deep = fan.send(Draft("And again", reply_to=other)).remote_id

    async def looked(call: Call) -> Any:
        from clarion.networks.bluesky import community

        return await community._answered(call, EARLY, [post])

    found = eventually(lambda: two if len(two := brand.do(looked)) == 2 else None)
    assert {m.remote_id for m in found} == {other, deep}
    assert {m.thread for m in found} == {post}


def test_we_answer_and_the_other_side_hears_it(
    brand: Account, fan: Account, known: Callable[[str], str]
) -> None:
    question = known(fan.send(Draft(f"@{brand.person.handle} are you open?")).remote_id)
    brand.send(Draft("Until six", reply_to=question, root=question))
    [heard] = eventually(fan.inbox)
    assert (heard.kind, heard.text, heard.on) == ("comment", "Until six", question)


def test_our_own_answers_are_not_in_our_inbox(
    brand: Account, known: Callable[[str], str]
) -> None:
    post = known(brand.send(Draft("One")).remote_id)
    known(brand.send(Draft("Two", reply_to=post)).remote_id)
    assert brand.inbox(post) == []


def test_an_inbox_says_so_when_it_cannot_see_the_private_messages(
    join: Callable[..., Account],
) -> None:
    # The chat service is closed source and not part of the servers here.
    with pytest.raises(TryLater):
        join("talker", chats=True).inbox()


# --- listening ----------------------------------------------------------------------------


def test_search_finds_public_posts(brand: Account, fan: Account) -> None:
    word = f"zebra{int(time.time() * 1000)}"
    uri = fan.send(Draft(f"I saw a {word} today", languages=["en"])).remote_id

    def search(since: datetime) -> list[Message]:
        return brand.do(lambda call: network.listening.search(call, word, since))

    [found] = eventually(lambda: search(EARLY))
    assert (found.remote_id, found.kind, found.author) == (uri, "post", fan.person.handle)
    assert found.language == "en"
    assert search(datetime.now(UTC) + timedelta(hours=1)) == []


def test_the_stream_brings_posts_with_the_words_as_they_happen(
    brand: Account, fan: Account
) -> None:
    async def listening(call: Call) -> list[Message]:
        heard: list[Message] = []
        async with aclosing(network.streaming.stream(call, ["Okapi", "gnu"])) as stream:
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0.5)
            for text in ("nothing of interest", "an OKAPI! https://example.com", "two gnus"):
                await asyncio.to_thread(fan.send, Draft(text))
            heard.append(await asyncio.wait_for(first, 20))
            heard.append(await asyncio.wait_for(anext(stream), 20))
        return heard

    heard = brand.do(listening)
    assert [m.text for m in heard] == ["an OKAPI! https://example.com", "two gnus"]
    assert {m.author for m in heard} == {fan.person.handle}


def test_a_stream_that_is_dropped_leaves_nothing_running(brand: Account, fan: Account) -> None:
    async def listening(call: Call) -> int:
        async def one() -> None:
            async for _ in network.streaming.stream(call, []):
                break

        waiting = asyncio.ensure_future(one())
        await asyncio.sleep(0.5)
        await asyncio.to_thread(fan.send, Draft("hello"))
        await asyncio.wait_for(waiting, 20)
        await asyncio.sleep(0.2)
        return len(asyncio.all_tasks())

    assert brand.do(listening) == 1


# --- measurement --------------------------------------------------------------------------


def test_counts_are_what_people_did(
    bluesky_server: BlueskyServer,
    brand: Account,
    fan: Account,
    known: Callable[[str], str],
) -> None:
    post = known(brand.send(Draft("Count me")).remote_id)
    [stored] = brand.posts()
    subject = {"subject": {"uri": post, "cid": stored["cid"]}}
    bluesky_server.record(fan.person, "app.bsky.feed.like", subject)
    bluesky_server.record(fan.person, "app.bsky.feed.repost", subject)
    bluesky_server.record(fan.person, "app.bsky.graph.follow", {"subject": brand.person.did})
    fan.send(Draft("Yes", reply_to=post))
    fan.send(Draft("This", quote=post))
    expected = {"likes": 1, "shares": 1, "comments": 1, "quotes": 1}
    eventually(lambda: expected.items() <= brand.counts(post)[post].items())
    assert expected.items() <= brand.counts(post)[post].items()
    account = brand.do(network.measurement.account)
    assert (account.followers, account.following, account.posts) == (1, 0, 1)


def test_thirty_posts_are_counted_and_one_that_is_gone_is_missing(brand: Account) -> None:
    uris = [brand.send(Draft(f"Number {n}")).remote_id for n in range(30)]
    gone = f"at://{brand.person.did}/app.bsky.feed.post/3aaaaaaaaaaaa"
    eventually(lambda: len(brand.counts(*uris)) == 30)
    assert set(brand.counts(*uris, gone)) == set(uris)


# --- keys ---------------------------------------------------------------------------------


def test_a_grant_can_be_refreshed_again_and_again(brand: Account) -> None:
    for _ in range(2):
        younger = brand.do(network.connect.refresh)
        assert younger.secret["refresh"] != brand.grant.secret["refresh"]
        brand.grant = younger
    brand.send(Draft("Still here"))


def test_an_unusable_key_renews_itself(brand: Account) -> None:
    brand.send(Draft("Still here"), access="e30.e30.not-a-key")
    assert len(brand.posts()) == 1


def test_a_revoked_app_password_asks_to_connect_again(
    bluesky_server: BlueskyServer, brand: Account
) -> None:
    bluesky_server.revoke(brand.person)
    with pytest.raises(Reconnect):
        brand.do(network.connect.refresh)
    with pytest.raises(Reconnect):
        brand.send(Draft("Hello"), access="")
    assert brand.posts() == []


def test_a_wrong_password_and_the_real_one_are_turned_away(
    bluesky_server: BlueskyServer, brand: Account
) -> None:
    def connecting(password: str) -> Any:
        answers = {
            "handle": brand.person.handle,
            "app_password": password,
            "service": bluesky_server.service,
        }
        return brand.do(lambda call: network.connect.start(call.http, answers, "", ""))

    with pytest.raises(Refused, match="does not accept"):
        connecting("wrong")
    with pytest.raises(Refused, match="real password"):
        connecting("a-real-password")


# --- what the tests need ------------------------------------------------------------------


def seen(account: Account, live: Live) -> dict[str, Any] | None:
    """The post as this account sees it, or None while the view does not know it."""
    found = account.do(
        lambda call: xrpc.query(call, "app.bsky.feed.getPosts", uris=[live.remote_id])
    )
    return next(iter(found["posts"]), None)


def picture(folder: Path) -> Media:
    path = folder / "square.png"
    Image.new("RGB", (60, 40), "blue").save(path)
    return Media(
        "image", "image/png", path.stat().st_size, 60, 40, alt="A blue square", path=path
    )


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """A page somebody may link to, on this host and therefore out of bounds by default."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Site(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        out = io.BytesIO()
        if self.path == "/page":
            out.write(
                b'<meta property="og:title" content="The &lt;best&gt; page">'
                b'<meta property="og:description" content="All about it">'
                b'<meta property="og:image" content="/picture.jpg">'
            )
        else:
            Image.new("RGB", (1200, 630), "red").save(out, "JPEG")
        self.send_response(200)
        mime = "text/html; charset=utf-8" if self.path == "/page" else "image/jpeg"
        self.send_header("Content-Type", mime)
        self.end_headers()
        self.wfile.write(out.getvalue())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass
