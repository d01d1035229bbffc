"""A short text is seen to be short for something longer."""

import pytest

from clarion.text.shortening import shortened


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Rye at eight", "Rye at eight"),
        ("The door is open until six", "The door is…"),
        ("The door is now and open", "The door is now…"),
        ("One supercalifragilistic", "One supercalifr…"),
        ("珈" * 20, "珈" * 15 + "…"),
        ("", ""),
    ],
)
def test_a_cut_falls_between_words_and_shows(text, short):
    assert shortened(text, 16) == short
    assert len(short) <= 16
