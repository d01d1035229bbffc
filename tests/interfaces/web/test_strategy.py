"""Goals, audiences, campaigns and findings, as somebody who plans sees them."""

from datetime import date, timedelta

import pytest

from clarion.content import actions as content
from clarion.measurement.actions import append
from clarion.measurement.models import Reading
from clarion.publishing.models import Delivery
from clarion.research import actions as research
from clarion.research.models import Finding
from clarion.strategy import actions
from clarion.strategy.models import Audience, Campaign, Goal

LATER = (date.today() + timedelta(days=100)).isoformat()
GOAL = {"name": "Be known", "kpi": "views", "target": "1000", "deadline": LATER}
CAMPAIGN = {"name": "Rye", "goal_metric": "likes", "goal_value": "10", "budget": "25"}


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def goal(space, boss):
    return actions.set_goal(
        space, "Sell more", kpi="views", target=100, deadline=date(2035, 1, 1), by=boss
    )


def at(space, path=""):
    return f"/w/{space.slug}/{path}"


def words(response):
    return response.content.decode()


# --- goals ------------------------------------------------------------------------------------


def test_a_goal_is_set_changed_and_given_up(browser, space):
    browser.post(at(space, "strategy/goals/new/"), GOAL)
    goal = Goal.objects.get()
    assert "Be known" in words(browser.get(at(space, "strategy/")))
    url = at(space, f"strategy/goals/{goal.pk}/")
    assert f'value="{LATER}"' in words(browser.get(url))  # as a browser reads days
    browser.post(url, {**GOAL, "target": "500"})
    assert "of 500 views" in words(browser.get(at(space, "strategy/")))
    assert "Give up “Be known”" in words(browser.get(at(space, f"strategy/goals/{goal.pk}/")))
    browser.post(at(space, f"strategy/goals/{goal.pk}/drop/"))
    assert "No goal yet" in words(browser.get(at(space, "strategy/")))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("kpi", "happiness"),
        ("target", "0"),
        ("target", "9" * 30),
        ("deadline", "soon"),
        ("deadline", "1066-10-14"),
        ("name", "a\x00b"),
    ],
)
def test_a_goal_that_makes_no_sense_is_refused_and_the_rest_stays(browser, space, field, value):
    said = browser.post(at(space, "strategy/goals/new/"), {**GOAL, field: value})
    assert said.status_code == 422
    assert not Goal.objects.exists()
    assert "Be known" in words(said) or field == "name"


def test_goals_hang_below_goals(browser, space, goal):
    browser.post(at(space, f"strategy/goals/new/?parent={goal.pk}"), GOAL)
    assert Goal.objects.get(name="Be known").parent == goal
    page = words(browser.get(at(space, "strategy/")))
    assert page.index("Sell more") < page.index("Be known")


def test_a_goal_off_track_says_why(browser, space, goal, boss, delivery, work, campaign):
    work()
    actions.change_campaign(campaign, goal=goal, by=boss)
    Goal.objects.update(
        created_at="2026-01-01T00:00Z", deadline=date.today() + timedelta(days=3)
    )
    append([Reading(delivery=delivery, metric="views", total=7)])
    page = words(browser.get(at(space, "strategy/")))
    assert "Off track" in page
    assert "7% reached with" in page


def test_a_goal_without_numbers_is_not_known_rather_than_zero(browser, space, goal):
    page = words(browser.get(at(space, "strategy/")))
    assert "Not known yet" in page
    assert "Nothing is live yet." in page


def test_strategy_asks_as_little_for_many_goals_as_for_few(
    browser, space, goal, boss, django_assert_max_num_queries
):
    for n in range(40):
        below = goal if n % 2 else None
        actions.set_goal(
            space,
            f"G{n}",
            kpi="views",
            target=5,
            deadline=date(2035, 1, 1),
            parent=below,
            by=boss,
        )
        actions.describe_audience(space, f"A{n}", by=boss)
    with django_assert_max_num_queries(28):
        page = words(browser.get(at(space, "strategy/")))
    assert "Page 1 of 2" in page


