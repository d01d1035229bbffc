"""Posts that come again: evergreens within their limits, and by a rule of the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync
from hypothesis import given
from hypothesis import strategies as st

from clarion.accounts.models import Notice
from clarion.channels.line import line
from clarion.content import actions as content
from clarion.interfaces.worker.steps import STEPS
from clarion.kit.errors import NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery, Repeat, Repetition
from clarion.publishing.planning import calendar_rules, queues, repeats
from clarion.publishing.planning.queues import Time
from clarion.publishing.planning.repeats import Terms

MONDAY = datetime(2027, 3, 1, 7, tzinfo=UTC)  # eight in Berlin


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def evergreen(space, channel, boss):
    """Slots at nine every day; a post that is out at the first of them."""
    queues.set_slots(channel, [Time(day, 540) for day in range(7)], by=boss)
    post = content.write(space, "We bake with rye", [channel], by=boss)
    publishing.add_to_queue(post, by=boss)
    return post


def times(post):
    made = Delivery.objects.filter(variant__post__repetition__origin=post)
    return [f"{d.planned_for:%d %b}" for d in made.order_by("planned_for")]


@async_to_sync
async def publish():
    """What the worker does for publishing, and nothing else."""
    async with line():
        for _ in range(3):
            for step in (s for s in STEPS if s.model in (Delivery, Repeat)):
                await step.turn()


def live(clock, until):
    """Let the days go by, from one thing that is due to the next."""
    while True:
        publish()
        rows = [
            *Delivery.objects.filter(state="planned").values_list("due_at", flat=True),
            *Repeat.objects.filter(state="on").values_list("due_at", flat=True),
        ]
        ahead = [at for at in rows if at and clock() < at <= until]
        if not ahead:
            return
        clock.goes_to(min(ahead))


@pytest.fixture
def clock(monday):
    class Clock:
        at = MONDAY

        def __call__(self):
            return self.at

        def goes_to(self, at):
            self.at = at
            monday.move_to(at)

    return Clock()


def test_an_evergreen_comes_again_as_often_and_as_far_apart_as_it_may(
    evergreen, boss, work, clock, playground
):
    repeats.start(evergreen, Terms(every_days=10, most=2), by=boss)
    work()
    assert times(evergreen) == ["11 Mar"]
    live(clock, MONDAY + timedelta(days=40))
    assert times(evergreen) == ["11 Mar", "21 Mar"]
    assert playground.stats["accepted"] == 3
    assert Repeat.objects.get().state == "over"


def test_a_season_is_kept_over_new_year(evergreen, boss, work):
    row = repeats.start(evergreen, Terms(every_days=1, season=("11-28", "01-02")), by=boss)
    work()
    assert times(evergreen) == ["28 Nov"]
    assert not row.in_season(date(2027, 1, 3))
    assert row.in_season(date(2027, 1, 2))


def test_wordings_take_turns_and_a_strict_network_gets_each_once(evergreen, boss, rows, clock):
    strict = 'same_text = { value = 1, unit = "posts", source = "docs" }'
    rows.change("playground", "media =", f"{strict}\nmedia =")
    with pytest.raises(NotYet, match="refuses the same words twice"):
        repeats.start(evergreen, Terms(every_days=5), by=boss)
    words = ["Rye it is", "Ours is rye"]
    repeats.start(evergreen, Terms(every_days=5, words=words), by=boss)
    live(clock, MONDAY + timedelta(days=30))
    said = Repetition.objects.order_by("number").values_list("post__text", flat=True)
    assert list(said) == words
    row = Repeat.objects.get()
    assert (row.state, "takes none twice" in row.problem) == ("over", True)


def test_every_time_is_a_post_of_its_own_with_the_yes_it_rests_on(evergreen, boss, work):
    repeats.start(evergreen, Terms(every_days=7), by=boss)
    work()
    made = Repetition.objects.get()
    assert made.origin == evergreen
    assert made.post.is_approved
    decision = made.post.decisions.get()
    assert (decision.by, decision.note) == (
        "Clarion, for Ada",
        "As agreed by Ada, time 1.",
    )


def test_a_changed_post_does_not_come_again_until_somebody_agrees(
    space, channel, boss, work, evergreen
):
    publishing.cancel(evergreen, by=boss)
    row = repeats.start(evergreen, Terms(every_days=7), by=boss)
    evergreen.refresh_from_db()
    content.edit(evergreen, version=evergreen.version, text="Now with oats", by=boss)
    work()
    assert not Repetition.objects.exists()
    row.refresh_from_db()
    assert row.state == "off"
    assert "changed after somebody agreed" in row.problem
    assert Notice.objects.filter(about=f"repeat:{row.pk}", solved_at=None).count() == 1
    with pytest.raises(NotYet, match="Approve the post itself first"):
        repeats.agree(row, by=boss)


def test_an_editor_sets_it_up_and_somebody_else_agrees(evergreen, member, boss, work):
    row = repeats.start(evergreen, Terms(every_days=7), by=member("editor").actor())
    work()
    assert (row.state, Repetition.objects.count()) == ("off", 0)
    repeats.agree(row, by=boss)
    work()
    assert Repetition.objects.count() == 1


def test_a_rule_keeps_the_hour_on_the_wall_over_the_change_of_clocks(evergreen, boss, clock):
    rule = Terms(rule="FREQ=WEEKLY;BYDAY=MO", first_date=date(2027, 3, 22), minute=540)
    row = repeats.start(evergreen, rule, by=boss)
    shown = [f"{at:%d %b %H:%M}" for at in repeats.ahead(row, 2)]
    assert shown == ["22 Mar 09:00", "29 Mar 09:00"]
    live(clock, datetime(2027, 3, 23, tzinfo=UTC))
    at = Delivery.objects.order_by("-planned_for")[:2]
    assert [d.planned_for for d in at] == [
        datetime(2027, 3, 29, 7, tzinfo=UTC),
        datetime(2027, 3, 22, 8, tzinfo=UTC),
    ]


def test_a_skipped_day_is_left_out_and_called_off(evergreen, boss, work):
    rule = Terms(rule="FREQ=DAILY;COUNT=3", first_date=date(2027, 3, 10), minute=540)
    row = repeats.start(evergreen, rule, by=boss)
    work()
    assert times(evergreen) == ["10 Mar"]
    repeats.skip(row, date(2027, 3, 10), by=boss)
    work()
    waiting = Delivery.objects.filter(variant__post__repetition__repeat=row, state="planned")
    assert [f"{d.planned_for:%d %b}" for d in waiting] == ["11 Mar"]
    assert [f"{at:%d}" for at in repeats.ahead(row)] == ["12"]


def test_what_was_missed_by_a_rule_is_not_made_up_for(evergreen, boss, work, monday):
    rule = Terms(rule="FREQ=DAILY", first_date=date(2027, 3, 2), minute=540)
    repeats.start(evergreen, rule, by=boss)
    monday.move_to(MONDAY + timedelta(days=20))
    work()
    assert times(evergreen) == ["21 Mar"]


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=HOURLY", "daily, weekly"),
        ("BYDAY=MO", "daily, weekly"),
        ("FREQ=WEEKLY;BYHOUR=3", "BYHOUR is no part"),
        ("FREQ=WEEKLY;BYDAY=XX", "no rule of a calendar"),
        ("FREQ=DAILY;UNTIL=soon", "UNTIL is a day"),
        ("FREQ=DAILY;COUNT=x", "no rule of a calendar"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day within five years"),
    ],
)
def test_a_rule_that_cannot_be_says_why(evergreen, boss, rule, why):
    with pytest.raises(NotYet, match=why):
        repeats.start(
            evergreen, Terms(rule=rule, first_date=date(2027, 3, 2), minute=1), by=boss
        )


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_a_sentence(text):
    try:
        list(calendar_rules.days(text, date(2027, 1, 1)))
    except NotYet as why:
        said = str(why)
    else:
        said = "fine"
    assert said
