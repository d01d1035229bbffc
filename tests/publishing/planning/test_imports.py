"""Posts by the file: every row once, wrong ones with a reason, whenever the worker dies."""

import io
from contextlib import suppress
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import transaction
from django.utils import timezone

from clarion.content.models import ImportRow, Post
from clarion.kit.errors import NotYet
from clarion.kit.steps import LEASE
from clarion.publishing.models import Delivery
from clarion.publishing.planning.imports import actions, making
from clarion.publishing.planning.imports.work import STEPS

HEAD = "Text;Channel;Date;Time;Labels;Id\n"


@pytest.fixture
def take(space, boss, channel, work):
    """Take a table in and let the worker look at it."""

    def take_in(table, name="posts.csv", by=boss, **more):
        source = actions.take_in(space, name, io.BytesIO(table.encode()), by=by, **more)
        work()
        source.refresh_from_db()
        return source

    return take_in


@pytest.fixture
def make(work):
    def go(source, by):
        actions.go(source, by=by)
        work()
        source.refresh_from_db()

    return go


def day(n=5):
    return f"{timezone.localdate() + timedelta(days=n):%d.%m.%Y}"


def states(source):
    return [row.state for row in source.rows.order_by("line")]


def test_rows_become_drafts_with_all_that_they_say(take, make, boss, channel):
    source = take(f"{HEAD}Fresh bread;bakery;{day()};09:30;bread, week 1;\n")
    assert states(source) == ["new"]
    make(source, boss)
    post = Post.objects.get()
    assert (post.text, post.state) == ("Fresh bread", "draft")
    assert timezone.localtime(post.planned_for, channel.workspace.zone).hour == 9
    assert {label.name for label in post.labels.all()} == {"bread", "week 1"}
    assert [v.channel for v in post.variants.all()] == [channel]
    assert boss.membership_id == post.author_id


def test_the_same_file_again_makes_nothing(take, make, boss, channel):
    table = f"{HEAD}One;bakery;{day()};9:00;;\nTwo;bakery;{day()};10:00;;\n"
    make(take(table), boss)
    again = take(table)
    assert states(again) == ["same", "same"]
    with pytest.raises(NotYet, match="No row is ready"):
        actions.go(again, by=boss)
    other = take(table, name="copy of posts.csv")
    assert states(other) == ["same", "same"]
    assert Post.objects.count() == 2


def test_a_row_twice_in_one_file_is_one_post(take, make, boss, channel):
    source = take(f"{HEAD}One;bakery;{day()};9:00;;\nOne;bakery;{day()};9:00;;\n")
    assert states(source) == ["new", "same"]
    make(source, boss)
    assert Post.objects.count() == 1


@pytest.mark.parametrize("number", ["", "a-1"])
def test_a_changed_row_changes_its_post_and_says_so(take, make, boss, channel, number):
    make(take(f"{HEAD}One;bakery;{day()};9:00;;{number}\n"), boss)
    source = take(f"{HEAD}Won;bakery;{day()};9:00;;{number}\n")
    assert states(source) == ["changed"]
    make(source, boss)
    assert Post.objects.get().text == "Won"
    assert states(take(f"{HEAD}Won;bakery;{day()};9:00;;{number}\n")) == ["same"]


def test_another_file_with_the_same_hour_is_no_change(take, make, boss, channel):
    make(take(f"{HEAD}One;bakery;{day()};9:00;;\n"), boss)
    make(take(f"{HEAD}Two;bakery;{day()};9:00;;\n", name="other.csv"), boss)
    assert {p.text for p in Post.objects.all()} == {"One", "Two"}


def test_what_is_out_stays_as_it_is(take, make, boss, channel, work, later):
    make(take(f"{HEAD}One;bakery;{day(1)};9:00;;a\n", then="plan"), boss)
    with later(days=3):
        Delivery.objects.update(due_at=timezone.now(), planned_for=timezone.now())
        work()
        assert Delivery.objects.get().state == "live"
        source = take(f"{HEAD}Won;bakery;{day(1)};9:00;;a\n")
        assert states(source) == ["out"]
    assert Post.objects.get().text == "One"


def test_every_wrong_row_says_column_and_reason(take, channel):
    source = take(
        f"{HEAD}One;nobody;{day()};9:00;;\nTwo;bakery;32.13.2026;9:00;;\n"
        f"Three;bakery;01.01.2020;9:00;;\nFour;bakery;{day()};25:99;;\n;;;;x;\n"
        f"Five;bakery;28.03.2027;02:30;;\n"
    )
    said = [r.problems[0] for r in source.rows.order_by("line")]
    assert [p["column"] for p in said] == ["Channel", "Date", "Time", "Time", "Text", "Time"]
    assert "No channel is called “nobody”" in said[0]["reason"]
    assert "is not a day" in said[1]["reason"]
    assert "has passed" in said[2]["reason"]
    assert "Take 03:30 instead" in said[5]["reason"]
    assert set(states(source)) == {"wrong"}


def test_a_row_is_mended_in_place_and_the_rest_goes_on(take, make, boss, channel):
    source = take(f"{HEAD}One;nobody;{day()};9:00;;\nTwo;bakery;{day()};9:00;;\n")
    row = source.rows.get(line=2)
    assert actions.mend(row, {"channels": "bakery"}, by=boss).state == "new"
    make(source, boss)
    assert Post.objects.count() == 2


