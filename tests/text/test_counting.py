"""Every network counts in its own way; these are the cases where the ways differ."""

import pytest
from tests.text.vectors import vectors

from clarion.text.counting import RULES, hashtags, links, mentions, short_links


@pytest.mark.parametrize(("rule", "length", "text", "says"), vectors())
def test_each_rule_counts_as_its_network_does(rule, length, text, says):
    assert RULES[rule](text) == length, says


def test_every_rule_has_examples():
    assert {rule for rule, *_ in vectors()} == set(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_half_an_emoji_breaks_no_rule(rule):
    assert rule("\ud83d") >= 1


@pytest.mark.parametrize("link", ["https://a.io", "https://example.com/very/long?and=more#x"])
def test_a_link_costs_23_however_long_it_is(link):
    assert short_links(link) == 23
    assert short_links(f"Read {link}.") == len("Read .") + 23


def test_an_address_of_a_person_is_no_mention_of_them():
    assert mentions("Write to bo@bakery.example") == []
    assert short_links("bo@bakery.example") == len("bo@bakery.example")


def test_tags_are_found_and_numbers_are_none():
    assert hashtags("#Bread and #rye_2026, not #2026 nor a#b or https://x.io/#top") == [
        "Bread",
        "rye_2026",
    ]


def test_tags_may_be_written_in_any_script():
    assert hashtags("#хлеб #パン #Bäckerei") == ["хлеб", "パン", "Bäckerei"]


def test_people_are_found_with_and_without_their_server():
    assert mentions("@ada and @bo@example.social, .@cy.bsky.social!") == [
        "ada",
        "bo@example.social",
    ]


def test_a_link_ends_before_the_sentence_does():
    assert links("See https://a.io/b, (https://c.io/d) and https://e.io/f?x=1!") == [
        "https://a.io/b",
        "https://c.io/d",
        "https://e.io/f?x=1",
    ]


@pytest.mark.parametrize("rule", RULES.values(), ids=list(RULES))
def test_nothing_counts_as_nothing(rule):
    assert rule("") == 0
