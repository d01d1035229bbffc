"""The worked example: campaign A against B, with every denominator one may choose."""

import pytest

from clarion.numbers.proportions import compare, wilson


@pytest.mark.parametrize(
    ("a", "b", "difference", "low", "high", "p", "verdict"),
    [
        ((4_500, 100_000), (3_230, 85_000), 0.70, 0.52, 0.88, 6e-14, "higher"),
        ((2_100, 100_000), (1_275, 85_000), 0.60, 0.48, 0.72, 7e-22, "higher"),
        ((109, 2_100), (52, 1_275), 1.11, -0.33, 2.55, 0.14, "undecided"),
        ((234, 4_500), (132, 3_230), 1.11, 0.17, 2.06, 0.023, "higher"),
        ((5_200, 100_000), (3_485, 85_000), 1.10, 0.91, 1.29, 7e-29, "higher"),
    ],
    ids=["reactions", "clicks", "sales-of-clicks", "sales-of-reactions", "sales-of-reached"],
)
def test_the_denominator_decides_what_may_be_said(a, b, difference, low, high, p, verdict):
    found = compare(*a, *b)
    assert found.verdict == verdict
    assert 100 * found.difference == pytest.approx(difference, abs=0.006)
    assert 100 * found.interval.low == pytest.approx(low, abs=0.006)
    assert 100 * found.interval.high == pytest.approx(high, abs=0.006)
    assert found.p == pytest.approx(p, rel=0.1)


def test_the_other_way_round_it_is_lower():
    assert compare(3_230, 85_000, 4_500, 100_000).verdict == "lower"


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(109, 2_100, 4.32, 6.22), (52, 1_275, 3.12, 5.31)]
)
def test_a_share_has_an_interval(hits, n, low, high):
    found = wilson(hits, n)
    assert (100 * found.low, 100 * found.high) == (
        pytest.approx(low, abs=0.006),
        pytest.approx(high, abs=0.006),
    )


def test_nobody_of_ten_is_not_nobody_at_all():
    found = wilson(0, 10)
    assert found.low == 0
    assert found.high > 0.2


@pytest.mark.parametrize(("hits", "n"), [(0, 0), (5, 4), (-1, 10)])
def test_what_is_no_share_has_no_interval(hits, n):
    assert wilson(hits, n) is None
    assert compare(hits, n, 1, 10) is None


def test_a_handful_decides_nothing():
    assert compare(3, 10, 0, 10).verdict == "undecided"
    assert compare(0, 10, 0, 10).p == 1.0
