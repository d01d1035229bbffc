"""The switchboard: what goes wrong on purpose goes wrong exactly as it says."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from urllib.parse import quote

import httpx2
import pytest
from tests.playground_kit import Running, running

from clarion.networks.base import (
    Call,
    Draft,
    Grant,
    NetworkError,
    Reconnect,
    Settling,
    TryLater,
    Unsure,
)
from clarion.networks.playground.network import network
from clarion.networks.playground.switchboard import KINDS, Fault, Switchboard

publish = network.publish


@pytest.fixture
def bakery(playground: Running) -> Grant:
    return playground.sign_up("bakery")


def is_there(place: Running, grant: Grant, text: str = "Hello") -> bool:
    since = datetime.now(UTC) - timedelta(days=1)
    found = place.do(grant, lambda call: publish.find(call, Draft(text), since, ()))
    return found is not None


@pytest.mark.parametrize(
    ("kind", "raises", "accepted"),
    [
        ("lose_answer", Unsure, True),
        ("fail_after", Unsure, True),
        ("fail_before", Unsure, False),
        ("slow_down", TryLater, False),
        ("revoked", Reconnect, False),
    ],
)
def test_a_fault_is_told_apart_by_what_to_do_next(playground, bakery, kind, raises, accepted):
    playground.fault(kind, next=1)
    with pytest.raises(raises):
        playground.post(bakery, "Hello")
    assert is_there(playground, bakery) is accepted
    assert playground.post(bakery, "And again")


def test_slow_down_says_until_when(playground, bakery):
    playground.fault("slow_down", next=1, seconds=90)
    with pytest.raises(TryLater) as later:
        playground.post(bakery, "Hello")
    assert later.value.at > datetime.now(UTC) + timedelta(seconds=80)


def test_silence_longer_than_the_callers_patience_still_leaves_a_post(playground, bakery):
    playground.fault("lose_answer", next=1, seconds=20)

    async def impatient(call):
        call.http.timeout = httpx2.Timeout(0.5)
        return await publish.send(call, Draft("Hello"))

    with pytest.raises(Unsure):
        playground.do(bakery, impatient)
    assert is_there(playground, bakery)


def test_a_slow_answer_is_accepted_at_once(playground, bakery):
    playground.fault("slow", next=1, seconds=20)

    async def impatient(call):
        call.http.timeout = httpx2.Timeout(0.5)
        return await publish.send(call, Draft("Hello"))

    with pytest.raises(Unsure):
        playground.do(bakery, impatient)
    assert playground.stats["accepted"] == 1


def test_reading_can_fail_too(playground, bakery):
    playground.fault("fail_before", next=1, calls="reads")
    assert playground.post(bakery, "Hello")
    with pytest.raises(TryLater):
        is_there(playground, bakery)
    assert is_there(playground, bakery)


def test_a_fault_can_be_for_one_account_only(playground, bakery):
    playground.fault("revoked", probability=1, account="@Bakery", calls="all")
    assert playground.post(playground.sign_up("eve"), "Hello")
    with pytest.raises(Reconnect):
        playground.post(bakery, "Hello")


def test_processing_makes_every_post_wait(playground, bakery):
    playground.settings(processing_seconds=600)
    playground.fault("processing", probability=1)
    sent = playground.do(bakery, lambda call: publish.send(call, Draft("Hello")))
    assert isinstance(sent, Settling)


def test_messages_can_arrive_twice(playground, bakery):
    playground.say("mia", "Hello @bakery", mention="bakery")
    playground.fault("twice", next=1, calls="reads")
    since = datetime.now(UTC) - timedelta(days=1)
    read = lambda: playground.do(bakery, lambda c: network.community.inbox(c, since, ()))  # noqa: E731
    first, second = read()
    assert first == second
    assert len(read()) == 1


def test_faults_survive_a_restart(tmp_path):
    with running(tmp_path) as own:
        own.fault("revoked", probability=1, account="bakery")
        own.kill()
        own.start()
        [fault] = own.control("faults")
        assert (fault["kind"], fault["account"]) == ("revoked", "bakery")


def test_everything_works_again(playground, bakery):
    playground.fault("fail_before", probability=1)
    playground.control("faults/clear", {})
    assert playground.post(bakery, "Hello")


def test_the_same_seed_draws_the_same_faults():
    def day(seed: int) -> list[bool]:
        board = Switchboard(seed, [Fault("fail_after", probability=0.5)])
        return [bool(board.draw(["fail_after"], "bakery", "writes")) for _ in range(200)]

    assert day(1) == day(1)
    assert day(1) != day(2)
    assert 70 < sum(day(1)) < 130


def test_only_one_thing_goes_wrong_with_a_request():
    board = Switchboard(1, [Fault(kind, left=1) for kind in KINDS])
    drawn = [board.draw(["revoked", "slow_down"], "bakery", "writes") for _ in range(3)]
    assert [fault and fault.kind for fault in drawn] == ["revoked", "slow_down", None]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"kind": "earthquake", "next": 1},
        {"kind": "slow", "next": "many"},
        {"kind": "slow", "probability": 2},
        {"kind": "slow", "probability": "nan"},
        {"kind": "slow", "next": 1, "calls": "sometimes"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_a_sentence(playground, nonsense):
    with pytest.raises(urllib.error.HTTPError) as refused:
        playground.control("faults", nonsense)
    assert refused.value.code == 422
    assert json.load(refused.value)["problem"].endswith(".")


# --- who may turn the switches ------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"X-Forwarded-For": "203.0.113.9"},
        {"Host": "evil.example"},
    ],
)
def test_the_control_room_answers_to_this_machine_only(playground, headers):
    request = urllib.request.Request(f"{playground.url}/control/reset", b"{}", headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 403
    refused.value.close()


def test_an_account_sees_no_post_of_another_by_its_number(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    eve = playground.sign_up("eve")
    headers = {"Authorization": f"Bearer {eve.secret['token']}"}
    request = urllib.request.Request(f"{playground.url}/api/posts/{remote_id}", None, headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert refused.value.code == 404
    refused.value.close()


# --- the promise under fire ---------------------------------------------------------------


async def surely(call: Call, text: str, since: datetime) -> None:
    """What Clarion's engine does, in small: look before sending again."""
    draft = Draft(text)
    while True:
        try:
            await publish.send(call, draft)
        except Unsure:
            if await publish.find(call, draft, since, ()):
                return
        except TryLater:
            pass
        else:
            return


