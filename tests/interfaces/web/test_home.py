from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from clarion.community import actions as community
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.networks.base import Message
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.strategy import actions as strategy


@pytest.fixture
def home(client, owner, space):
    client.force_login(owner)

    def show(**headers):
        answer = client.get(f"/w/{space.slug}/", headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()

    return show


def asks(channel, text, hours):
    at = timezone.now() - timedelta(hours=hours)
    said = Message(f"m{hours}", "mention", f"bo{hours}", text, at)
    return community.open_conversation(channel, said)


def test_the_front_door_leads_to_the_workspace_one_was_in_last(client, owner, space):
    from clarion.accounts.actions import found_workspace

    found_workspace(owner, "Another")
    client.force_login(owner)
    assert client.get("/").url == "/w/bakery/"
    client.get("/w/another/")
    assert client.get("/").url == "/w/another/"


def test_somebody_without_a_workspace_is_led_to_the_setup(client, owner):
    client.force_login(owner)
    assert client.get("/").url == "/setup/"


def test_a_new_workspace_shows_three_steps_and_ticks_off_what_is_done(home, channel):
    page = home()
    assert "Three steps" in page
    assert page.count("home-tick") == 3
    assert page.count('<li class="done">') == 1
    assert "Nothing needs you" not in page


def test_the_steps_are_gone_once_a_post_was_scheduled(home, delivery):
    assert "Three steps" not in home()


def test_a_held_post_stands_on_top_with_its_reason(home, delivery):
    Delivery.objects.update(state="held", problem="The picture is too large.")
    page = home()
    assert "Needs you" in page
    assert "The picture is too large." in page


def test_a_post_changed_after_its_approval_is_said_to_go_nowhere(home, delivery, boss):
    post = delivery.variant.post
    content.edit(post, version=post.version, text="Other words", by=boss)
    page = home()
    assert "Nothing needs you" not in page
    assert "It will not go out: it was changed after it was approved." in page


def test_a_shut_channel_needs_somebody(home, channel):
    channel.move("shut", problem="The password was changed.")
    page = home()
    assert "bakery needs to be connected again" in page
    assert "The password was changed." in page


def test_posts_to_approve_lead_to_their_review(home, post, boss):
    approval.ask_for_approval(post, by=boss)
    assert f"/w/bakery/posts/{post.pk}/review/" in home()


def test_who_waits_longest_stands_first(home, channel):
    asks(channel, "Young question", 1)
    asks(channel, "Old question", 30)
    page = home()
    assert page.index("Old question") < page.index("Young question")


def test_what_was_answered_no_longer_waits(home, channel, boss, work):
    question = asks(channel, "Are you open?", 2)
    community.answer(question, "We are.", by=boss)
    work()
    assert "Are you open?" not in home()


def test_what_goes_out_today_stands_on_the_timetable(home, post, boss, work):
    publishing.publish_now(post, by=boss)
    work()
    page = home()
    assert "Fresh bread at seven" in page
    assert 'class="is-live"' in page


def test_a_goal_that_lags_behind_its_time_says_why(home, space, boss):
    today = timezone.localdate(timezone=space.zone)
    goal = strategy.set_goal(
        space, "Be known", kpi="likes", target=1000, deadline=today, by=boss
    )
    goal.created_at = datetime.combine(today - timedelta(days=10), time(12), tzinfo=space.zone)
    goal.deadline = today + timedelta(days=10)
    goal.save()
    campaign = strategy.start_campaign(
        space, "Loud", goal_metric="likes", goal_value=10, goal=goal, by=boss
    )
    assert "Not known yet" in home()
    _likes(campaign, 100)
    page = home()
    assert "Off track" in page
    assert "10% reached with 50% of the time gone: at this pace it ends at 20%." in page
    _likes(campaign, 800)
    assert "On track" in home()


def _likes(campaign, total):
    from clarion.channels.models import Channel
    from clarion.content.models import Post, Variant
    from clarion.measurement.actions import append
    from clarion.measurement.models import Reading

    space = campaign.workspace
    channel, _ = Channel.objects.get_or_create(
        workspace=space, network_key="mastodon", remote_id="1", defaults={"secret": {}}
    )
    post, _ = Post.objects.get_or_create(workspace=space, campaign=campaign)
    variant, _ = Variant.objects.get_or_create(post=post, channel=channel)
    live, _ = Delivery.objects.get_or_create(
        variant=variant, channel=channel, state="live", remote_id="x"
    )
    append([Reading(delivery=live, metric="likes", total=total)])


def test_lessons_are_told_where_everybody_sees_them(home, campaign):
    strategy.learn(campaign, said_by="measurement", key="x", text="Noon is best.", evidence={})
    assert "Noon is best." in home()


def test_when_nothing_waits_the_page_says_so(home, post, boss, work):
    publishing.publish_now(post, by=boss)
    work()
    assert "Nothing needs you" in home()


def test_the_boxes_refresh_themselves_without_the_frame(home):
    part = home(**{"HX-Request": "true"})
    assert 'data-live-refresh="post delivery' in part
    assert "<html" not in part


def test_home_asks_a_bounded_number_of_questions(
    client, owner, playground, settings, django_assert_max_num_queries
):
    from clarion.interfaces.demo.build import make

    settings.PLAYGROUND_URL = playground.url
    demo = make(owner)
    client.force_login(owner)
    with django_assert_max_num_queries(75):
        page = client.get(f"/w/{demo.slug}/").content.decode()
    assert "This is practice" in page
    assert "Needs you" in page
