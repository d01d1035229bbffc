from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from clarion.accounts.rights import NotAllowed, worker
from clarion.ads import actions as ads
from clarion.ads.models import Ledger, Promotion
from clarion.ads.queries import purse
from clarion.kit.errors import Conflict, NotYet
from clarion.strategy import actions as strategy
from clarion.strategy.models import Lesson


@pytest.fixture
def live(delivery, work):
    work()
    delivery.refresh_from_db()
    return delivery


@pytest.mark.parametrize("amount", ["0", "-5", "NaN", "Infinity", "a lot", "1e30", "0.001"])
def test_a_senseless_amount_is_a_sentence(live, boss, amount):
    with pytest.raises(NotYet):
        ads.promote(live, amount, by=boss)


def test_nothing_is_spent_above_what_is_left(live, boss, campaign):
    ads.promote(live, 30, by=boss)
    with pytest.raises(NotYet, match=r"20\.00 EUR left"):
        ads.promote(live, 21, by=boss)
    assert purse(campaign).left == 20


def test_nothing_is_spent_by_itself(live, space):
    with pytest.raises(NotAllowed):
        ads.promote(live, 1, by=worker(space.pk))


def test_an_analyst_may_not_spend(live, member):
    with pytest.raises(NotAllowed):
        ads.promote(live, 1, by=member("analyst").actor())


def test_a_lost_answer_does_not_order_twice(live, boss, playground, work, later):
    playground.fault("fail_after", next=1)
    ads.promote(live, 10, by=boss)
    work()
    assert Promotion.objects.get().state == "unsure"
    with later(seconds=10):
        work()
    promotion = Promotion.objects.get()
    assert promotion.state == "live"
    assert promotion.tries == 1


def test_what_was_spent_is_counted_and_told(live, boss, campaign, playground, work, later):
    ads.promote(live, 10, until=timezone.now() + timedelta(days=7), by=boss)
    work()
    playground.forward(hours=48)
    Ledger.objects.update(due_at=timezone.now())
    work()
    promotion = Promotion.objects.get()
    assert 0 < promotion.spent <= 10
    assert purse(campaign).spent == promotion.spent
    assert Lesson.objects.filter(said_by="ads", text__contains=str(promotion.spent)).exists()


def test_stopping_frees_what_was_not_spent(live, boss, campaign, playground, work):
    promotion = ads.promote(live, 40, by=boss)
    work()
    promotion.refresh_from_db()
    ads.stop(promotion, by=boss)
    assert purse(campaign).left == 10  # until the network has billed it after its end
    Ledger.objects.update(due_at=timezone.now())
    work()
    promotion.refresh_from_db()
    assert purse(campaign).left == Decimal(50) - promotion.spent


@pytest.mark.django_db(transaction=True)
def test_two_orders_at_once_do_not_both_see_the_same_money(live, boss, campaign):
    def order(_):
        try:
            ads.promote(live, 40, by=boss)
        except NotYet:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(order, range(4))) == 1
    assert purse(campaign).left == 10


def test_what_may_be_running_is_not_called_free(live, boss, campaign, playground, work):
    """Its order got no answer, and it runs: stopping it blindly would free money twice."""
    playground.fault("fail_after", next=1)
    promotion = ads.promote(live, 40, by=boss)
    work()
    Promotion.objects.update(state="held", due_at=None)
    promotion.refresh_from_db()
    assert promotion.maybe_out
    with pytest.raises(NotYet, match="running after all"):
        ads.stop(promotion, by=boss)
    assert purse(campaign).left == 10


def test_what_was_looked_for_and_is_not_running_is_free(live, boss, campaign, playground, work):
    playground.fault("fail_before", next=1)
    promotion = ads.promote(live, 40, by=boss)
    work()
    Promotion.objects.update(state="held", due_at=None)
    promotion.refresh_from_db()
    ads.stop(promotion, by=boss)
    assert purse(campaign).left == 50


# --- trying again -----------------------------------------------------------------------------


@pytest.fixture
def held(live, boss):
    """40 of the campaign's 50, for two days, and it needs somebody."""
    promotion = ads.promote(live, 40, until=timezone.now() + timedelta(days=2), by=boss)
    Promotion.objects.update(state="held", due_at=None)
    promotion.refresh_from_db()
    return promotion


def test_what_is_held_is_ordered_when_it_is_tried_again(held, boss, work):
    ads.retry(held, by=boss)
    work()
    held.refresh_from_db()
    assert held.state == "live"
    with pytest.raises(Conflict, match="not held any more"):
        ads.retry(held, by=boss)


def test_nothing_is_spent_after_its_time_is_over(held, boss, later):
    with later(days=3), pytest.raises(NotYet, match="is over"):
        ads.retry(held, by=boss)


def test_a_budget_lowered_meanwhile_holds_for_what_is_tried_again(held, boss, campaign, work):
    strategy.change_campaign(campaign, budget=30, by=boss)
    with pytest.raises(NotYet, match=r"Spring lacks 10\.00 EUR"):
        ads.retry(Promotion.objects.get(), by=boss)
    strategy.change_campaign(campaign, budget=40, by=boss)
    ads.retry(Promotion.objects.get(), by=boss)
    work()
    assert Promotion.objects.get().state == "live"


def test_a_budget_lowered_before_the_order_went_out_holds_it(live, boss, campaign, work):
    ads.promote(live, 40, by=boss)
    strategy.change_campaign(campaign, budget=30, by=boss)
    work()
    promotion = Promotion.objects.get()
    assert promotion.state == "held"
    assert "lacks 10.00 EUR" in promotion.problem


def test_what_may_be_running_is_looked_up_however_late(held, boss, work, later):
    """Only who looks can take it in and stop it; it is not ordered anew."""
    Promotion.objects.update(maybe_out=True)
    held.refresh_from_db()
    with later(days=3):
        ads.retry(held, by=boss)
        work()
        held.refresh_from_db()
    assert held.state == "held"
    assert "is over" in held.problem


def test_an_analyst_may_not_try_again(held, member):
    with pytest.raises(NotAllowed):
        ads.retry(held, by=member("analyst").actor())


def test_a_post_without_an_address_on_the_network_is_not_promoted(live, boss):
    live.url = ""
    with pytest.raises(NotYet, match="no address on Playground"):
        ads.promote(live, 10, by=boss)
    assert not Promotion.objects.exists()


def test_a_post_knows_that_money_is_behind_it(live, boss, work):
    ads.promote(live, 10, by=boss)
    live.refresh_from_db()
    assert live.paid_since is None
    work()
    live.refresh_from_db()
    assert live.paid_since is not None
