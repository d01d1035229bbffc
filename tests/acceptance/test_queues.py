"""Slots, queues, evergreens, distance and boards, as people use them."""

import json
import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from asgiref.sync import async_to_sync

from clarion.accounts.actions import issue_token
from clarion.channels.line import line
from clarion.interfaces.worker.steps import STEPS
from clarion.publishing.models import Delivery, Repeat

MONDAY = datetime(2027, 3, 1, 7, tzinfo=UTC)  # eight in Berlin


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def api(client, space, boss):
    membership = space.memberships.get(role="owner")
    _, key = issue_token(membership, "script", sorted(boss.may), by=boss)

    def ask(method, path, body=None):
        return client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body or {}),
            "application/json",
            headers={"Authorization": f"Bearer {key}"},
        )

    return ask


@pytest.fixture
def slots(inside, channel):
    """Nine and noon from Monday to Friday, typed into the page of the queue."""
    for time in ("09:00", "12:00"):
        said = {"days": ["0", "1", "2", "3", "4"], "time": time}
        assert inside.post(f"/w/bakery/queues/{channel.pk}/slots/add/", said).status_code == 302


def composed(inside, channel, text, do, **more):
    """Write it in the composer and press a button."""
    said = {"text": text, "channels": [channel.pk], "do": do, "zone": "Europe/Berlin", **more}
    return inside.post("/w/bakery/compose/", said, follow=True)


def waiting(inside, channel):
    """What the page of the queue shows, in its order: (words, when)."""
    page = inside.get(f"/w/bakery/queues/{channel.pk}/").content.decode()
    rows = re.findall(r'<li class="q-item".*?</li>', page, re.S)
    told = [
        (re.search(r'clamp-2"[^>]*>([^<]*)<', row)[1], re.search(r"<time[^>]*>([^<]*)", row)[1])
        for row in rows
    ]
    return [(words.strip(), when.strip()) for words, when in told]


@async_to_sync
async def _publish():
    async with line():
        for _ in range(4):
            for step in (s for s in STEPS if s.model in (Delivery, Repeat)):
                await step.turn()


def live_until(clock, at, end):
    """The worker, from one thing that is due to the next."""
    while True:
        _publish()
        rows = [
            *Delivery.objects.filter(state="planned").values_list("due_at", flat=True),
            *Repeat.objects.filter(state="on").values_list("due_at", flat=True),
        ]
        ahead = [due for due in rows if due and at < due <= end]
        if not ahead:
            return
        at = min(ahead)
        clock.move_to(at)


@pytest.mark.accepts("HS-7")
def test_slots_are_used_in_turn_and_a_paused_queue_goes_on_without_a_burst(
    inside, slots, channel, clock, playground
):
    said = composed(inside, channel, "Rye", "queue").content.decode()
    assert "In the queue: it goes out Mon 1 Mar, 09:00 Europe/Berlin" in said
    for words in ("Wheat", "Spelt", "Oats"):
        composed(inside, channel, words, "queue")
    assert [words for words, _ in waiting(inside, channel)] == ["Rye", "Wheat", "Spelt", "Oats"]
    inside.post(f"/w/bakery/queues/{channel.pk}/pause/")
    clock.move_to(MONDAY + timedelta(hours=6))  # two slots have gone by
    _publish()
    assert playground.stats["accepted"] == 0
    page = inside.get(f"/w/bakery/queues/{channel.pk}/").content.decode()
    assert "Everything in this queue waits" in page
    said = inside.post(f"/w/bakery/queues/{channel.pk}/resume/", follow=True).content.decode()
    assert "2 that missed their slot took the next free ones" in said
    _publish()
    assert playground.stats["accepted"] == 0
    assert [w for w, _ in waiting(inside, channel)] == ["Spelt", "Oats", "Rye", "Wheat"]
    times = list(Delivery.objects.order_by("planned_for").values_list("planned_for", flat=True))
    for n, at in enumerate(times, 1):
        clock.move_to(at)
        _publish()
        assert playground.stats["accepted"] == n


