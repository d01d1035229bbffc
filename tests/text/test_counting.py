"""Every network counts in its own way; these are the cases where the ways differ."""

import pytest

from clarion.text.counting import (
    RULES,
    codepoints,
    graphemes,
    hashtags,
    links,
    mentions,
    short_links,
)

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "🏴󠁧󠁢󠁥󠁮󠁧󠁿"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (FAMILY, 1),
        (ENGLAND, 1),
        ("cafe\N{COMBINING ACUTE ACCENT}", 4),
        ("한국어", 3),
        ("\r\n", 1),
        ("", 0),
    ],
)
def test_a_grapheme_is_what_a_reader_calls_a_character(text, length):
    assert graphemes(text) == length


def test_a_family_is_one_character_and_25_bytes():
    assert graphemes(FAMILY) == 1
    assert len(FAMILY.encode()) == 25


def test_codepoints_are_counted_one_by_one():
    assert codepoints(ENGLAND) == 7


def test_the_server_of_a_mention_is_free_where_links_are_short():
    assert short_links("@user@example.social") == len("@user")


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
