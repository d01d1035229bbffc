"""Counting what is met must not count what did not run."""

from types import SimpleNamespace

import pytest
from tools.acceptance import Recorder, lines


@pytest.fixture
def recorder():
    found = Recorder()
    found.named = {"one": ["HS-1"], "two": ["HS-1", "HS-2"], "three": ["HS-3"]}
    return found


def report(recorder, test, outcome, when="call"):
    recorder.pytest_runtest_logreport(SimpleNamespace(nodeid=test, outcome=outcome, when=when))


def test_a_line_is_met_when_every_test_that_names_it_has_passed(recorder):
    report(recorder, "one", "passed")
    report(recorder, "two", "passed")
    assert recorder.met({}) == {"HS-1": "quick", "HS-2": "quick"}


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_one_test_that_did_not_pass_is_enough_to_miss_it(recorder, outcome):
    report(recorder, "one", "passed")
    report(recorder, "two", outcome)
    assert recorder.met({}) == {}


def test_a_test_that_breaks_before_or_after_itself_has_not_passed(recorder):
    report(recorder, "three", "passed", when="setup")
    report(recorder, "three", "passed")
    report(recorder, "three", "failed", when="teardown")
    assert recorder.met({}) == {}


def test_what_was_left_out_is_not_met_by_the_rest(recorder):
    report(recorder, "three", "passed")
    assert recorder.met({"HS-3": "servers"}) == {}


def test_there_are_two_hundred_and_one_lines_and_twenty_five_openings():
    found = lines()
    openings = [line for line in found if line.startswith("OP-")]
    assert (len(found) - len(openings), len(openings)) == (201, 25)
    assert all(line.text and line.system for line in found.values())
