"""From a goal to the money it earned."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.measurement.actions import append
from clarion.measurement.goals import Earned, chain, standing, tree
from clarion.measurement.models import Click, Conversion, Reading
from clarion.measurement.queries import Progress, of_campaign, progress_of, ranked, results
from clarion.numbers.number import Number
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.strategy import actions as strategy

LINK = "https://shop.example/rye"


@pytest.fixture
def goal(space, boss):
    return strategy.set_goal(
        space, "Sell more", kpi="revenue", target=100, deadline=date(2030, 1, 1), by=boss
    )


@pytest.fixture
def below(space, boss, goal):
    return strategy.set_goal(
        space,
        "Visits",
        kpi="clicks",
        target=10,
        deadline=date(2030, 1, 1),
        parent=goal,
        by=boss,
    )


@pytest.fixture
def live(space, channel, boss):
    """live(campaign) is a post that is out, with a tracked link."""
    count = iter(range(1000))

    def make(campaign, text="Rye", link=LINK):
        post = content.write(space, text, [channel], campaign=campaign, link=link, by=boss)
        [delivery] = publishing.publish_now(post, by=boss)
        Delivery.objects.filter(pk=delivery.pk).update(
            state="live", remote_id=f"r{next(count)}", live_at=timezone.now(), due_at=None
        )
        return Delivery.objects.get(pk=delivery.pk)

    return make


def visit(delivery, *, robot=False):
    link = delivery.variant.tracked
    ref = f"{link.pk}-{Click.objects.count()}"
    return Click.objects.create(link=link, ref=ref, robot=robot, at=timezone.now())


def buy(click, value, currency="EUR"):
    return Conversion.objects.create(
        workspace=click.link.variant.post.workspace,
        click=click,
        kind="purchase",
        value=Decimal(value),
        currency=currency,
        ref=f"order-{Conversion.objects.count()}",
        at=timezone.now(),
    )


def test_revenue_is_told_by_goal_and_drills_down_to_the_post(
    space, boss, goal, live, django_assert_num_queries
):
    campaign = strategy.start_campaign(
        space, "Rye", goal_metric="revenue", goal_value=10, goal=goal, by=boss
    )
    one, two = live(campaign, "Fresh rye"), live(campaign, "Old rye")
    buy(visit(one), "20.50")
    buy(visit(one), "9.50")
    visit(two)
    visit(two, robot=True)
    with django_assert_num_queries(1):
        [told] = chain(space)
    assert (told.goal, told.visits, told.conversions, told.revenue) == (
        "Sell more",
        3,
        2,
        Decimal(30),
    )
    with django_assert_num_queries(1):
        posts = chain(space, "post", goal.pk)
    assert [(p.campaign, p.post, p.visits, p.revenue) for p in posts] == [
        ("Rye", "Fresh rye", 2, Decimal(30)),
        ("Rye", "Old rye", 1, Decimal(0)),
    ]


def test_a_goal_counts_what_the_goals_below_it_earned(space, boss, goal, below, live):
    campaign = strategy.start_campaign(
        space, "Rye", goal_metric="revenue", goal_value=10, goal=below, by=boss
    )
    buy(visit(live(campaign)), "50")
    [root] = tree(space, date.today())
    assert root.earned.revenue == 50
    assert root.progress.percent == 50
    assert root.below[0].progress.percent == 10  # one visit of ten


def test_the_tree_asks_as_little_for_many_goals_as_for_few(
    space, boss, goal, django_assert_max_num_queries
):
    for n in range(20):
        strategy.set_goal(
            space,
            f"G{n}",
            kpi="views",
            target=5,
            deadline=date(2030, 1, 1),
            parent=goal,
            by=boss,
        )
    with django_assert_max_num_queries(8):
        [root] = tree(space, date.today())
    assert len(root.below) == 20


def test_money_in_another_currency_is_named_and_never_added(space, campaign, live):
    delivery = live(campaign)
    buy(visit(delivery), "20")
    buy(visit(delivery), "999", "USD")
    revenue = of_campaign(campaign)["revenue"]
    assert (revenue.value, revenue.unit) == (20, "EUR")
    assert "999.00 USD" in revenue.reason
    assert of_campaign(campaign)["conversions"].value == 2
    [earned] = chain(space)
    assert (earned.revenue, earned.elsewhere) == (20, 1)
    campaign.goal_metric = "revenue"
    assert [r.total for r in ranked(campaign)] == [20]


def test_a_post_without_views_is_in_no_rate(campaign, live):
    one, two = live(campaign), live(campaign)
    for delivery, metric, total in (
        (one, "views", 200),
        (one, "likes", 10),
        (two, "likes", 90),
    ):
        Reading.objects.create(delivery=delivery, metric=metric, total=total)
    found = of_campaign(campaign)
    assert found["likes"].value == 100
    assert found["engagement_rate"].value == 5
    assert found["engagement_rate"].n == 1
    assert found["views"].reason == "1 of 2 posts report none, so they are not in it."


def test_only_the_newest_reading_counts_even_when_it_is_lower(campaign, live):
    delivery, now = live(campaign), timezone.now()
    for hours, total in ((3, 50), (2, 80), (1, 70)):
        read_at = now - timedelta(hours=hours)
        append([Reading(delivery=delivery, metric="views", total=total, read_at=read_at)])
    assert of_campaign(campaign)["views"].value == 70


def test_progress_of_many_campaigns_is_the_progress_of_each(
    space, boss, live, django_assert_max_num_queries
):
    campaigns = [
        strategy.start_campaign(space, n, goal_metric="likes", goal_value=10, by=boss)
        for n in "abcdefgh"
    ]
    for n, campaign in enumerate(campaigns):
        Reading.objects.create(delivery=live(campaign), metric="likes", total=n)
    with django_assert_max_num_queries(6):
        found = progress_of(campaigns)
    assert [found[c.pk].percent for c in campaigns] == [0, 10, 20, 30, 40, 50, 60, 70]


def test_nothing_live_is_unknown_and_not_zero(campaign):
    found = of_campaign(campaign)
    for metric in ("views", "clicks", "revenue", "engagement_rate"):
        assert found[metric].value is None
        assert found[metric].reason == "Nothing is live yet."
    assert results(Delivery.objects.none()).live == 0


# --- on its way? ------------------------------------------------------------------------------

START, END = date(2026, 1, 1), date(2026, 4, 11)  # a hundred days


@pytest.mark.parametrize(
    ("reached", "day", "state", "why"),
    [
        (100, 50, "reached", "100% of the target."),
        (45, 50, "on_track", "45% reached with 50% of the time gone."),
        (20, 50, "off_track", "at this pace it ends at 40%"),
        (99, 101, "missed", "The time ended at 99% of the target."),
        (None, 50, "unknown", "Nothing is live yet."),
        (0, 0, "on_track", "0% reached with 0% of the time gone."),
    ],
)
def test_a_goal_says_whether_it_is_on_its_way_and_why(reached, day, state, why):
    number = Number(reached, "", "", reason="Nothing is live yet.")
    found = standing(Progress(number, 100), START, END, START + timedelta(days=day))
    assert found.state == state
    assert why in found.why


def test_without_an_end_there_is_no_pace_to_judge():
    found = standing(Progress(Number(5, "", ""), 100), START, None, START)
    assert (found.state, found.gone) == ("running", None)


def test_what_was_earned_adds_up():
    both = Earned(visits=1, revenue=Decimal(2)) + Earned(visits=3, revenue=Decimal(4))
    assert (both.visits, both.revenue) == (4, 6)
