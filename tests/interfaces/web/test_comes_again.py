"""A post comes again, or goes over boards, from its own page; dates are seen first."""

from datetime import UTC, datetime

import pytest
import time_machine

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.publishing import actions as publishing
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
def post(space, channel, boss):
    at = datetime(2027, 3, 6, 8, tzinfo=UTC)
    made = content.write(space, "Market day", [channel], planned_for=at, by=boss)
    publishing.schedule(made, at, by=boss)
    return made


WEEKLY = {
    "how": "WEEKLY",
    "weekdays": ["SA"],
    "interval": "2",
    "first_date": "2027-03-08",
    "clock": "09:00",
    "words": "Market today\n---\nSee you on the square",
}


def test_its_dates_are_shown_and_nothing_is_saved(inside, post):
    here = f"/w/bakery/posts/{post.pk}/again/"
    assert here in inside.get(f"/w/bakery/posts/{post.pk}/").content.decode()
    page = inside.post(here, {**WEEKLY, "do": "show"}).content.decode()
    assert page.index("It would come") < page.index("Sat 13 Mar") < page.index("Sat 27 Mar")
    assert "Sat 20 Mar" not in page
    assert not Repeat.objects.exists()


def test_it_begins_and_one_day_is_left_out_and_put_back(inside, post):
    here = f"/w/bakery/posts/{post.pk}/again/"
    said = inside.post(here, {**WEEKLY, "do": "save"}, follow=True).content.decode()
    row = Repeat.objects.get()
    assert "Every 2 weeks on Sat at 09:00" in said
    assert row.state == "on"
    assert row.words == ["Market today", "See you on the square"]
    skip = f"/w/bakery/queues/repeats/{row.pk}/skip/"
    said = inside.post(skip, {"day": "2027-03-27"}, follow=True).content.decode()
    assert said.index("Left out: Sat 27 Mar 2027") > 0
    row.refresh_from_db()
    assert row.skipped == ["2027-03-27"]
    undo = f"/w/bakery/queues/repeats/{row.pk}/put-back/?day=2027-03-27"
    assert undo in said
    inside.post(undo)
    row.refresh_from_db()
    assert row.skipped == []
    assert inside.post(undo).status_code == 409


def test_what_a_left_out_day_called_off_is_planned_again(inside, post, work_again):
    here = f"/w/bakery/posts/{post.pk}/again/"
    inside.post(here, {**WEEKLY, "do": "save"})
    row = Repeat.objects.get()
    made = work_again(row)
    states = Delivery.objects.filter(variant__post=made).values_list("state", flat=True)
    steps = f"/w/bakery/queues/repeats/{row.pk}"
    inside.post(f"{steps}/skip/", {"day": "2027-03-13"})
    assert list(states.all()) == ["cancelled"]
    inside.post(f"{steps}/put-back/?day=2027-03-13")
    assert "planned" in list(states.all())


@pytest.fixture
def work_again():
    from clarion.publishing.planning import repeats

    return repeats.come_again


def test_a_refusal_keeps_what_was_typed(inside, post):
    here = f"/w/bakery/posts/{post.pk}/again/"
    said = {**WEEKLY, "how": "own", "rule": "FREQ=HOURLY", "do": "save"}
    answer = inside.post(here, said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "A post comes again daily, weekly, monthly or yearly." in page
    assert "FREQ=HOURLY" in page
    assert "See you on the square" in page
    assert not Repeat.objects.exists()


def test_a_pin_is_spread_over_boards_with_each_date_first(
    inside, space, boss, playground, png, post
):
    answers = {"server": playground.url, "handle": "pins", "practises": "pinterest"}
    [pins] = channels.start(space, "playground", answers, "", by=boss)
    loaf = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    own = {pins.pk: {"options": {"title": "Rye"}, "surface": "pin"}}
    pin = content.write(space, "Rye", [pins], media=[loaf], variants=own, by=boss)
    here = f"/w/bakery/posts/{pin.pk}/spread/"
    assert here in inside.get(f"/w/bakery/posts/{pin.pk}/").content.decode()
    said = {"values": "Bread\nKitchen", "start_date": "2027-03-21", "clock": "09:00"}
    said |= {"every_days": "14"}
    page = inside.post(here, {**said, "do": "show"}).content.decode()
    assert page.index("Sun 21 Mar") < page.index("Sun 4 Apr")
    assert not Delivery.objects.filter(channel=pins).exists()
    late = inside.post(here, {**said, "start_date": "2027-02-01", "do": "show"})
    assert late.status_code == 422
    assert "Kitchen" in late.content.decode()
    inside.post(here, {**said, "do": "save"})
    rows = Delivery.objects.filter(channel=pins).order_by("planned_for")
    assert [d.variant.options["board"] for d in rows] == ["Bread", "Kitchen"]
    nowhere = inside.get(f"/w/bakery/posts/{post.pk}/spread/").content.decode()
    assert "Nothing to spread it over" in nowhere