# --- audiences --------------------------------------------------------------------------------


def test_an_audience_is_described_changed_and_forgotten(browser, space):
    new = {"name": "Commuters", "description": "They walk past at seven."}
    browser.post(at(space, "strategy/audiences/new/"), new)
    audience = Audience.objects.get()
    assert "They walk past at seven." in words(browser.get(at(space, "strategy/")))
    url = at(space, f"strategy/audiences/{audience.pk}/")
    browser.post(url, {**new, "interests": "bread, bikes"})
    assert "bread, bikes" in words(browser.get(at(space, "strategy/")))
    browser.post(f"{url}drop/")
    assert not Audience.objects.exists()


# --- campaigns --------------------------------------------------------------------------------


def test_a_campaign_is_started_for_a_goal_and_changed(browser, space, goal):
    said = browser.post(at(space, "campaigns/new/"), {**CAMPAIGN, "goal": goal.pk})
    campaign = Campaign.objects.get()
    assert said.url == at(space, f"campaigns/{campaign.pk}/")
    browser.post(
        at(space, f"campaigns/{campaign.pk}/change/"), {**CAMPAIGN, "about": "Rye is the hero."}
    )
    page = words(browser.get(said.url))
    assert "Rye is the hero." in page
    assert "€25.00" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_on": "2026-01-01", "starts_on": "2026-02-01"},
        {"budget": "-1"},
        {"budget": "1e40"},
        {"goal_value": "x"},
        {"goal": "999"},
        {"name": ""},
    ],
)
def test_a_campaign_that_makes_no_sense_is_refused_in_words(browser, space, wrong):
    said = browser.post(at(space, "campaigns/new/"), {**CAMPAIGN, **wrong})
    assert said.status_code == 422
    assert not Campaign.objects.exists()


def test_the_brief_holds_what_was_found_and_what_other_campaigns_taught(
    browser, space, campaign, boss
):
    research.note_finding(space, "People ask for opening hours", source="the till", by=boss)
    other = actions.start_campaign(space, "Winter", goal_metric="views", goal_value=1, by=boss)
    actions.learn(other, said_by="measurement", key="best", text="Hands work", evidence={})
    actions.learn(campaign, said_by="measurement", key="best", text="Flour works", evidence={})
    page = words(browser.get(at(space, f"campaigns/{campaign.pk}/")))
    mine, others = page.split("What other campaigns taught")
    assert "Flour works" in mine
    assert "Hands work" in others
    assert "People ask for opening hours" in others


def test_the_campaign_page_shows_its_posts_with_their_states(
    browser, space, campaign, delivery, channel, boss, work
):
    work()
    content.write(space, "Not out yet", [channel], campaign=campaign, by=boss)
    page = words(browser.get(at(space, f"campaigns/{campaign.pk}/")))
    posts = page.split('id="posts"')[1]
    assert "Fresh bread at seven" in posts
    assert "Live" in posts
    assert "Not out yet" in posts
    assert "Draft" in posts
    assert f"?campaign={campaign.pk}" in page


def test_archiving_can_be_taken_back(browser, space, campaign):
    browser.post(at(space, f"campaigns/{campaign.pk}/archive/"))
    running = words(browser.get(at(space, "campaigns/")))
    assert "No campaign yet" in running
    assert f"campaigns/{campaign.pk}/restore/" in running
    assert "Spring" in words(browser.get(at(space, "campaigns/?archived")))
    browser.post(at(space, f"campaigns/{campaign.pk}/restore/"))
    assert "Spring" in words(browser.get(at(space, "campaigns/")))


def test_campaigns_of_one_goal_when_asked(browser, space, goal, campaign, boss):
    actions.start_campaign(space, "Mine", goal_metric="views", goal_value=1, goal=goal, by=boss)
    page = words(browser.get(at(space, f"campaigns/?goal={goal.pk}")))
    assert "Mine" in page
    assert "Spring" not in page


