"""The Playground over HTTP, through its adapter, as Clarion uses it."""

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.playground_kit import SRC, Running, running

from clarion.networks.base import (
    Call,
    Draft,
    Grant,
    Live,
    Media,
    Message,
    Ready,
    Reconnect,
    Refused,
    Settling,
    StartOver,
    TryLater,
)
from clarion.networks.playground.network import network

publish = network.publish
LONG_AGO = timedelta(days=1)


@pytest.fixture
def bakery(playground: Running) -> Grant:
    return playground.sign_up("bakery")


def find(place: Running, grant: Grant, draft: Draft, known: tuple[str, ...] = ()):
    since = datetime.now(UTC) - LONG_AGO
    return place.do(grant, lambda call: publish.find(call, draft, since, known))


def inbox(place: Running, grant: Grant) -> list[Message]:
    since = datetime.now(UTC) - LONG_AGO
    return list(place.do(grant, lambda call: network.community.inbox(call, since, ())))


# --- connecting ---------------------------------------------------------------------------


def test_the_same_handle_is_the_same_account(playground, bakery):
    again = playground.sign_up("@Bakery")
    assert again.remote_id == bakery.remote_id
    assert again.secret["token"] != bakery.secret["token"]


def test_a_handle_that_is_none_is_refused_in_a_sentence(playground):
    with pytest.raises(Refused, match=r"starts with a letter or digit\.$"):
        playground.sign_up("not a handle!")


def test_an_address_that_is_no_playground_is_refused(playground):
    answers = {"server": f"{playground.url}/shop?", "handle": "bakery"}
    with pytest.raises(Refused):
        playground.run(lambda http: network.connect.start(http, answers, "", ""))


def test_a_private_address_that_nobody_allowed_is_refused(playground):
    answers = {"server": "http://127.0.0.1:9", "handle": "bakery"}
    with pytest.raises(Refused, match="private network"):
        playground.run(lambda http: network.connect.start(http, answers, "", ""))


def test_keys_that_were_taken_back_need_a_new_connection(playground, bakery):
    playground.control("revoke", {"account": "bakery"})
    with pytest.raises(Reconnect):
        playground.post(bakery, "Hello")
    assert playground.post(playground.sign_up("bakery"), "Hello")


def test_the_limits_are_read_from_the_server(playground, bakery):
    playground.settings(per_hour=12)
    limits = playground.do(bakery, network.connect.limits)
    assert (limits.per_hour, limits.live) == (12, True)


# --- publishing ---------------------------------------------------------------------------


