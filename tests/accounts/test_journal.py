import pytest

from clarion.accounts import journal
from clarion.accounts.journal import Line, extend, record, verify
from clarion.accounts.models import JournalEntry, JournalHead


@pytest.fixture
def lines(space, boss):
    for n in range(5):
        record(boss, "post.changed", f"Post {n}", {"text": "old"}, {"text": f"new {n}"})
    return space.journal.order_by("seq")


def test_an_untouched_journal_is_whole(space, lines):
    verdict = verify(space)
    assert (verdict.broken_at, verdict.rows) == (None, lines.count())
    assert verdict.seal == lines.last().seal


@pytest.mark.parametrize("field", ["by", "did", "about", "at", "after", "by_kind"])
def test_a_changed_row_is_found(space, lines, field):
    row = lines[2]
    other = lines[3]
    value = {"text": "forged"} if field == "after" else getattr(other, field)
    if value == getattr(row, field):
        value = "forged"
    JournalEntry.objects.filter(pk=row.pk).update(**{field: value})
    assert verify(space).broken_at == row.seq


def test_a_removed_row_is_found(space, lines):
    row = lines[2]
    row.delete()
    assert verify(space).broken_at == row.seq


def test_a_journal_cut_off_at_its_end_is_found(space, lines):
    last = lines.last()
    last.delete()
    assert verify(space).broken_at == last.seq


def test_a_forged_row_with_a_fresh_seal_breaks_the_one_after(space, lines):
    row = lines[2]
    row.about = "Post 99"
    row.seal = journal.seal(row)
    row.save()
    assert verify(space).broken_at == row.seq + 1


def test_many_lines_at_once_are_one_chain(space, boss):
    extend(boss, [Line("delivery.live", f"Delivery {n}") for n in range(50)])
    assert verify(space).broken_at is None
    assert JournalHead.objects.get(workspace=space).seq == space.journal.count()