@pytest.mark.accepts("BU-1")
def test_queue_next_now_and_custom_do_what_they_are_called(
    inside, slots, channel, clock, playground
):
    composed(inside, channel, "Rye", "queue")
    composed(inside, channel, "Wheat", "queue")
    said = composed(inside, channel, "News", "next").content.decode()
    assert "In the queue: it goes out Mon 1 Mar, 09:00 Europe/Berlin" in said
    assert [w for w, _ in waiting(inside, channel)] == ["News", "Rye", "Wheat"]
    composed(inside, channel, "At once", "now")
    _publish()
    assert playground.stats["accepted"] == 1
    composed(inside, channel, "By hand", "schedule", day="2027-03-02", hour="12:00")
    composed(inside, channel, "Spelt", "queue")  # Tuesday noon is taken by hand
    by_words = {d.variant.words: d.planned_for for d in Delivery.objects.all()}
    assert by_words["By hand"] == datetime(2027, 3, 2, 11, tzinfo=UTC)
    assert by_words["Spelt"] == datetime(2027, 3, 3, 8, tzinfo=UTC)


@pytest.mark.accepts("BU-1")
def test_the_order_is_dragged_and_taken_back(inside, slots, channel):
    for words in ("Rye", "Wheat", "Spelt"):
        composed(inside, channel, words, "queue")
    before = waiting(inside, channel)
    ids = list(Delivery.objects.order_by("planned_for").values_list("pk", flat=True))
    here = f"/w/bakery/queues/{channel.pk}/order/"
    dropped = {"order": f"{ids[2]} {ids[0]} {ids[1]}"}
    said = inside.post(here, dropped, headers={"Accept": "application/json"}).json()
    after = waiting(inside, channel)
    assert [w for w, _ in after] == ["Spelt", "Rye", "Wheat"]
    assert [at for _, at in after] == [at for _, at in before]  # the places keep their times
    inside.post(said["undo"])
    assert waiting(inside, channel) == before
    inside.post(here, {"delivery": ids[0], "by": "1"})  # with the keyboard, without a script
    assert [w for w, _ in waiting(inside, channel)] == ["Wheat", "Rye", "Spelt"]


def evergreen(api, channel, label="Tips"):
    """A post with a label that has slots of its own: Tuesday and Friday at ten."""
    week = [{"weekday": d, "minute": 600, "label": label} for d in (1, 4)]
    week.append({"weekday": 0, "minute": 540})
    assert api("PUT", f"/channels/{channel.pk}/queue/slots", {"slots": week}).status_code == 200
    said = {"text": "Keep rye in linen", "channels": [channel.pk], "labels": [label]}
    post = api("POST", "/posts", said).json()
    assert api("POST", f"/posts/{post['id']}/queue").status_code == 200
    return post["id"]


@pytest.mark.accepts("AG-9")
def test_an_evergreen_recycles_in_its_category_within_its_limits(
    api, channel, clock, playground, rows
):
    strict = 'same_text = { value = 1, unit = "posts", source = "docs" }'
    rows.change("playground", "media =", f"{strict}\nmedia =")
    post = evergreen(api, channel)
    terms = {"every_days": 14, "most": 5}
    refused = api("POST", f"/posts/{post}/repeats", terms)
    assert refused.status_code == 422
    assert "refuses the same words twice" in refused.json()["problem"]
    words = ["Linen keeps rye fresh", "Rye likes linen"]
    row = api("POST", f"/posts/{post}/repeats", {**terms, "words": words}).json()
    assert row["state"] == "on"
    live_until(clock, MONDAY, MONDAY + timedelta(days=120))
    out = Delivery.objects.filter(state="live").order_by("live_at")
    assert [d.said for d in out] == ["Keep rye in linen", *words]
    assert {d.planned_for.weekday() for d in out} <= {1, 4}
    gaps = [b.live_at.date() - a.live_at.date() for a, b in pairwise(out)]
    assert min(gaps) >= timedelta(days=14)
    told = api("GET", f"/repeats/{row['id']}").json()
    assert told["state"] == "over"
    assert "takes none twice" in told["problem"]


