"""The limit registry: what it knows, and which files it does not take."""

from datetime import date, timedelta

import pytest

from clarion.networks.limits import Wrong, allowed, everything, limits, told
from clarion.networks.registry import NETWORKS
from clarion.text.counting import RULES

GOOD = """
name = "Friendster"
[sources]
docs = { url = "https://friendster.example/docs", date = 2026-01-02, kind = "documentation" }
[surfaces.feed]
text = { value = 90, unit = "characters", counting = "weighted", source = "docs" }
"""


def test_a_limit_is_asked_for_by_network_surface_and_field():
    text = limits("x", "feed")["text"]
    assert (text.value, text.unit, text.counting) == (280, "characters", "weighted")
    assert text.source.startswith("https://")
    assert text.source_date >= date(2026, 8, 22)
    assert text.verified >= date(2026, 11, 21)


@pytest.mark.parametrize(
    ("network", "surface", "field", "value"),
    [
        ("bluesky", "feed", "text_bytes", 3000),
        ("mastodon", "feed", "text", 500),
        ("threads", "feed", "text", 500),
        ("linkedin", "feed", "text", 3000),
        ("instagram", "carousel", "media", 10),
        ("instagram", "story", "video_seconds", 60),
        ("facebook", "reel", "video_seconds", 90),
        ("pinterest", "pin", "text", 800),
        ("youtube", "short", "video_seconds", 180),
        ("telegram", "photo", "text", 1024),
        ("tumblr", "feed", "text", 4096),
    ],
)
def test_each_surface_has_its_own_limits(network, surface, field, value):
    assert limits(network, surface)[field].number == value


def test_every_network_that_clarion_speaks_to_takes_its_limits_from_here():
    for network in NETWORKS.values():
        assert network.limits == allowed(network.key)
        assert {row.name for row in told(network.key)} == {network.name}


def test_where_sources_disagree_one_is_in_force_and_the_others_are_told():
    rows = [row for row in told("instagram") if row.field == "per_day"]
    said = [(row.value, row.in_force) for row in rows]
    assert said == [(100, True), (50, False), (25, False)]
    assert limits("instagram")["per_day"].value == 100


def test_what_nobody_verified_says_so_and_is_not_called_stale():
    row = limits("slack")["text"]
    assert row.verified is None
    assert not row.is_stale(date(2099, 1, 1))


def test_what_was_verified_is_stale_after_180_days():
    row = limits("x")["text"]
    assert not row.is_stale(row.verified + timedelta(days=180))
    assert row.is_stale(row.verified + timedelta(days=181))


def test_every_verified_row_has_a_source_and_every_rule_is_known():
    for row in everything():
        assert row.source or row.verified is None
        assert row.counting in ("", *RULES)
        assert row.what
        assert row.where
        assert row.said


def test_what_is_not_known_is_no_limit_but_a_sentence():
    with pytest.raises(LookupError, match="No limits of 'friendster' are known"):
        limits("friendster")
    with pytest.raises(LookupError, match="for 'pin'"):
        limits("x", "pin")


def test_a_new_file_is_a_new_network(rows):
    rows.write("friendster", GOOD)
    found = allowed("friendster")
    assert (found.text, found.counting, found.as_of) == (90, "weighted", date(2026, 1, 2))
    assert found.source == "https://friendster.example/docs"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("name =", "called =", "friendster.toml: 'called' means nothing here"),
        ('name = "Friendster"', "", "friendster.toml: 'name' is missing"),
        ('name = "Friendster"', "name = 7", "name must be a str, not 7"),
        ("[sources]", "[sources", "friendster.toml is no TOML"),
        ("https://", "javascript:", "is no address that begins with https://"),
        ('"documentation"', '"hearsay"', "there is no kind 'hearsay'"),
        ("2026-01-02", '"January"', "date must be a date, not 'January'"),
        ("[surfaces.feed]", "[surfaces.fead]", "there is no surface 'fead'"),
        ("text =", "txet =", "there is no field 'txet'"),
        ("value = 90", 'value = "90"', "feed.text: '90' is no number of characters"),
        ("value = 90", "value = 0", "0 is no number of characters"),
        ("value = 90", "value = true", "True is no number of characters"),
        ("value = 90, ", "", "'value' is missing"),
        ('"characters"', '"letters"', "there is no unit 'letters'"),
        ('"weighted"', '"heavy"', "there is no counting rule 'heavy'"),
        ('source = "docs"', 'source = "book"', "there is no source 'book'"),
        ('source = "docs"', "verified = 2026-01-02", "but nobody says where"),
        (', source = "docs"', "", "nothing comes from docs"),
        ('source = "docs" }', 'source = "docs", verified = "yes" }', "must be a date"),
        ("text = {", "text = 90 # {", "the row must be a dict, not 90"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_in_words(rows, old, new, problem):
    rows.write("friendster", GOOD)
    rows.change("friendster", old, new)
    with pytest.raises(Wrong) as refused:
        everything()
    assert problem in str(refused.value)
    assert "friendster.toml" in str(refused.value)