def test_the_lists_ask_as_little_for_many_campaigns_and_posts(
    browser, space, campaign, channel, boss, django_assert_max_num_queries
):
    for n in range(25):
        actions.start_campaign(space, f"C{n}", goal_metric="views", goal_value=1, by=boss)
        content.write(space, f"P{n}", [channel], campaign=campaign, by=boss)
    with django_assert_max_num_queries(25):
        assert "Page 1 of 3" in words(browser.get(at(space, "campaigns/")))
    with django_assert_max_num_queries(33):
        assert "Page 1 of 2" in words(browser.get(at(space, f"campaigns/{campaign.pk}/")))
    assert Delivery.objects.count() == 0


# --- research ---------------------------------------------------------------------------------


def test_a_finding_is_noted_with_its_source_and_struck(browser, space):
    said = {"text": "Rye is gone across the street", "about": "competitor"}
    browser.post(at(space, "research/note/"), {**said, "source": "https://news.example/1"})
    page = words(browser.get(at(space, "research/")))
    assert "Rye is gone across the street" in page
    assert 'href="https://news.example/1"' in page
    assert "It leaves every brief." in page
    browser.post(at(space, f"research/{Finding.objects.get().pk}/strike/"))
    assert "Nothing noted yet" in words(browser.get(at(space, "research/")))


def test_a_source_that_is_no_web_address_is_no_link(browser, space, boss):
    research.note_finding(space, "Hm", source="javascript:alert(1)", by=boss)
    assert 'href="javascript' not in words(browser.get(at(space, "research/")))


def test_an_empty_finding_is_refused_and_the_source_stays(browser, space):
    said = browser.post(at(space, "research/note/"), {"about": "market", "source": "the till"})
    assert said.status_code == 422
    assert 'value="the till"' in words(said)


def test_findings_are_paged_and_sorted_by_what_they_are_about(
    browser, space, boss, django_assert_max_num_queries
):
    for n in range(30):
        research.note_finding(space, f"Finding {n}", about="trend" if n else "market", by=boss)
    with django_assert_max_num_queries(20):
        assert "Page 1 of 2" in words(browser.get(at(space, "research/")))
    page = words(browser.get(at(space, "research/?about=market")))
    assert "Finding 0" in page
    assert "Finding 1" not in page


def test_who_may_not_plan_sees_no_forms_and_is_refused(client, space, goal, member):
    client.force_login(member("editor").user)
    page = words(client.get(at(space, "strategy/")))
    assert "New goal" not in page
    assert "Note a finding" not in words(client.get(at(space, "research/")))
    for path, body in (
        ("strategy/goals/new/", GOAL),
        (f"strategy/goals/{goal.pk}/drop/", {}),
        ("campaigns/new/", CAMPAIGN),
        ("research/note/", {"text": "x", "about": "market"}),
    ):
        assert client.post(at(space, path), body).status_code == 403


def test_a_goal_for_a_day_that_is_over_is_refused(browser, space):
    yesterday = (date.today() - timedelta(days=2)).isoformat()
    answer = browser.post(at(space, "strategy/goals/new/"), GOAL | {"deadline": yesterday})
    assert answer.status_code == 422
    assert "This day is over" in words(answer)
    assert not Goal.objects.exists()


def test_a_campaign_of_the_year_9999_is_refused(browser, space):
    far = CAMPAIGN | {"starts_on": "2030-01-01", "ends_on": "9999-12-31"}
    answer = browser.post(at(space, "campaigns/new/"), far)
    assert answer.status_code == 422
    assert "between the years 2000 and 2100" in words(answer)
    assert not Campaign.objects.exists()


def test_a_number_has_one_name_where_it_is_chosen_and_where_it_is_told(browser, space, boss):
    actions.set_goal(
        space, "Be visited", kpi="clicks", target=100, deadline=date(2035, 1, 1), by=boss
    )
    assert "of 100 visits" in words(browser.get(at(space, "strategy/")))
    assert "Visits: visits through tracked links" in words(
        browser.get(at(space, "strategy/goals/new/"))
    )
