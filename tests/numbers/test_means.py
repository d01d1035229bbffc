"""Which groups may be called better: by chance alone, hardly ever one."""

import random
import statistics

import pytest

from clarion.numbers.means import Group, quantile, standings, two_sided


@pytest.mark.parametrize(
    ("t", "free", "p"), [(12.706, 1, 0.05), (3, 5, 0.0301), (2.0, 60, 0.05), (0, 9, 1)]
)
def test_the_t_distribution_is_that_of_the_tables(t, free, p):
    assert two_sided(t, free) == pytest.approx(p, abs=1e-4)


def test_its_quantiles_too():
    assert quantile(4) == pytest.approx(2.776, abs=1e-3)


def _groups(dice, means, n=12):
    found = {}
    for key, mean in enumerate(means):
        values = [dice.gauss(mean, 1) for _ in range(n)]
        found[str(key)] = Group(n, statistics.mean(values), statistics.variance(values))
    return found


def test_alike_groups_are_hardly_ever_called_different():
    dice = random.Random(4)
    wrong = sum(
        any(s.verdict != "undecided" for s in standings(_groups(dice, [2] * 8), 5).values())
        for _ in range(100)
    )
    assert wrong <= 10


def test_a_better_group_is_found_and_shrunk_towards_the_rest():
    found = standings(_groups(random.Random(4), [2, 2, 2, 2, 4]), 5)
    assert found["4"].verdict == "higher"
    plain = (found["4"].interval.low + found["4"].interval.high) / 2
    assert 0 < found["4"].difference < plain


def test_few_values_are_not_named():
    groups = {"a": Group(4, 9, 1), "b": Group(9, 1, 1)}
    assert list(standings(groups, 5)) == ["b"]
    assert standings({"a": Group(9, 1, 1)}, 5) == {}
