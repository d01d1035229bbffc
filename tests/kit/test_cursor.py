"""A long list, cut at a place that stays put."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.models import Notice
from clarion.kit.cursor import cut
from clarion.kit.errors import NotYet


@pytest.fixture
def notices(space):
    """Seven of them; three at the same moment."""
    now = timezone.now()
    hours = [0, 1, 1, 1, 2, 3, 4]
    return [
        Notice.objects.create(
            workspace=space, about=str(n), text=str(n), at=now - timedelta(hours=h)
        )
        for n, h in enumerate(hours)
    ]


def walk(most):
    cursor, seen = "", []
    while True:
        found = cut(Notice.objects.all(), "at", cursor, most)
        seen += [n.text for n in found.rows]
        if not (cursor := found.older):
            return seen


def test_every_row_is_seen_once_whatever_stands_at_the_same_moment(notices):
    assert walk(2) == ["0", "3", "2", "1", "4", "5", "6"]


def test_a_row_that_arrives_at_the_top_moves_nothing_below(notices, space):
    first = cut(Notice.objects.all(), "at", "", 3)
    Notice.objects.create(workspace=space, about="new", text="new")
    second = cut(Notice.objects.all(), "at", first.older, 3)
    assert [n.text for n in second.rows] == ["1", "4", "5"]


@pytest.mark.parametrize("cursor", ["x", "1", "1.x", f"{10**30}.1", "..", "-.1"])
def test_a_cursor_that_was_made_up_is_refused_in_words(notices, cursor):
    with pytest.raises(NotYet, match="no such place"):
        cut(Notice.objects.all(), "at", cursor)