@pytest.mark.accepts("TW-3")
def test_a_loop_keeps_its_season_and_its_number(api, channel, clock, playground):
    post = evergreen(api, channel)
    terms = {"every_days": 7, "most": 3, "season": ["03-20", "04-10"]}
    row = api("POST", f"/posts/{post}/repeats", terms).json()
    assert [at[:10] for at in row["ahead"][:3]] == ["2027-03-23", "2027-03-30", "2027-04-06"]
    live_until(clock, MONDAY, MONDAY + timedelta(days=500))
    again = Delivery.objects.filter(variant__post__repetition__isnull=False, state="live")
    days = [f"{d.live_at:%Y-%m-%d}" for d in again.order_by("live_at")]
    assert days == ["2027-03-23", "2027-03-30", "2027-04-06"]
    assert api("GET", f"/repeats/{row['id']}").json()["state"] == "over"


@pytest.mark.accepts("TW-2")
def test_the_same_link_is_not_repeated_within_the_days_of_the_account(
    inside, slots, channel, api
):
    inside.post(f"/w/bakery/queues/{channel.pk}/spacing/", {"days": "7", "block": "on"})
    composed(inside, channel, "Rye", "queue", link="https://bakery.example/rye")
    said = composed(
        inside,
        channel,
        "Rye again",
        "schedule",
        link="https://bakery.example/rye/?utm_source=x",
        day="2027-03-03",
        hour="10:00",
    ).content.decode()
    assert "7 days must lie between" in said
    composed(inside, channel, "Rye in March", "queue", link="https://bakery.example/rye")
    by_words = {d.variant.words: d.planned_for for d in Delivery.objects.all()}
    assert by_words == {
        "Rye": datetime(2027, 3, 1, 8, tzinfo=UTC),
        "Rye in March": datetime(2027, 3, 8, 8, tzinfo=UTC),
    }


@pytest.mark.accepts("TW-1")
def test_one_pin_goes_to_several_boards_days_apart_with_each_date_shown_first(
    api, space, boss, playground, png
):
    from clarion.channels import actions as channels
    from clarion.content import library

    answers = {"server": playground.url, "handle": "pins", "practises": "pinterest"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    assert "board" in [option.key for option in channel.network.options]
    medium = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    said = {
        "text": "Rye in linen",
        "channels": [channel.pk],
        "media": [medium.pk],
        "variants": [{"channel": channel.pk, "options": {"title": "Rye"}, "surface": "pin"}],
    }
    post = api("POST", "/posts", said).json()["id"]
    body = {
        "option": "board",
        "values": ["Bread", "Kitchen", "Rye"],
        "start": "2027-03-21T09:00",
        "every_days": 7,
    }
    shown = api("POST", f"/posts/{post}/spread?dry_run=true", body)
    assert shown.status_code == 200, shown.content
    stops = [(s["name"], s["at"][:16]) for s in shown.json()["stops"]]
    assert stops == [  # nine on the wall, before and after the change of clocks
        ("Bread", "2027-03-21T09:00"),
        ("Kitchen", "2027-03-28T09:00"),
        ("Rye", "2027-04-04T09:00"),
    ]
    assert not Delivery.objects.exists()
    assert len(api("POST", f"/posts/{post}/spread", body).json()["posts"]) == 3
    planned = Delivery.objects.order_by("planned_for")
    local = [d.planned_for.astimezone(space.zone).isoformat()[:16] for d in planned]
    boards = [d.variant.options["board"] for d in planned]
    assert list(zip(boards, local, strict=True)) == stops
