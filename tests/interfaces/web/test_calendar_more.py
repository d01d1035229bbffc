"""Bulk steps one by one, notes, holidays, feeds, paper, and times of single channels."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from clarion.accounts import feeds
from clarion.accounts.models import JournalEntry
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Post, Variant
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.planning import openings
from clarion.strategy.models import DayNote

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def monday(space):
    today = timezone.localdate(timezone=space.zone)
    return today + timedelta(days=14 - today.weekday())


@pytest.fixture
def three(space, channel, boss, monday):
    """A draft, one that waits for approval, and one that is scheduled, all on Monday."""
    at = datetime.combine(monday, time(9), tzinfo=space.zone)
    made = [
        content.write(space, f"Bread {n}", [channel], planned_for=at, by=boss) for n in range(3)
    ]
    approval.ask_for_approval(made[1], by=boss)
    publishing.schedule(made[2], at + timedelta(hours=1), by=boss)
    return [Post.objects.get(pk=p.pk) for p in made]


def together(client, posts, do, **more):
    sent = {"do": do, "zone": "Europe/Berlin", "post": [f"{p.pk}.{p.version}" for p in posts]}
    return client.post("/w/bakery/calendar/bulk/", sent | more, **JSON)


def walls(posts):
    found = Post.objects.select_related("workspace").in_bulk([p.pk for p in posts])
    return [f"{found[p.pk].planned_for.astimezone(p.workspace.zone):%a %H:%M}" for p in posts]


def states(posts):
    found = Post.objects.in_bulk([p.pk for p in posts])
    return [found[p.pk].state for p in posts]


def test_posts_move_by_days_with_their_hours_and_undo_restores_time_and_plan(
    inside, three, monday
):
    said = together(inside, three, "move:2").json()
    assert said["text"] == "Moved: 3 posts"
    assert walls(three) == ["Wed 09:00", "Wed 09:00", "Wed 10:00"]
    assert Delivery.objects.get(state="planned").planned_for.weekday() == 2
    inside.post(said["undo"], **JSON)
    assert walls(three) == ["Mon 09:00", "Mon 09:00", "Mon 10:00"]
    assert states(three) == ["draft", "review", "approved"]
    assert Delivery.objects.get(state="planned").planned_for.weekday() == 0


def test_what_cannot_move_is_left_whole_with_its_reason(inside, three, space, boss):
    undated = content.write(space, "Some day", by=boss)
    said = together(inside, [*three, undated], "move:1").json()
    assert said["text"] == "Moved: 3 posts. 1 post left as before"
    assert "It has no day yet" in said["html"]
    assert f"/posts/{undated.pk}/" in said["html"]


def test_approving_covers_what_was_seen(inside, three, boss):
    seen = three[1]
    changed = content.edit(seen, version=seen.version, text="Other words", by=boss)
    approval.ask_for_approval(changed, by=boss) if changed.state == "draft" else None
    said = together(inside, [seen], "approve").json()
    assert "It has changed since you looked at it" in said["html"]
    assert states([seen]) == ["review"]


def test_approving_schedules_and_its_undo_asks_again(inside, three):
    said = together(inside, three[:2], "approve").json()
    assert states(three[:2]) == ["approved", "approved"]
    assert Delivery.objects.filter(state="planned").count() == 3
    inside.post(said["undo"], **JSON)
    assert states(three[:2]) == ["draft", "review"]
    assert Delivery.objects.filter(state="planned").count() == 1


def test_what_was_thrown_away_comes_back_as_it_was(inside, three):
    said = together(inside, three, "bin").json()
    assert states(three) == ["binned"] * 3
    assert not Delivery.objects.filter(state="planned").exists()
    inside.post(said["undo"], **JSON)
    assert states(three) == ["draft", "review", "approved"]
    assert Delivery.objects.filter(state="planned").count() == 1


def test_what_was_called_off_goes_out_again_after_undo(inside, three):
    said = together(inside, three, "cancel").json()
    assert said["text"] == "Called off: 1 post. 2 posts left as before"
    inside.post(said["undo"], **JSON)
    assert Delivery.objects.filter(state="planned").count() == 1


def test_all_of_a_view_are_meant_without_ticking_each(inside, three, monday):
    sent = {"do": "ask", "all": f"?view=month&d={monday}&state=draft"}
    said = inside.post("/w/bakery/calendar/bulk/", sent, **JSON).json()
    assert said["text"] == "Asked for approval: 1 post"
    assert JournalEntry.objects.filter(did="post.asked").count() >= 2


def test_without_scripts_refusals_stand_on_a_page_with_the_undo(inside, three):
    sent = {"do": "ask", "post": [f"{p.pk}.1" for p in three]}
    page = inside.post("/w/bakery/calendar/bulk/", sent).content.decode()
    assert "What was left as it was" in page
    assert "Undo the rest" in page


def test_an_editor_may_not_approve_many(client, member, three):
    client.force_login(member("editor").user)
    said = together(client, three[1:2], "approve").json()
    assert said["text"].startswith("Nothing was changed")
    assert states(three[1:2]) == ["review"]


def test_the_calendar_shows_what_one_person_wrote_or_sees_to(inside, three, member, monday):
    bo = member("editor")
    together(inside, three[:1], "assign", to=bo.pk)
    page = inside.get(f"/w/bakery/calendar/?d={monday}&person={bo.pk}").content.decode()
    assert "Bread 0" in page
    assert "Bread 1" not in page
    page = inside.get(f"/w/bakery/calendar/?d={monday}&author={bo.pk}").content.decode()
    assert "Bread 0" not in page


def test_a_channel_with_a_time_of_its_own_stands_at_that_time(inside, two, second, space):
    own = two.planned_for + timedelta(days=1)
    Variant.objects.filter(post=two, channel=second).update(planned_for=own)
    day = own.astimezone(space.zone).date()
    page = inside.get(f"/w/bakery/calendar/?view=list&d={two.planned_for.date()}").content
    assert page.decode().count('<li class="agenda">') == 2
    page = inside.get(f"/w/bakery/calendar/?view=week&d={day}").content.decode()
    assert f'id="post-{two.pk}-{second.pk}"' in page


def test_moving_one_channels_own_time_leaves_the_others(inside, two, second, channel, space):
    own = two.planned_for + timedelta(days=1)
    Variant.objects.filter(post=two, channel=second).update(planned_for=own)
    to = (own + timedelta(days=1)).astimezone(space.zone)
    sent = {"date": f"{to:%Y-%m-%d}", "zone": space.time_zone, "own": str(second.pk)}
    said = inside.post(f"/w/bakery/posts/{two.pk}/move/", sent, **JSON)
    assert said.status_code == 200, said.content
    assert Variant.objects.get(post=two, channel=second).planned_for == to
    assert Variant.objects.get(post=two, channel=channel).planned_for is None
    two.refresh_from_db()
    assert two.planned_for == own - timedelta(days=1)


def test_posts_too_close_on_one_channel_are_told_of(inside, three, monday):
    page = inside.get(f"/w/bakery/calendar/?d={monday}").content.decode()
    assert "Another post on bakery is at the same time" in page
    peek = inside.get(f"/w/bakery/posts/{three[0].pk}/peek/").content.decode()
    assert "Another post on bakery is at the same time" in peek


def test_free_hours_keep_the_spacing(space, channel, three, monday):
    start = datetime.combine(monday, time(7, 30), tzinfo=space.zone)
    found = openings.free(space, [channel], space.zone, start, 3)
    assert [f"{at:%H:%M}" for at in found] == ["08:00", "11:00", "12:00"]


def test_a_note_stands_on_all_its_days_and_comes_back(inside, space, monday):
    sent = {"day": monday, "until": monday + timedelta(days=2), "text": "Village fair"}
    inside.post("/w/bakery/calendar/notes/", sent)
    page = inside.get(f"/w/bakery/calendar/?view=week&d={monday}").content.decode()
    assert page.count('class="day-note"') == 3
    note = DayNote.objects.get()
    page = inside.post(f"/w/bakery/calendar/notes/{note.pk}/", {"do": "remove"}, follow=True)
    assert not DayNote.objects.exists()
    undo = page.content.decode().split('action="')
    address = next(a.split('"')[0] for a in undo if "notes/?" in a.split('"')[0])
    inside.post(address.replace("&amp;", "&"))
    assert DayNote.objects.get().until == monday + timedelta(days=2)


def test_holidays_of_the_country_stand_on_the_calendar(inside, space):
    space.country = "DE-BY"
    space.save()
    page = inside.get("/w/bakery/calendar/?d=2027-01-06").content.decode()
    assert "Epiphany" in page
    assert "Reformation" not in inside.get("/w/bakery/calendar/?d=2027-10-31").content.decode()


def test_a_feed_shows_the_posts_to_whoever_has_its_key(client, inside, space, three, owner):
    me = space.memberships.get()
    feed, key = feeds.issue(me, "Phone", by=me.actor())
    client.logout()
    answer = client.get(f"/feeds/{key}.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    lines = answer.content.decode().split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    text = answer.content.decode().replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == text.count("END:VEVENT") == 3
    start = three[2].planned_for.astimezone(UTC)
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in text
    assert "SUMMARY:Scheduled: Bread 2" in text
    assert client.get(f"/feeds/{key}.ics?state=draft").content.count(b"BEGIN:VEVENT") == 1
    feeds.revoke(feed, by=me.actor())
    assert client.get(f"/feeds/{key}.ics").status_code == 404


def test_a_feed_ends_with_the_membership(client, space, member, boss):
    from clarion.accounts.actions import remove

    bo = member("editor")
    _, key = feeds.issue(bo, "Phone", by=bo.actor())
    assert client.get(f"/feeds/{key}.ics").status_code == 200
    remove(bo, by=boss)
    assert client.get(f"/feeds/{key}.ics").status_code == 404


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_the_calendar_comes_as_a_pdf(inside, three, monday, view):
    answer = inside.get(f"/w/bakery/calendar/calendar.pdf?view={view}&d={monday}")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) > 5000
    assert date.fromisoformat(str(monday)).isoformat() in answer["Content-Disposition"]
