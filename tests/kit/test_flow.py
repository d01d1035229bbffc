"""A state machine that cannot work does not load."""

import pytest

from clarion.kit.flow import Flow, IllegalMove


def test_a_state_that_is_not_in_the_table_is_noticed_at_once():
    with pytest.raises(ValueError, match="Not in the table"):
        Flow({"shut": {"opne"}, "open": {"shut"}}, start="shut")
    with pytest.raises(ValueError, match="Not in the table"):
        Flow({"shut": set()}, start="shut", runs=frozenset({"open"}))


def test_a_state_nobody_can_reach_is_noticed_at_once():
    with pytest.raises(ValueError, match=r"No way to reach: \['gone'\]"):
        Flow({"shut": {"open"}, "open": {"shut"}, "gone": {"shut"}}, start="shut")


def test_a_move_that_is_not_in_the_table_is_refused_in_words_and_explained_to_programmers():
    flow = Flow({"shut": {"open"}, "open": {"gone"}, "gone": set()}, start="shut")
    flow.check("shut", "open")
    with pytest.raises(IllegalMove, match="Look at it again") as refused:
        flow.check("shut", "gone")
    assert refused.value.__notes__ == ["shut -> gone"]


def test_states_without_a_way_on_are_final():
    flow = Flow({"shut": {"open"}, "open": {"gone"}, "gone": set()}, start="shut")
    assert flow.final == {"gone"}