def test_a_post_can_be_found_again(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread")
    assert find(playground, bakery, Draft("Fresh bread")).remote_id == remote_id
    assert find(playground, bakery, Draft("Fresh bread"), (remote_id,)) is None
    assert find(playground, bakery, Draft("Other bread")) is None


def test_the_same_text_in_answer_to_something_else_is_something_else(playground, bakery):
    first = playground.post(bakery, "Hello")
    assert find(playground, bakery, Draft("Hello", reply_to=first)) is None
    answer = playground.post(bakery, "Hello", reply_to=first, root=first)
    assert find(playground, bakery, Draft("Hello", reply_to=first)).remote_id == answer


def test_a_post_from_before_is_not_this_one(playground, bakery):
    playground.post(bakery, "Hello")
    after = datetime.now(UTC)
    draft = Draft("Hello")
    assert playground.do(bakery, lambda c: publish.find(c, draft, after, ())) is None


def test_finding_looks_through_every_page(playground, bakery):
    playground.settings(per_hour=0)
    first = playground.post(bakery, "The first of many")

    async def many(call: Call) -> None:
        for number in range(120):
            await publish.send(call, Draft(f"Post {number}"))

    playground.do(bakery, many)
    assert find(playground, bakery, Draft("The first of many")).remote_id == first


def test_the_same_post_sent_twice_is_two_posts(playground, bakery):
    assert playground.post(bakery, "Hello") != playground.post(bakery, "Hello")
    [twice] = playground.stats["duplicates"]
    assert (twice["account"], twice["text"], twice["times"]) == ("bakery", "Hello", 2)
    [ref] = playground.stats["repeated_refs"]
    assert (ref["ref"], ref["times"]) == ("d1", 2)


def test_what_the_check_lets_through_the_server_takes(playground, bakery):
    draft = Draft("👨‍👩‍👧‍👦" * 500)
    assert publish.check(draft, network.limits) == []
    assert playground.post(bakery, draft.text)
    longer = Draft("👨‍👩‍👧‍👦" * 501)
    assert len(publish.check(longer, network.limits)) == 1
    with pytest.raises(Refused, match="1 character too long"):
        playground.post(bakery, longer.text)


def test_a_taken_down_post_is_gone_and_can_be_taken_down_again(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    for _ in range(2):
        playground.do(bakery, lambda call: publish.remove(call, remote_id))
    assert find(playground, bakery, Draft("Hello")) is None
    assert playground.stats["live"] == 0


def test_nobody_takes_down_the_post_of_another(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    eve = playground.sign_up("eve")
    playground.do(eve, lambda call: publish.remove(call, remote_id))
    assert playground.stats["live"] == 1


def test_pictures_travel_with_their_description(playground, bakery, tmp_path):
    path = tmp_path / "loaf.png"
    path.write_bytes(b"\x89PNG not really")
    loaf = Media("image", "image/png", 16, alt="A loaf & a knife", path=path)
    remote_id = playground.post(bakery, "Look", media=[loaf])
    page = playground.page(f"/p/{remote_id[1:]}")
    assert 'alt="A loaf &amp; a knife"' in page


def test_a_film_is_processed_before_it_is_live(playground, bakery, tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    film = Media("video", "video/mp4", 4, alt="A film", path=path)
    playground.settings(processing_seconds=600)
    draft = Draft("Look", media=[film])
    settling = playground.do(bakery, lambda call: publish.send(call, draft))
    assert isinstance(settling, Settling)
    assert not settling.public
    assert find(playground, bakery, draft) is None
    assert isinstance(
        playground.do(bakery, lambda c: publish.poll(c, settling.ticket)), Settling
    )


def test_a_container_that_is_done_makes_one_post_however_often_it_is_published(
    playground, bakery, tmp_path
):
    ticket = container(playground, bakery, tmp_path)
    assert playground.do(bakery, lambda c: publish.poll(c, ticket)) == Ready(ticket)
    assert playground.stats["live"] == 0
    once, again = (released(playground, bakery, ticket) for _ in range(2))
    assert once == again
    assert playground.stats["live"] == 1


def test_a_container_that_was_not_published_in_time_is_gone(playground, bakery, tmp_path):
    playground.fault("expire", next=1)
    ticket = container(playground, bakery, tmp_path)
    with pytest.raises(StartOver):
        released(playground, bakery, ticket)


def test_an_unreadable_film_is_refused(playground, bakery, tmp_path):
    playground.fault("broken", next=1)
    ticket = container(playground, bakery, tmp_path)
    with pytest.raises(Refused, match="cannot read this film"):
        playground.do(bakery, lambda c: publish.poll(c, ticket))


def container(playground, bakery, tmp_path):
    """The ticket of a film in a container."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    playground.settings(processing_seconds=0)
    draft = Draft("Look", media=[Media("video", "video/mp4", 4, alt="A film", path=path)])
    return playground.do(bakery, lambda call: publish.send(call, draft)).ticket


def released(playground, bakery, ticket):
    return playground.do(
        bakery, lambda call: publish.send(replace(call, ticket=ticket), Draft("Look"))
    )


def test_a_refresh_token_opens_once_and_takes_everything_along_when_used_again(
    playground, bakery
):
    playground.settings(key_seconds=3600)
    grant = playground.sign_up("aging")
    younger = playground.do(grant, network.connect.refresh)
    assert younger.secret["token"] != grant.secret["token"]
    assert playground.do(grant, network.connect.refresh)  # the answer may have been lost
    younger = playground.do(grant, network.connect.refresh)
    playground.do(younger, network.connect.limits)  # it arrived
    with pytest.raises(Reconnect):
        playground.do(grant, network.connect.refresh)
    assert playground.stats["refresh_tokens_reused"] == 1
    with pytest.raises(Reconnect):
        playground.do(younger, network.connect.limits)


def test_a_key_that_has_aged_is_refused(playground):
    playground.settings(key_seconds=0.001)
    grant = playground.sign_up("aged")
    with pytest.raises(Reconnect):
        playground.do(grant, network.connect.limits)


def test_a_processed_post_becomes_live(playground, bakery):
    playground.settings(processing_seconds=0)
    playground.fault("processing", next=1)
    assert playground.post(bakery, "Hello")


def test_past_the_hourly_limit_it_says_when_to_go_on(playground, bakery):
    playground.settings(per_hour=2)
    for text in ("One", "Two"):
        playground.post(bakery, text)
    with pytest.raises(TryLater) as later:
        playground.post(bakery, "Three")
    wait = later.value.at - datetime.now(UTC)
    assert timedelta(minutes=59) < wait < timedelta(minutes=61)


def test_an_answer_to_what_is_gone_is_refused(playground, bakery):
    with pytest.raises(Refused, match="gone"):
        playground.post(bakery, "Hello", reply_to="p999")


def test_an_accepted_post_survives_kill_minus_nine(tmp_path):
    with running(tmp_path) as own:
        bakery = own.sign_up()
        remote_id = own.post(bakery, "Hello")
        own.kill()
        own.start()
        assert find(own, bakery, Draft("Hello")).remote_id == remote_id


# --- talking ------------------------------------------------------------------------------


def test_people_comment_as_time_goes_by(playground, bakery):
    remote_id = playground.post(bakery, "Who wants fresh bread from our bakery? #bread")
    assert inbox(playground, bakery) == []
    playground.settings(talk=0)
    playground.forward(hours=48)
    comments = inbox(playground, bakery)
    counted = playground.do(bakery, lambda c: network.measurement.counts(c, [remote_id]))
    assert len(comments) == counted[remote_id]["comments"] > 0
    assert {(m.kind, m.on) for m in comments} == {("comment", remote_id)}


def test_what_was_heard_is_heard_in_the_same_way_again(playground, bakery):
    playground.post(bakery, "Who wants fresh bread?")
    playground.forward(hours=100)
    assert inbox(playground, bakery) == inbox(playground, bakery) != []


def test_a_scripted_comment_mention_and_message_arrive(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    playground.say("mia", "Nice!", on=remote_id, mood="happy")
    playground.say("mia", "Where is @bakery?", mention="bakery")
    playground.say("mia", "May I ask you something?", direct="bakery")
    heard = inbox(playground, bakery)
    assert [(m.kind, m.author, m.on) for m in heard] == [
        ("comment", "mia", remote_id),
        ("mention", "mia", ""),
        ("direct", "mia", ""),
    ]


def test_an_answer_in_private_stays_in_its_thread_and_out_of_the_feed(playground, bakery):
    playground.say("mia", "May I ask you something?", direct="bakery")
    [question] = inbox(playground, bakery)
    playground.post(bakery, "Of course, tell me", direct=question.thread)
    assert "Of course" not in playground.page("/")
    playground.say("mia", "Great", direct="bakery")
    assert {m.thread for m in inbox(playground, bakery)} == {question.thread}


def test_the_page_the_inbox_and_the_count_agree_about_comments(playground, bakery):
    playground.settings(talk=0)
    remote_id = playground.post(bakery, "Who wants fresh bread from our bakery? #bread")
    playground.forward(hours=48)
    for comment in inbox(playground, bakery):
        playground.post(bakery, "You do", reply_to=comment.remote_id, root=remote_id)
    playground.say("mia b", "Me too", on=f"{remote_id}-c1")
    playground.forward(hours=5)
    counted = playground.do(bakery, lambda c: network.measurement.counts(c, [remote_id]))
    heard = inbox(playground, bakery)
    assert {m.remote_id.partition("-")[2][:1] for m in heard} == {"c", "t", ""}
    ours = len([m for m in heard if "-c" in m.remote_id])
    assert counted[remote_id]["comments"] == len(heard) + ours
    assert f"Comments ({len(heard) + ours})" in playground.page(f"/p/{remote_id[1:]}")


def test_thanks_stay_in_the_thread_that_was_answered(playground, bakery):
    playground.settings(talk=0)
    playground.post(bakery, "Who wants fresh bread from our bakery? #bread")
    playground.forward(hours=48)
    threads = {m.thread for m in inbox(playground, bakery)}
    for comment in inbox(playground, bakery):
        playground.post(bakery, "You do", reply_to=comment.remote_id)
    playground.forward(hours=5)
    assert {m.thread for m in inbox(playground, bakery)} == threads


def test_other_accounts_are_heard_too(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    eve = playground.sign_up("eve")
    playground.post(eve, "Good morning", reply_to=remote_id, root=remote_id)
    playground.post(eve, "I like @bakery")
    playground.post(eve, "Look at this", quote=remote_id)
    heard = inbox(playground, bakery)
    assert [(m.kind, m.author) for m in heard] == [
        ("comment", "eve"),
        ("mention", "eve"),
        ("quote", "eve"),
    ]


def test_a_busy_inbox_is_read_to_its_end(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    for number in range(510):
        playground.say("mia", f"Comment {number}", on=remote_id)
    assert len(inbox(playground, bakery)) == 510


def test_strangers_talk_about_an_account_and_to_it(playground, bakery):
    playground.forward(hours=24 * 10)
    kinds = {m.kind for m in inbox(playground, bakery)}
    assert kinds == {"mention", "direct"}


# --- listening ----------------------------------------------------------------------------


def search(place: Running, grant: Grant, words: str) -> list[Message]:
    since = datetime.now(UTC) - LONG_AGO
    return list(place.do(grant, lambda call: network.listening.search(call, words, since)))


def test_search_finds_public_posts_with_all_the_words(playground, bakery):
    playground.say("mia", "The oat milk here is great")
    playground.say("ben", "Oat flakes and cow milk")
    playground.say("eve", "Milk the cow")
    assert [m.author for m in search(playground, bakery, "oat milk")] == ["mia", "ben"]
    assert [m.author for m in search(playground, bakery, '"oat milk"')] == ["mia"]


def test_private_messages_are_never_found(playground, bakery):
    playground.say("mia", "A secret about oat milk", direct="bakery")
    assert search(playground, bakery, "oat") == []


def test_strangers_talk_about_the_subjects_that_were_set(playground, bakery):
    playground.settings(subjects="oat milk, rye")
    playground.forward(hours=48)
    found = search(playground, bakery, '"oat milk"')
    assert found
    assert {m.kind for m in found} == {"post"}


def test_the_stream_tells_what_is_said_while_it_is_open(playground, bakery):
    async def listen(call: Call) -> Message:
        stream = network.streaming.stream(call, ["milk"])
        waiting = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(playground.say, "ben", "Only water")
        await asyncio.to_thread(playground.say, "mia", "Oat milk!")
        message = await waiting
        await stream.aclose()
        return message

    assert playground.do(bakery, listen).author == "mia"


def test_the_adapter_brings_no_server_with_it():
    code = "import sys, clarion.networks.playground.network; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(run.stdout.split())
    assert not loaded & {"granian", "sqlite3", "django", "clarion.networks.playground.server"}


# --- numbers ------------------------------------------------------------------------------


def test_numbers_only_grow(playground, bakery):
    playground.settings(talk=0)
    remote_id = playground.post(bakery, "Fresh bread, who wants some?", link="http://x.example")
    before = dict.fromkeys(network.measurement.metrics, 0)
    for hours in (0.5, 2, 6, 24, 100, 800):
        playground.forward(hours)
        counted = playground.do(bakery, lambda c: network.measurement.counts(c, [remote_id]))
        now = counted[remote_id]
        assert all(now[metric] >= before[metric] for metric in before)
        before = now
    assert before["views"] > before["likes"] > 0
    assert before["clicks"] > 0


def test_numbers_of_what_is_gone_are_unknown_not_zero(playground, bakery):
    gone = playground.post(bakery, "Hello")
    playground.do(bakery, lambda call: publish.remove(call, gone))
    ids = [gone, "p999", "nonsense"]
    assert playground.do(bakery, lambda c: network.measurement.counts(c, ids)) == {}


def test_the_account_has_followers_who_become_more(playground, bakery):
    before = playground.do(bakery, network.measurement.account)
    playground.post(bakery, "Fresh bread for everybody, who wants some? #bread")
    playground.forward(hours=24 * 30)
    after = playground.do(bakery, network.measurement.account)
    assert after.followers > before.followers > 0
    assert (before.posts, after.posts) == (0, 1)


# --- promotions ---------------------------------------------------------------------------


def promote(place: Running, grant: Grant, remote_id: str, key: str = "ad1") -> Live:
    until = datetime.now(UTC) + timedelta(days=7)
    return place.do(
        grant,
        lambda c: network.ads.promote(c, remote_id, Decimal("25.00"), "EUR", until),
        key=key,
    )


def spent(place: Running, grant: Grant) -> Decimal:
    since = datetime.now(UTC).date() - LONG_AGO
    return sum(s.amount for s in place.do(grant, lambda c: network.ads.spend(c, since)))


def test_a_promotion_spends_its_budget_and_not_a_cent_more(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread from our bakery, who wants some? #bread")
    promote(playground, bakery, remote_id)
    totals = [spent(playground, bakery)]
    for hours in (1, 12, 48, 60, 60, 2000):
        playground.forward(hours)
        totals.append(spent(playground, bakery))
    assert totals == sorted(totals)
    assert totals[0] == 0
    assert Decimal("20") < totals[-1] <= Decimal("25.00")
    assert totals[-1] == totals[-2]


def test_a_promotion_brings_views(playground, bakery):
    one, other = (playground.post(bakery, f"Bread number {n}") for n in (1, 2))
    promote(playground, bakery, one)
    playground.forward(hours=200)
    counted = playground.do(bakery, lambda c: network.measurement.counts(c, [one, other]))
    assert counted[one]["views"] > counted[other]["views"] + 1000


def test_a_stopped_promotion_spends_no_more(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread")
    ad = promote(playground, bakery, remote_id)
    playground.forward(hours=50)
    playground.do(bakery, lambda c: network.ads.stop(c, ad.remote_id))
    before = spent(playground, bakery)
    playground.forward(hours=200)
    assert 0 < spent(playground, bakery) == before


def test_a_promotion_is_found_by_its_key(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread")
    ad, since = promote(playground, bakery, remote_id), datetime.now(UTC) - LONG_AGO

    def look(key: str) -> Live | None:
        return playground.do(bakery, lambda c: network.ads.find(c, remote_id, since), key=key)

    assert look("ad1").remote_id == ad.remote_id
    assert look("ad2") is None


def test_the_same_key_is_the_same_promotion(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread")
    assert promote(playground, bakery, remote_id) == promote(playground, bakery, remote_id)


def test_nobody_promotes_the_post_of_another(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread")
    with pytest.raises(Refused):
        promote(playground, playground.sign_up("eve"), remote_id)
