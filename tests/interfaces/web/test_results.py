"""The results pages: every number says how it came about, and none is made up."""

import csv
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.interfaces.web.templatetags.figures import change, written
from clarion.measurement.actions import append, conclude
from clarion.measurement.models import Click, Conversion, Reading
from clarion.numbers.number import Number
from clarion.publishing import actions as publishing
from clarion.publishing.actions import paid_for
from clarion.publishing.models import Delivery


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def live(space, channel, campaign, boss):
    """live("Rye", days=3, views=100) went out three days ago and is known so well."""
    count = iter(range(1000))

    def make(text="Rye", days=1, link="https://shop.example/", **totals):
        post = content.write(space, text, [channel], campaign=campaign, link=link, by=boss)
        [delivery] = publishing.publish_now(post, by=boss)
        out = timezone.now() - timedelta(days=days)
        Delivery.objects.filter(pk=delivery.pk).update(
            state="live",
            remote_id=f"r{next(count)}",
            url="https://there.example/",
            live_at=out,
            due_at=None,
        )
        for metric, total in totals.items():
            Reading.objects.create(delivery=delivery, metric=metric, total=total)
        return Delivery.objects.select_related("variant__tracked").get(pk=delivery.pk)

    return make


def visit(delivery, value=None, currency="EUR"):
    n = Click.objects.count()
    click = Click.objects.create(
        link=delivery.variant.tracked, ref=str(n), at=timezone.now() - timedelta(hours=1)
    )
    if value:
        Conversion.objects.create(
            workspace=delivery.variant.post.workspace,
            click=click,
            kind="purchase",
            value=Decimal(value),
            currency=currency,
            ref=f"order-{n}",
            at=timezone.now(),
        )


def at(space, path="results/"):
    return f"/w/{space.slug}/{path}"


def words(response):
    return response.content.decode()


def test_each_number_says_how_it_is_counted(browser, space, live):
    live(views=200, likes=10, comments=2)
    page = words(browser.get(at(space)))
    assert "6.0%" in page.split("Engagement rate")[1]
    for how in ("(likes + comments + shares) ÷ views", "12 ÷ 200", "own counts", "95 %"):
        assert how in page


def test_what_is_not_known_says_why_and_is_not_zero(browser, space, live):
    live(link="")
    page = words(browser.get(at(space)))
    assert "No network has reported it yet." in page
    assert "None of these posts has a tracked link." in page
    assert "vs" not in page.split("<main")[1].split("</main")[0]


def test_posts_of_the_range_are_compared_with_those_of_the_days_before(browser, space, live):
    live("New", days=2, views=150)
    live("Old", days=10, views=100)
    week = words(browser.get(at(space, "results/?range=7")))
    assert "50%" in week
    assert "Those have had longer to be seen" in week
    month = words(browser.get(at(space, "results/?range=28")))
    assert "Nothing was published in the 28 days before" in month
    assert "250" in month


def test_no_change_is_shown_where_one_side_is_unknown():
    ten, none, nought = (Number(v, "", "") for v in (10, None, 0))
    assert change(ten, none) is None
    assert change(none, ten) is None
    assert change(ten, nought) is None
    assert change(ten, ten) == 0


def test_a_range_nobody_offers_is_the_usual_one(browser, space, live):
    live(views=5)
    page = words(browser.get(at(space, "results/?range=9999&sort=evil&page=x")))
    assert 'href="?range=28" aria-current="true"' in page


def test_posts_are_sorted_by_the_chosen_column_and_paged(browser, space, live):
    for n in range(22):
        live(f"Post {n:02}", views=n, likes=100 - n)
    by_views = words(browser.get(at(space)))
    assert by_views.index("Post 21") < by_views.index("Post 20")
    assert "Page 1 of 2" in by_views
    by_likes = words(browser.get(at(space, "results/?sort=interactions")))
    assert "Post 00" in by_likes
    assert "Post 21" not in by_likes


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("views", "Wide Bold Liked Calm Blind"),
        ("interactions", "Blind Bold Liked Wide Calm"),
        ("engagement_rate", "Bold Liked Wide Calm Blind"),
        ("clicks", "Calm Wide Blind Liked Bold"),
        ("conversions", "Wide Calm Blind Liked Bold"),
        ("revenue", "Wide Blind Liked Calm Bold"),
    ],
)
def test_each_column_puts_the_highest_first_and_the_unknown_last(
    browser, space, live, column, order
):
    live("Bold", link="", views=200, likes=50)
    calm = live("Calm", views=10, comments=0)
    live("Liked", views=100, likes=9, shares=11)
    live("Blind", likes=60)
    wide = live("Wide", views=900, comments=4)
    for value in (None, None, None):
        visit(calm, value)
    visit(calm, "99", "USD")
    for value in ("1", "2"):
        visit(wide, value)
    page = words(browser.get(at(space, f"results/?sort={column}"))).split('id="posts-title"')[1]
    assert " ".join(re.findall(r"clamp-2\">(\w+)", page)) == order


def test_results_ask_as_little_for_many_posts_as_for_few(
    browser, space, live, django_assert_max_num_queries
):
    for n in range(20):
        live(f"Post {n:02}", views=n)
    with django_assert_max_num_queries(46):
        browser.get(at(space))


