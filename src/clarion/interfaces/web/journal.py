"""The journal: who did what, when, and what it changed. To filter, to take along, to verify."""

import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from django import forms
from django.core.handlers.asgi import ASGIRequest
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from clarion.accounts.journal import verify as walk
from clarion.accounts.models import JournalEntry
from clarion.accounts.queries import Wanted, as_row, changes, hands, kinds
from clarion.interfaces.web.door import Request, page
from clarion.kit.errors import NotYet

A_PAGE = 50
CHUNK = 500
COLUMNS = ("seq", "at", "by", "by_kind", "did", "about", "before", "after", "previous", "seal")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run what begins like this


class Filter(forms.Form):
    by = forms.CharField(required=False, max_length=200)
    kind = forms.CharField(required=False, max_length=60)
    words = forms.CharField(required=False, max_length=100, strip=True)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)


@page
def show(request: Request) -> HttpResponse:
    request.actor.must("journal", request.workspace.pk)
    wanted = _wanted(request)
    rows = _from(wanted.of(request.workspace), request.GET.get("before", ""))
    found = list(rows[: A_PAGE + 1])
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "rows": [(entry, changes(entry)) for entry in found[:A_PAGE]],
        "older": found[A_PAGE - 1].seq if len(found) > A_PAGE else "",
        "newest": bool(request.GET.get("before")),
        "wanted": wanted,
        "filtered": wanted != Wanted(),
        "hands": hands(request.workspace),
        "kinds": kinds(request.workspace),
        "query": query.urlencode(),
    }
    return render(request, "journal/show.html", context)


@page
def verify(request: Request) -> HttpResponse:
    """Walk the whole chain now and say what was found."""
    request.actor.must("journal", request.workspace.pk)
    context = {"verdict": walk(request.workspace), "at": timezone.now()}
    return render(request, "journal/verify.html", context)


def _wanted(request: Request) -> Wanted:
    """What was asked for. A date that is none is said, not guessed."""
    form = Filter(request.GET)
    if not form.is_valid():
        raise NotYet(
            "One of the filters is not a date. Choose it from the calendar of the field."
        )
    return Wanted(**form.cleaned_data)


def _from(rows: QuerySet[JournalEntry], before: str) -> QuerySet[JournalEntry]:
    return rows.filter(seq__lt=int(before[:18])) if before.isdigit() else rows


# --- taking it along --------------------------------------------------------------------------


@page
def export(request: Request, kind: str) -> HttpResponseBase:
    """All lines that the filter lets through, oldest first, however many."""
    request.actor.must("journal", request.workspace.pk)
    rows = _wanted(request).of(request.workspace).order_by("seq")
    line, mime, head = {
        "csv": (_as_csv, "text/csv", _csv_line(COLUMNS)),
        "jsonl": (_as_json, "application/jsonl", ""),
    }[kind]
    name = f"journal-{request.workspace.slug}-{timezone.localdate().isoformat()}.{kind}"
    is_async = isinstance(getattr(request, "_request", request), ASGIRequest)
    body = _later(rows, line, head) if is_async else _now(rows, line, head)
    return StreamingHttpResponse(
        body,
        content_type=f"{mime}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


Line = Callable[[JournalEntry], str]


def _now(rows: QuerySet[JournalEntry], line: Line, head: str) -> Iterator[str]:
    yield head
    for entry in rows.iterator(chunk_size=CHUNK):
        yield line(entry)


async def _later(rows: QuerySet[JournalEntry], line: Line, head: str) -> AsyncIterator[str]:
    """The same for a server that sends while it reads."""
    yield head
    async for entry in rows.aiterator(chunk_size=CHUNK):
        yield line(entry)


def _as_json(entry: JournalEntry) -> str:
    return json.dumps(as_row(entry), ensure_ascii=False) + "\n"


def _as_csv(entry: JournalEntry) -> str:
    row = as_row(entry)
    return _csv_line([_cell(row[column]) for column in COLUMNS])


def _cell(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


urlpatterns: list[Any] = [
    path("w/<slug:ws>/journal/", show, name="journal"),
    path("w/<slug:ws>/journal/verify/", verify, name="journal-verify"),
    path("w/<slug:ws>/journal/export.jsonl", export, {"kind": "jsonl"}, name="journal-jsonl"),
    path("w/<slug:ws>/journal/export.csv", export, {"kind": "csv"}, name="journal-csv"),
]
