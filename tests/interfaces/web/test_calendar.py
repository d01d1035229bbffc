"""The calendar: what stands on it, what moves, what may not, and how it comes back."""

import json
from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content.models import Post, Variant
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def tuesday(space):
    today = timezone.localdate(timezone=space.zone)
    return today + timedelta(days=8 + (7 - today.weekday()) % 7)


@pytest.fixture
def planned(space, post, boss, tuesday):
    publishing.schedule(post, datetime.combine(tuesday, time(9), tzinfo=space.zone), by=boss)
    return Post.objects.get(pk=post.pk)


def move(client, post, to, **more):
    url = f"/w/bakery/posts/{post.pk}/move/"
    return client.post(url, {"date": to, "zone": "Europe/Berlin", **more}, **JSON)


def wall(post):
    post.refresh_from_db()
    return f"{post.planned_for.astimezone(post.workspace.zone):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_a_planned_post_stands_on_its_day_with_its_hour(inside, planned, tuesday, view):
    page = inside.get(f"/w/bakery/calendar/?view={view}&d={tuesday}").content.decode()
    assert "Fresh bread at seven" in page
    assert "09:00" in page
    assert "Scheduled" in page
    assert "Europe/Berlin" in page


def test_an_empty_calendar_says_how_to_begin(inside, space):
    page = inside.get("/w/bakery/calendar/").content.decode()
    assert "Put your first post here" in page
    assert "/w/bakery/compose/" in page


def test_a_post_without_a_day_waits_beside_the_calendar(inside, post):
    page = inside.get("/w/bakery/calendar/").content.decode()
    assert page.index('id="tray"') < page.index(f'id="post-{post.pk}"')


def test_filters_show_only_what_was_asked_for(inside, planned, campaign, channel, tuesday):
    def seen(**asked):
        asked = {"d": tuesday, **asked}
        return "Fresh bread" in inside.get("/w/bakery/calendar/", asked).content.decode()

    assert seen(channel=channel.pk)
    assert seen(campaign=campaign.pk)
    assert seen(state="planned")
    assert not seen(state="draft")
    assert not seen(campaign=campaign.pk + 1)


@pytest.mark.parametrize(
    "asked",
    ["d=9999-99-99", "d=0001-01-01", "view=x&channel=x&campaign=²&state=x", "page=x&view=list"],
)
def test_nonsense_in_the_address_shows_the_calendar(inside, space, asked):
    assert inside.get(f"/w/bakery/calendar/?{asked}").status_code == 200


def test_a_channel_in_another_zone_shows_its_own_hours(inside, planned, channel, boss, tuesday):
    channels.set_zone(channel, "America/New_York", by=boss)
    page = inside.get(f"/w/bakery/calendar/?d={tuesday}").content.decode()
    assert "03:00 America/New_York" in page  # beside the workspace's 09:00
    page = inside.get(f"/w/bakery/calendar/?d={tuesday}&channel={channel.pk}").content.decode()
    assert "times in America/New_York" in page
    assert 'data-time="03:00"' in page  # or a drag would move it by the hours between
    at = f"/w/bakery/posts/{planned.pk}/peek/?zone=America/New_York"
    assert f'value="{tuesday}T03:00"' in inside.get(at).content.decode()


def test_a_day_keeps_the_hour_and_undo_brings_the_old_day_back(inside, planned, tuesday):
    said = move(inside, planned, str(tuesday + timedelta(days=1))).json()
    assert wall(planned) == f"{tuesday + timedelta(days=1)} 09:00"
    assert said["date"] == str(tuesday + timedelta(days=1))
    assert Delivery.objects.get().planned_for == planned.planned_for
    back = inside.post(said["undo"], **JSON).json()
    assert wall(planned) == f"{tuesday} 09:00"
    assert back["date"] == str(tuesday)
    assert Delivery.objects.get(state="planned").planned_for == planned.planned_for


def test_undo_puts_a_post_back_that_was_taken_off_the_calendar(inside, planned, tuesday):
    said = move(inside, planned, "").json()
    planned.refresh_from_db()
    assert planned.planned_for is None
    assert not Delivery.objects.filter(state="planned").exists()
    inside.post(said["undo"], **JSON)
    assert wall(planned) == f"{tuesday} 09:00"
    assert Delivery.objects.filter(state="planned").count() == 1


def test_undo_leaves_down_what_was_taken_down(inside, half_down, second):
    said = move(inside, half_down, "").json()
    inside.post(said["undo"], **JSON)
    assert [d.channel for d in Delivery.objects.filter(state="planned")] == [second]


def test_undo_is_refused_once_somebody_has_changed_the_post(inside, planned, boss, tuesday):
    said = move(inside, planned, str(tuesday + timedelta(days=1))).json()
    planned.refresh_from_db()
    content.edit(planned, version=planned.version, text="Rolls at seven", by=boss)
    answer = inside.post(said["undo"], **JSON)
    assert answer.status_code == 409
    assert "Somebody has changed this post" in answer.json()["problem"]
    assert wall(planned) == f"{tuesday + timedelta(days=1)} 09:00"


def test_nobody_makes_an_undo_of_their_own(inside, planned):
    answer = inside.post(f"/w/bakery/posts/{planned.pk}/move/undo/abc:def:ghi/", **JSON)
    assert answer.status_code == 422