def test_a_plan_schedules_by_the_rights_of_who_asks(take, make, boss, member, channel):
    source = take(f"{HEAD}One;bakery;{day()};9:00;;\n", then="plan")
    make(source, boss)
    assert Delivery.objects.get().state == "planned"
    editor = member("editor").actor()
    source = take(f"{HEAD}Two;bakery;{day()};9:00;;\n", then="plan", by=editor)
    assert "may not schedule on bakery" in source.rows.get().problems[0]["reason"]


def test_where_four_eyes_are_needed_a_plan_leaves_a_draft_and_says_why(
    take, make, boss, space, channel
):
    space.four_eyes = True
    space.save()
    source = take(f"{HEAD}One;bakery;{day()};9:00;;\n", then="plan")
    make(source, boss)
    row = source.rows.get()
    assert row.state == "done"
    assert "somebody else's approval" in row.problems[0]["reason"]
    assert not Delivery.objects.exists()


def test_a_picture_comes_from_the_library_by_name_or_from_the_web(
    take, make, boss, space, channel, png, playground
):
    from clarion.content import library

    library.add(space, "loaf.png", png, by=boss)
    table = "Text;Channel;Picture;Alt\nOne;bakery;loaf.png;A loaf\nTwo;bakery;gone.png;\n"
    source = take(table + f"Three;bakery;{playground.url}/none.png;\n")
    assert states(source) == ["new", "wrong", "new"]
    make(source, boss)
    post = Post.objects.get()
    assert [(m.name, m.alt) for m in post.pieces()] == [("loaf.png", "A loaf")]
    assert "none.png" in source.rows.get(line=4).problems[0]["reason"]


def test_a_private_address_is_never_fetched(take, make, boss, channel):
    source = take("Text;Channel;Picture\nOne;bakery;http://127.0.0.1:9/secret.png\n")
    make(source, boss)
    row = source.rows.get()
    assert row.state == "wrong"
    assert "private network" in row.problems[0]["reason"]
    assert not Post.objects.exists()


def test_a_batch_done_twice_makes_each_post_once(take, boss, channel):
    """Two workers think that the import is theirs: the second finds nothing left to do."""
    from clarion.publishing.planning.imports.making import make, next_rows

    source = take(f"{HEAD}One;bakery;{day()};9:00;;\nTwo;bakery;{day()};9:00;;\n")
    rows = next_rows(source)
    make(source, rows, {}, boss)
    make(source, rows, {}, boss)
    assert Post.objects.count() == 2
    assert {row.state for row in ImportRow.objects.all()} == {"done"}


class Killed(BaseException):
    """The process is gone."""


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    take, boss, channel, work, later, monkeypatch
):
    """Once inside a batch, which leaves nothing of it, and once before it could say how far."""
    monkeypatch.setattr(making, "AT_ONCE", 2)
    source = take(HEAD + "".join(f"Loaf {n};bakery;{day(n + 2)};9:00;;\n" for n in range(7)))
    actions.go(source, by=boss)
    importing = STEPS[1]
    [mine] = importing.claim()
    with suppress(Killed), transaction.atomic():
        making.make(mine, making.next_rows(mine), {}, boss)
        raise Killed
    assert not Post.objects.exists()
    async_to_sync(importing.do)(mine)  # and what came of it is never written down
    assert Post.objects.count() == 2
    work()
    assert Post.objects.count() == 2  # the lease holds: nobody else goes on yet
    with later(seconds=LEASE.total_seconds() + 1):
        work()
    assert sorted(Post.objects.values_list("text", flat=True)) == [
        f"Loaf {n}" for n in range(7)
    ]
    source.refresh_from_db()
    assert (source.state, set(states(source))) == ("ready", {"done"})


def test_columns_without_titles_are_guessed_and_can_be_changed(take, boss, work, channel):
    source = take(f"{day()},Hello from the bakery this morning,bakery\n" * 2)
    assert source.columns == {"date": 0, "text": 1, "channels": 2}
    assert source.header == ["Column A", "Column B", "Column C"]
    actions.set_up(source, columns={"text": 1}, to=[channel], by=boss)
    work()
    assert source.rows.first().wish["channels"] == [channel.pk]
    assert "at" not in source.rows.first().wish


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_comes_back_without_a_double(
    take, make, boss, space, channel, work, png, form
):
    from clarion.content import library
    from clarion.publishing.planning.exports import written

    library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    head = "Text;Channel;Date;Time;Labels;Picture;Thread\n"
    row = f'"=1+1, he said";bakery;{day()};9:00;bread;loaf.png;"two\n---\nthree"\n'
    make(take(head + row), boss)
    out = written(space, Post.objects.order_by("pk"), form)
    data = out if isinstance(out, bytes) else "".join(out).encode()
    source = actions.take_in(space, f"out.{form}", io.BytesIO(data), by=boss)
    work()
    assert states(source) == ["same"]
    assert Post.objects.get().text == "=1+1, he said"
    assert Post.objects.get().more == ["two", "three"]
