"""The calendar as a PDF: what the page shows with its filters, for a wall or a meeting."""

import json
import re
from pathlib import Path
from typing import Any

import typst
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from clarion.interfaces.web import calendar_grid as grid
from clarion.interfaces.web.calendar_marks import marks
from clarion.interfaces.web.door import Request, page
from clarion.publishing.planning import calendar
from clarion.publishing.queries import Entry, entries_at
from clarion.text.shortening import shortened

SHEET = Path(__file__).with_name("calendar.typ")
A_DAY = {"month": 8, "week": 40}  # posts printed in one day
ROWS = 500  # of a list
WORDS = {"month": 60, "week": 160, "list": 240}  # characters of each post


@require_GET
@page
def paper(request: Request) -> HttpResponse:
    """The same address as the page's, with the same filters."""
    workspace = request.workspace
    channels = list(workspace.channels.exclude(state="gone").select_related("workspace"))
    choice = grid.read(request.GET.dict(), workspace, channels)
    now = timezone.localtime(timezone=choice.zone)
    said = {
        "title": f"{workspace.name}: {choice.title}",
        "sub": f"Times in {choice.zone.key}",
        "foot": f"Printed {now.day} {now:%b %Y, %H:%M}",
        "language": workspace.language[:2],
        "weekdays": [],
        "days": [],
        "rows": [],
    }
    said |= _list(request, choice) if choice.view == "list" else _grid(request, choice)
    pdf = typst.compile(SHEET, sys_inputs={"said": json.dumps(said)})
    response = HttpResponse(pdf, content_type="application/pdf")
    name = f"{workspace.slug}-{choice.view}-{choice.day.isoformat()}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _grid(request: Request, choice: grid.Choice) -> dict[str, Any]:
    most = A_DAY[choice.view]
    held = calendar.on_calendar(request.workspace, choice.span, choice.only, most)
    rows = choice.cells(held, marks(request.workspace, choice, [], hints=False))
    cells = [cell for row in rows for cell in row]
    return {
        "weekdays": [f"{cell.day:%A}" for cell in rows[0]],
        "days": [_day(cell, WORDS[choice.view]) for cell in cells],
    }


def _day(cell: grid.Cell, words: int) -> dict[str, Any]:
    label = f"{cell.day.day} {cell.day:%b}" if cell.outside else f"{cell.day.day}"
    return {
        "label": label,
        "outside": cell.outside,
        "holiday": cell.marks.holiday,
        "notes": [note.text for note in cell.marks.notes],
        "posts": [_post(entry, words) for entry in cell.held.entries],
        "more": cell.held.more,
    }


def _list(request: Request, choice: grid.Choice) -> dict[str, Any]:
    found = calendar.moments(request.workspace, choice.only, *choice.shown)[:ROWS]
    rows = entries_at(found, choice.zone)
    return {"rows": [_post(entry, WORDS["list"]) for entry in rows]}


def _post(entry: Entry, words: int) -> dict[str, str]:
    return {
        "day": f"{entry.at:%a} {entry.at.day} {entry.at:%b %Y}" if entry.at else "",
        "at": f"{entry.at:%H:%M}" if entry.at else "",
        "where": ", ".join(channel.handle for channel in entry.channels),
        "text": _breakable(shortened(entry.post.text, words)) or "No words yet",
        "standing": entry.label,
    }


def _breakable(text: str) -> str:
    """Long words and addresses may break, as a column is narrower than they are."""
    return re.sub(r"(\S{14})(?=\S)", "\\1\u200b", text)


urlpatterns: list[Any] = [
    path("w/<slug:ws>/calendar/calendar.pdf", paper, name="calendar-pdf"),
]