def test_the_csv_holds_every_post_and_no_formula(browser, space, live):
    live("=HYPERLINK(1)", views=7, likes=1)
    live("Plain", views=5)
    said = browser.get(at(space, "results/posts.csv"))
    rows = list(csv.DictReader(said.content.decode().splitlines()))
    assert {r["text"] for r in rows} == {"'=HYPERLINK(1)", "Plain"}
    assert {(r["views"], r["likes"]) for r in rows} == {("7", "1"), ("5", "")}


def test_money_in_another_currency_is_named(browser, space, live):
    rye = live(views=1)
    visit(rye, "20")
    visit(rye, "30", "USD")
    page = words(browser.get(at(space)))
    assert "€20.00" in page
    assert "30.00 USD" in page
    assert "50.00" not in page


def test_an_empty_page_teaches(browser, space, channel):
    assert "Nothing went live in these days" in words(browser.get(at(space)))
    assert "No numbers yet" in words(browser.get(at(space, "results/?range=all")))


# --- a campaign -------------------------------------------------------------------------------


def test_a_campaign_shows_the_best_the_comparison_and_what_it_taught(
    browser, space, live, campaign
):
    live("Warm rye", views=1000, likes=90)
    live("Cold rye", views=1000, likes=30)
    conclude(campaign)
    page = words(browser.get(at(space, f"campaigns/{campaign.pk}/results/")))
    assert '120</span> <span class="muted">of 100 likes' in page
    assert page.index("Warm rye") < page.index("Cold rye")
    assert "Higher: the first" in page
    assert "Difference 6.0 points" in page
    assert "Best so far by likes" in page


def test_a_comparison_says_that_money_is_behind_one_of_the_two(browser, space, live, campaign):
    pair = [live("Warm rye", views=1000, likes=90), live("Cold rye", views=1000, likes=30)]
    url = at(space, f"campaigns/{campaign.pk}/results/")
    assert "Money is behind" not in words(browser.get(url))
    paid_for([pair[1].pk])
    assert "Money is behind one of them" in words(browser.get(url))


def test_two_posts_that_do_not_differ_are_undecided(browser, space, live, campaign):
    live("One", views=100, likes=10)
    live("Two", views=100, likes=9)
    page = words(browser.get(at(space, f"campaigns/{campaign.pk}/results/")))
    assert "Undecided" in page
    assert "it may be chance" in page


def test_without_views_nothing_is_compared(browser, space, live, campaign):
    live("One", likes=10)
    live("Two", likes=9)
    page = words(browser.get(at(space, f"campaigns/{campaign.pk}/results/")))
    assert "so a rate cannot be compared" in page


# --- a post -----------------------------------------------------------------------------------


def test_a_number_the_network_took_back_shows_both_values(browser, space, live):
    rye, now = live(), timezone.now()
    for hours, total in ((3, 50), (2, 80), (1, 70)):
        read_at = now - timedelta(hours=hours)
        append([Reading(delivery=rye, metric="views", total=total, read_at=read_at)])
    url = at(space, f"posts/{rye.variant.post_id}/results/")
    page = words(browser.get(url))
    assert page.count("Corrected by the network") == 1
    only = words(browser.get(f"{url}?corrections")).split('id="readings"')[1]
    assert ">70<" in only
    assert ">80<" in only
    assert ">50<" not in only


def test_a_post_shows_visits_conversions_and_who_talked(browser, space, live, channel):
    from clarion.community.actions import take_in
    from clarion.networks.base import Message

    rye = live("Rye", views=10)
    visit(rye)
    visit(rye, "12.50")
    take_in(
        channel, [Message("m", "comment", "mira", "Nice", timezone.now(), on=rye.remote_id)]
    )
    page = words(browser.get(at(space, f"posts/{rye.variant.post_id}/results/")))
    assert "Visits through tracked links, by day" in page
    assert "€12.50" in page
    assert "mira" in page
    assert f"/paid/new/{rye.pk}/" in page


def test_the_post_page_stays_cheap_with_many_readings(
    browser, space, live, django_assert_max_num_queries
):
    rye = live(views=0)
    append([Reading(delivery=rye, metric="views", total=n) for n in range(60)])
    with django_assert_max_num_queries(48):
        page = words(browser.get(at(space, f"posts/{rye.variant.post_id}/results/")))
    assert "Page 1 of 3" in page


def test_results_of_another_workspace_are_not_there(client, space, live, campaign):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    rye = live(views=77777)
    stranger = User.objects.create_user("eve@else.example", "x")
    found_workspace(stranger, "Elsewhere")
    client.force_login(stranger)
    for path in (f"campaigns/{campaign.pk}/results/", f"posts/{rye.variant.post_id}/results/"):
        assert client.get(f"/w/elsewhere/{path}").status_code == 404
    assert "77,777" not in words(client.get("/w/elsewhere/results/?range=all"))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Number(1204, "", ""), "1,204"),
        (Number(4.25, "", "", unit="%"), "4.2%"),
        (Number(20.5, "", "", unit="EUR"), "€20.50"),
        (Number(None, "", ""), ""),
    ],
)
def test_a_number_is_written_with_its_unit(number, text):
    assert written(number) == text


def test_clicks_that_a_network_counted_are_not_called_our_visits(browser, space, live):
    delivery = live(clicks=7)
    page = words(browser.get(f"/w/{space.slug}/posts/{delivery.variant.post_id}/results/"))
    assert 'data-label="Number">Clicks, counted there<' in page


def test_a_long_post_is_seen_to_be_cut(browser, space, live):
    live(text="Porridge with baked plums, only while the plums last. The door is open.")
    page = words(browser.get(f"/w/{space.slug}/results/"))
    assert "only while the plums last. The…" in page
