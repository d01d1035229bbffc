"""The promotions page: money is named before it is spent, and never more than is left."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clarion.ads import actions
from clarion.ads.models import Promotion


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def live(delivery, work):
    work()
    delivery.refresh_from_db()
    return delivery


@pytest.fixture
def promotion(live, boss, work):
    made = actions.promote(live, 20, by=boss)
    work()
    made.refresh_from_db()
    return made


def at(space, path=""):
    return f"/w/{space.slug}/paid/{path}"


def words(response):
    return response.content.decode()


def order(campaign, budget="20", days=7, **more):
    until = date.today() + timedelta(days=days)
    return {"campaign": campaign.pk, "budget": budget, "until": until.isoformat(), **more}


def test_money_is_spent_in_two_steps_and_the_second_names_the_amount(
    browser, space, live, campaign
):
    url = at(space, f"new/{live.pk}/")
    form = words(browser.get(url))
    assert "Spring: €50.00 left" in form
    in_a_week = timezone.localdate(timezone=space.zone) + timedelta(days=7)
    assert f'value="{in_a_week}"' in form  # as a browser reads days
    asked = browser.post(url, order(campaign))
    assert "Spend €20.00?" in words(asked)
    assert not Promotion.objects.exists()
    said = browser.post(url, order(campaign, sure="20.00"))
    assert said.url == at(space)
    assert Promotion.objects.get().budget == 20
    assert "€30.00</span> left" in words(browser.get(at(space)))


def test_a_yes_to_another_amount_is_no_yes(browser, space, live, campaign):
    browser.post(at(space, f"new/{live.pk}/"), order(campaign, "40", sure="20.00"))
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("sure", [{}, {"sure": "51.00"}])
def test_more_than_is_left_is_refused_beside_the_field(browser, space, live, campaign, sure):
    said = browser.post(at(space, f"new/{live.pk}/"), order(campaign, "51", **sure))
    assert said.status_code == 422
    assert "Spring has 50.00 EUR left, so 51.00 EUR cannot be spent." in words(said)
    assert 'aria-describedby="id_budget_hint id_budget_problem"' in words(said)
    assert not Promotion.objects.exists()


@pytest.mark.parametrize("days", [-1, 200])
def test_an_end_that_makes_no_sense_is_refused_beside_the_field(
    browser, space, live, campaign, days
):
    said = browser.post(at(space, f"new/{live.pk}/"), order(campaign, days=days))
    assert said.status_code == 422
    assert "within the next 90 days" in words(said)


@pytest.mark.parametrize("budget", ["", "a lot", "NaN", "-5", "0", "1e30"])
def test_an_amount_that_is_none_is_a_sentence(browser, space, live, campaign, budget):
    said = browser.post(at(space, f"new/{live.pk}/"), order(campaign, budget))
    assert said.status_code == 422


def test_without_a_budget_there_is_a_way_to_one(browser, space, live, campaign):
    campaign.budget = 0
    campaign.save()
    page = words(browser.get(at(space, f"new/{live.pk}/")))
    assert "No campaign has a budget" in page
    assert f"/w/{space.slug}/campaigns/" in page


def test_the_list_says_what_was_spent_and_as_of_when(browser, space, promotion):
    assert "not billed yet" in words(browser.get(at(space)))
    Promotion.objects.update(spent=Decimal("13.20"), spent_as_of=timezone.now())
    page = words(browser.get(at(space)))
    assert "€13.20" in page
    assert "as of" in page
    assert "Running" in page


def test_stopping_shows_the_amount_first_and_frees_the_rest(
    browser, space, promotion, campaign
):
    Promotion.objects.update(spent=5)
    asked = words(browser.get(at(space)))
    assert "€5.00 of €20.00 is spent and stays spent" in asked
    browser.post(at(space, f"{promotion.pk}/stop/"))
    page = words(browser.get(at(space)))
    assert "Ended" in page
    assert "€30.00</span> left" in page  # until the network has billed it after its end
    Promotion.objects.update(spent_as_of=timezone.now())
    assert "€45.00</span> left" in words(browser.get(at(space)))


def test_a_held_promotion_says_why_and_can_be_tried_again(browser, space, promotion):
    why = {"state": "held", "due_at": None, "problem": "The card was refused."}
    Promotion.objects.update(**why)
    assert "The card was refused." in words(browser.get(at(space)))
    browser.post(at(space, f"{promotion.pk}/retry/"))
    assert Promotion.objects.get().state in ("planned", "unsure")


def test_the_list_is_of_one_campaign_when_asked(browser, space, promotion, campaign, boss):
    from clarion.strategy import actions as strategy

    other = strategy.start_campaign(space, "Summer", goal_metric="views", goal_value=1, by=boss)
    mine = words(browser.get(at(space, f"?campaign={campaign.pk}")))
    assert f"{promotion.pk}/stop/" in mine
    assert f"{promotion.pk}/stop/" not in words(browser.get(at(space, f"?campaign={other.pk}")))


def test_the_list_asks_as_little_for_many_as_for_one(
    browser, space, promotion, django_assert_max_num_queries
):
    Promotion.objects.bulk_create(
        Promotion(
            campaign=promotion.campaign,
            delivery=promotion.delivery,
            channel=promotion.channel,
            budget=1,
            currency="EUR",
            until=promotion.until,
            state="cancelled",
            ordered_by="Ada",
        )
        for _ in range(30)
    )
    with django_assert_max_num_queries(23):
        page = words(browser.get(at(space)))
    assert "Page 1 of 2" in page


def test_who_may_not_spend_sees_no_button_and_is_refused(client, space, live, member):
    client.force_login(member("editor").user)
    assert "Promote a live post" not in words(client.get(at(space)))
    assert client.get(at(space, f"new/{live.pk}/")).status_code == 403


def test_networks_say_whether_posts_can_be_promoted_there(browser, space, live):
    assert "Takes promotions" in words(browser.get(at(space)))


def test_addresses_do_not_look_like_what_ad_blockers_hide(space):
    assert "/ads" not in at(space)


def test_pressing_spend_twice_spends_once(browser, space, live, campaign):
    url = at(space, f"new/{live.pk}/")
    asked = browser.post(url, order(campaign))
    assert 'name="seen" value="0"' in words(asked)
    for _ in range(2):
        said = browser.post(url, order(campaign, sure="20.00", seen="0"))
    assert "has just been ordered" in words(said)
    assert Promotion.objects.get().budget == 20