def test_who_looks_before_sending_again_says_everything_once(tmp_path):
    with running(tmp_path) as own:
        bakery, since = own.sign_up(), datetime.now(UTC)
        for kind in ("lose_answer", "fail_after", "fail_before", "slow_down"):
            own.fault(kind, probability=0.15)

        async def all_of_them(call: Call) -> None:
            for number in range(60):
                await surely(call, f"Post {number}", since)

        own.do(bakery, all_of_them)
        assert own.stats["accepted"] == 60
        assert own.stats["duplicates"] == []
        assert own.stats["fired"]["lose_answer"] > 0


def test_every_post_that_was_acknowledged_before_a_kill_is_there_after_it(tmp_path):
    with running(tmp_path) as own:
        bakery, told = own.sign_up(), []
        own.settings(per_hour=0)

        async def until_it_dies(call) -> None:
            for number in range(1000):
                told.append((await publish.send(call, Draft(f"Post {number}"))).remote_id)
                if number == 40:
                    own.kill()

        with pytest.raises(NetworkError):
            own.do(bakery, until_it_dies)
        own.start()
        assert len(told) == 41
        assert own.stats["accepted"] >= len(told)
        counted = own.do(bakery, lambda c: network.measurement.counts(c, told))
        assert set(counted) == set(told)


# --- nonsense -----------------------------------------------------------------------------

NONSENSE = ("x", "p0", "p1-c1", "sx", "d-1-mia", "\ud800", "\0", "💥" * 600, "9" * 40, "nan")
NONSENSE += (None, -1, 10**30, 1e308, ["x"], [{}], {"a": []})
NONSENSE += ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
WORDS = [word for word in NONSENSE if isinstance(word, str) and word != "\ud800"]
BODIES = {
    "/api/accounts": ("handle", "name"),
    "/api/posts": ("text", "link", "reply_to", "root", "quote", "direct", "languages", "media"),
    "/api/promotions": ("post", "budget", "currency", "until", "key"),
    "/control/faults": ("kind", "account", "calls", "probability", "next", "seconds"),
    "/control/settings": ("answer_after", "per_hour", "talk", "subjects"),
    "/control/time": ("hours", "days", "speed"),
    "/control/say": ("author", "text", "on", "mention", "direct", "mood", "at", "where"),
    "/control/post": ("account", "text", "at", "language"),
    "/control/revoke": ("account",),
}
GOOD = {"text": "Hello", "handle": "eve", "account": "bakery", "author": "mia", "post": "p1"}
GOOD |= {"budget": "5.00", "currency": "EUR", "kind": "twice", "until": "2100-01-01T00:00:00Z"}
QUERIES = {
    "/api/me/posts": ("cursor",),
    "/api/counts": ("id",),
    "/api/inbox": ("since", "skip"),
    "/api/search": ("words", "since"),
    "/api/promotions": ("key",),
    "/api/spend": ("since",),
    "/": ("before",),
    "/shop": ("clk",),
}
FINE = {"since": "2026-01-01T00:00:00+00:00", "words": "bread"}
PATHS = ("/api/tickets/", "/api/posts/", "/p/", "/media/", "/@", "/")


def _requests() -> Iterator[tuple[str, str, dict[str, str] | bytes]]:
    """Every call, with every kind of nonsense in every place."""
    for path, keys in BODIES.items():
        for key, value in product(keys, NONSENSE):
            body = {k: GOOD[k] for k in keys if k in GOOD} | {key: value}
            yield "POST", path, json.dumps(body).encode()
    for path, keys in QUERIES.items():
        for key, value in product(keys, WORDS):
            yield "GET", path, {k: FINE[k] for k in keys if k in FINE} | {key: value}
    for path, value in product(PATHS, WORDS):
        yield "GET", path + quote(value, safe=""), {}


def test_nothing_that_is_sent_breaks_the_server(playground, bakery):
    playground.post(bakery, "Hello")
    headers = {"Authorization": f"Bearer {bakery.secret['token']}"}

    async def all_of_it(http: httpx2.AsyncClient) -> list[tuple[object, ...]]:
        broken = []
        for method, path, said in _requests():
            how = {"content": said} if isinstance(said, bytes) else {"params": said}
            answer = await http.request(method, playground.url + path, headers=headers, **how)
            if answer.status_code >= 500:
                broken.append((method, path, said))
            if path.startswith("/control"):
                playground.control("faults/clear", {})
        return broken

    assert len(list(_requests())) > 500
    assert playground.run(all_of_it) == []
