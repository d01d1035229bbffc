"""Notes on days of the calendar: what the team should know when it plans around them."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet
from clarion.strategy.models import DayNote

TEXT_MAX = 200  # characters
LONGEST = timedelta(days=366)
YEARS = range(2000, 2101)


@transaction.atomic
def note(
    workspace: Workspace, day: date, text: str, *, until: date | None = None, by: Actor
) -> DayNote:
    """Write something on a day, or on all days from it to `until`."""
    _must_plan(workspace.pk, by)
    until = until or day
    _must_be_days(day, until)
    made = DayNote.objects.create(
        workspace=workspace, day=day, until=until, text=_words(text), by=by.name
    )
    record(by, "note.written", f"Note {made.pk}", after=_of(made))
    return made


@transaction.atomic
def change(
    found: DayNote,
    *,
    text: str | None = None,
    day: date | None = None,
    until: date | None = None,
    by: Actor,
) -> None:
    """Other words or other days. What is None stays; a new first day moves the last one too."""
    _must_plan(found.workspace_id, by)
    before, length = _of(found), found.until - found.day
    found.day = day or found.day
    found.until = until or found.day + length
    _must_be_days(found.day, found.until)
    found.text = found.text if text is None else _words(text)
    found.save()
    record(by, "note.changed", f"Note {found.pk}", before, _of(found))


@transaction.atomic
def remove(found: DayNote, *, by: Actor) -> None:
    _must_plan(found.workspace_id, by)
    record(by, "note.removed", f"Note {found.pk}", before=_of(found))
    found.delete()


def between(workspace: Workspace, start: date, end: date) -> QuerySet[DayNote]:
    """Notes that touch the days from `start` up to but not including `end`, in order."""
    rows = DayNote.objects.filter(workspace=workspace, day__lt=end, until__gte=start)
    return rows.order_by("day", "pk")


def _must_plan(workspace_id: int, by: Actor) -> None:
    """Whoever writes posts or sets aims plans around days."""
    if by.workspace_id == workspace_id and by.can_somewhere("write"):
        return
    by.must("plan", workspace_id)


def _must_be_days(day: date, until: date) -> None:
    if day.year not in YEARS:
        raise NotYet("Choose a day between 2000 and 2100.", "day")
    if not day <= until <= day + LONGEST:
        raise NotYet("The last day comes after the first, and within a year of it.", "until")


def _words(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not text or len(text) > TEXT_MAX:
        raise NotYet(f"Write a note of 1 to {TEXT_MAX} characters.", "text")
    return text


def _of(found: DayNote) -> dict[str, object]:
    return {"day": found.day, "until": found.until, "text": found.text}