def test_what_is_out_keeps_its_date(inside, delivery, work, tuesday):
    work()
    answer = move(inside, delivery.variant.post, str(tuesday))
    assert answer.status_code == 409
    assert "out already" in answer.json()["problem"]
    page = inside.get("/w/bakery/calendar/").content.decode()
    assert "data-locked" in page


def test_a_time_that_has_passed_is_refused(inside, planned):
    answer = move(inside, planned, "2020-01-01")
    assert answer.status_code == 422
    assert "has passed" in answer.json()["problem"]


def test_without_scripts_a_move_ends_on_the_calendar_with_a_way_back(inside, planned, tuesday):
    to = f"{tuesday + timedelta(days=2)}T18:30"
    answer = inside.post(
        f"/w/bakery/posts/{planned.pk}/move/",
        {"date": to, "zone": "Europe/Berlin"},
        follow=True,
    )
    assert wall(planned) == to.replace("T", " ")
    assert "Moved to Thu" in answer.content.decode()
    assert "/move/undo/" in answer.content.decode()


def test_a_reader_may_look_but_not_move(client, space, member, planned, tuesday):
    analyst = member("analyst")
    client.force_login(analyst.user)
    page = client.get(f"/w/bakery/calendar/?d={tuesday}").content.decode()
    assert "data-locked" in page
    assert move(client, planned, str(tuesday + timedelta(days=1))).status_code == 403
    assert wall(planned) == f"{tuesday} 09:00"


def test_an_approver_decides_again_when_a_writer_moves_an_approved_post(
    client, channel, member, planned, tuesday
):
    """An editor on the channel may schedule there, but not approve."""
    editor = member("member", channel_roles={str(channel.pk): "editor"})
    client.force_login(editor.user)
    said = move(client, planned, str(tuesday + timedelta(days=1))).json()
    assert "waits for approval" in said["text"]
    planned.refresh_from_db()
    assert planned.state == "review"
    assert not Delivery.objects.filter(state="planned").exists()


def test_the_peek_shows_the_post_and_a_field_to_move_it(inside, planned):
    page = inside.get(f"/w/bakery/posts/{planned.pk}/peek/").content.decode()
    assert "Fresh bread at seven" in page
    assert 'name="date"' in page
    assert "09:00 Europe/Berlin" in page


def test_other_workspaces_see_nothing_of_it(client, planned):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    stranger = User.objects.create_user("eve@elsewhere.example", "x")
    found_workspace(stranger, "Elsewhere")
    client.force_login(stranger)
    assert client.get(f"/w/elsewhere/posts/{planned.pk}/peek/").status_code == 404
    assert (
        client.post(f"/w/elsewhere/posts/{planned.pk}/move/", {"date": ""}).status_code == 404
    )
    assert client.get("/w/bakery/calendar/").status_code == 404


def test_five_thousand_posts_cost_a_handful_of_queries(
    inside, space, channel, tuesday, django_assert_max_num_queries
):
    first = datetime.combine(tuesday.replace(day=1), time(8), tzinfo=space.zone)
    posts = Post.objects.bulk_create(
        Post(
            workspace=space,
            state="draft",
            text=f"Post {n}",
            author_name="Ada",
            planned_for=first + timedelta(minutes=n * 8),
        )
        for n in range(5000)
    )
    Variant.objects.bulk_create(Variant(post=p, channel=channel) for p in posts)
    inside.get("/w/bakery/calendar/?view=week&d=2020-01-01")  # the first visit writes a session
    with django_assert_max_num_queries(30):
        page = inside.get(f"/w/bakery/calendar/?d={tuesday}").content.decode()
    assert "more" in page
    assert page.count('class="post s-draft') < 200
    with django_assert_max_num_queries(30):
        listed = inside.get(f"/w/bakery/calendar/?view=list&d={first:%Y-%m-%d}")
    assert "Page 1 of 100" in listed.content.decode()


def test_a_part_of_the_page_is_the_same_as_the_whole(inside, planned, tuesday):
    part = inside.get(f"/w/bakery/calendar/?d={tuesday}", HTTP_HX_REQUEST="true")
    assert part.content.decode().lstrip().startswith('<div id="cal-body"')
    assert "HX-Request" in part["Vary"]
    assert f'id="post-{planned.pk}"' in part.content.decode()


def test_a_held_post_is_seen_before_the_ones_that_went_well(inside, planned, tuesday):
    Delivery.objects.update(state="held", problem="No.", due_at=None)
    page = inside.get(f"/w/bakery/calendar/?d={tuesday}").content.decode()
    assert "post s-held" in page
    assert "Needs you" in page


def test_a_post_changed_after_its_approval_does_not_pass_for_scheduled(
    inside, planned, boss, tuesday
):
    content.edit(planned, version=planned.version, text="Rolls at seven", by=boss)
    page = inside.get(f"/w/bakery/calendar/?d={tuesday}").content.decode()
    assert "post s-draft" in page
    assert "post s-planned" not in page


def test_toasts_speak_json(inside, planned, tuesday):
    answer = move(inside, planned, str(tuesday))
    assert json.loads(answer.content)["text"].startswith("It stays on")
