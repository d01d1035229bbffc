"""The auction: what is bid, for whom and how well decides what attention costs."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clarion.networks.playground.auction import LEAST, Offer, bill, market

WEEK = 168
ORDER = Offer(cents=20_000, hours=WEEK, people=20_000, good=0.5, bid=400)


def thousand(offer, seed=7):
    """Cents that a thousand views have cost at the end of the run."""
    cents, views = bill(seed, 0, offer).at(offer.hours)
    return 1000 * cents / views


@given(
    cents=st.integers(100, 10**7),
    hours=st.integers(1, 400),
    people=st.integers(1, 10**6),
    good=st.floats(0.05, 0.98),
    bid=st.floats(1, 1000),
    look=st.lists(st.floats(0, 500), min_size=1, max_size=10),
)
def test_a_bill_only_rises_and_never_passes_the_budget(cents, hours, people, good, bid, look):
    ad = bill(7, 3, Offer(cents, hours, people, good, bid))
    told = [ad.at(hour) for hour in sorted(look)]
    assert told == sorted(told)
    assert all(0 <= paid <= cents and views >= 0 for paid, views in told)


@given(good=st.floats(0.05, 0.98), bid=st.floats(50, 1000), began=st.integers(0, 10**6))
def test_nobody_pays_more_for_a_thousand_views_than_they_bid(good, bid, began):
    ad = bill(7, began, replace(ORDER, good=good, bid=bid))
    assert ad.cents[-1] <= bid * ad.views[-1] / 1000 + 1e-6


def test_who_wins_pays_the_next_bid_and_not_their_own():
    hour = next(h for h in range(1000) if market(7, h)[0] > LEAST)
    cheapest = market(7, hour)[0]
    for bid in (cheapest + 1, cheapest + 200):
        ad = bill(7, hour, Offer(cents=1, hours=1, people=10**6, good=0.5, bid=bid))
        assert 1000 * ad.cents[1] / ad.views[1] == pytest.approx(cheapest)


def test_a_higher_bid_wins_more_and_pays_more_for_each():
    low, high = replace(ORDER, bid=200), replace(ORDER, bid=800)
    assert bill(7, 0, high).lots[-1] > bill(7, 0, low).lots[-1] > 0
    assert bill(7, 0, high).views[-1] > bill(7, 0, low).views[-1]
    assert thousand(high) > 1.2 * thousand(low)


def test_the_same_money_is_worth_more_among_more_people():
    few, many = replace(ORDER, bid=900, people=5_000), replace(ORDER, bid=900, people=80_000)
    assert thousand(few) > 1.2 * thousand(many)


def test_more_money_for_the_same_people_costs_more_for_each():
    assert thousand(replace(ORDER, bid=900)) > 1.2 * thousand(
        replace(ORDER, cents=2_000, bid=900)
    )


def test_a_bid_that_nobody_needs_to_beat_leaves_the_money_where_it_is():
    assert bill(7, 0, replace(ORDER, bid=LEAST / 2)).at(WEEK) == (0, 0)


def test_money_that_a_dear_hour_left_over_is_spent_in_the_next_ones():
    ad = bill(7, 0, replace(ORDER, cents=2_000, bid=250))
    hours = [after - before for before, after in zip(ad.cents, ad.cents[1:], strict=False)]
    assert 0 in hours
    assert max(hours) > 1.2 * 2_000 / WEEK


def test_the_same_money_shows_a_better_post_more_often():
    for seed in range(20):
        good, poor = (bill(seed, 0, replace(ORDER, good=g)).at(WEEK)[1] for g in (0.9, 0.1))
        assert good > poor


def test_the_same_seed_holds_the_same_auctions():
    assert market(7, 12) == market(7, 12) != market(8, 12)
