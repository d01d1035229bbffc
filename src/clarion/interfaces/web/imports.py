"""Page: posts by the file. Row by row what it says; wrong rows are mended where they are."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from clarion.channels.models import Channel
from clarion.content.models import Import, ImportRow
from clarion.interfaces.web.door import Request, leaf, own, page, tell, toast
from clarion.kit.errors import NotYet
from clarion.publishing.planning.exports import FORMATS, content_type, template, written
from clarion.publishing.planning.imports import actions, queries
from clarion.publishing.planning.imports.columns import FIELDS, TITLES

A_PAGE = 50  # rows
KEPT = 20  # imports that are listed
TONES = {
    "unseen": "calm",
    "wrong": "bad",
    "new": "go",
    "changed": "wait",
    "same": "off",
    "out": "off",
    "left": "off",
    "done": "done",
}


@require_GET
@page
def show(request: Request) -> HttpResponse:
    """Choose a file; what was taken in before."""
    return _show(request)


def _show(request: Request, problem: str = "", status: int = 200) -> HttpResponse:
    sources = Import.objects.filter(workspace=request.workspace).order_by("-pk")[:KEPT]
    context = {
        "sources": [(source, queries.counts(source)) for source in sources],
        "may_write": request.actor.can_somewhere("write"),
        "fields": list(FIELDS.values()),
        "thens": Import.Then.choices,
        "channels": _channels(request),
        "problem": problem,
    }
    return render(request, "imports/page.html", context, status=status)


@require_POST
@page
def take_in(request: Request) -> HttpResponse:
    file = request.FILES.get("file")
    if file is None:
        return _show(request, "Choose a file first: CSV, XLSX or JSONL.", 422)
    try:
        source = actions.take_in(
            request.workspace,
            file.name or "posts",
            file.file,  # type: ignore[arg-type]
            then=request.POST.get("then", Import.Then.DRAFT),
            to=_to(request),
            by=request.actor,
        )
    except NotYet as reason:
        return _show(request, str(reason), 422)
    return redirect("import", request.workspace.slug, source.pk)


@require_GET
@page
def one(request: Request, pk: int) -> HttpResponse:
    """One file: what its columns mean, and its rows."""
    context = _of(request, _own(request, pk))
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"imports/{'_rows' if part else 'one'}.html", context)


def _of(request: Request, source: Import, **more: Any) -> dict[str, Any]:
    counts = queries.counts(source)
    asked = request.GET.get("state", "wrong" if counts.get("wrong") else "")
    total = sum(counts.values())
    seen = total - counts.get("unseen", 0)
    states = [(key, str(words)) for key, words in ImportRow.State.choices if counts.get(key)]
    rows = leaf(request, queries.shown(source, asked), A_PAGE)
    return {
        "source": source,
        "counts": counts,
        "total": total,
        "seen": seen,
        "ready": counts.get("new", 0) + counts.get("changed", 0),
        "tabs": [("All", "?state=all", asked not in dict(states), total)]
        + [(words, f"?state={key}", key == asked, counts[key]) for key, words in states],
        "asked": asked,
        "rows": rows,
        "shown": [_row(source, row) for row in rows],
        "titles": [(key, _title(source, key)) for key in source.columns],
        "meanings": [(k, TITLES[k], source.columns.get(k)) for k in TITLES],
        "header": list(enumerate(source.header)),
        "thens": Import.Then.choices,
        "channels": _channels(request),
        "may_write": request.actor.can_somewhere("write"),
        "busy": source.state != Import.State.READY,
        **more,
    }


def _row(source: Import, row: ImportRow) -> dict[str, Any]:
    wrong = {p["column"] for p in row.problems if p["blocks"]}
    cells = [
        (key, _title(source, key), row.said(key, source.columns))
        for key in TITLES
        if key in source.columns
    ]
    return {
        "row": row,
        "tone": TONES[row.state],
        "cells": cells,
        "extra": [
            (k, TITLES[k], "") for k in TITLES if TITLES[k] in wrong and k not in source.columns
        ],
        "wrong": wrong,
    }


def _title(source: Import, key: str) -> str:
    return source.header[source.columns[key]] or TITLES[key]


@require_POST
@page
def set_up(request: Request, pk: int) -> HttpResponse:
    """Another meaning of columns, another wish: every row is looked at again."""
    said = request.POST
    columns = {k: int(v) for k in FIELDS if (v := said.get(f"col-{k}", "")).isdecimal()}
    changes = {
        "columns": columns,
        "then": said.get("then", Import.Then.DRAFT),
        "to": _to(request),
        "day_first": said.get("day_first", "yes") == "yes",
    }
    source = _own(request, pk)
    try:
        actions.set_up(source, by=request.actor, **changes)
    except NotYet as reason:
        context = _of(request, source, problem=str(reason))
        return render(request, "imports/one.html", context, status=422)
    return redirect("import", request.workspace.slug, pk)


@require_POST
@page
def mend(request: Request, pk: int) -> HttpResponse:
    """New words in a row; the row answers in its new state."""
    row = _own_row(request, pk)
    cells = {k: v for k in FIELDS if (v := request.POST.get(f"cell-{k}")) is not None}
    try:
        row = actions.mend(row, cells, by=request.actor)
    except NotYet as reason:
        answer = _answer(request, row)
        return toast(answer, str(reason), tone="bad")
    return _answer(request, row)


@require_POST
@page
def leave_out(request: Request, pk: int) -> HttpResponse:
    left = request.POST.get("left", "yes") == "yes"
    row = actions.leave_out(_own_row(request, pk), left=left, by=request.actor)
    return _answer(request, row)


def _answer(request: Request, row: ImportRow) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect("import", request.workspace.slug, row.source_id)
    context = {"item": _row(row.source, row), "may_write": True, "source": row.source}
    return render(request, "imports/_row.html", context)


@require_POST
@page
def go(request: Request, pk: int) -> HttpResponse:
    source = _own(request, pk)
    try:
        actions.go(source, by=request.actor)
    except NotYet as reason:
        context = _of(request, source, problem=str(reason))
        return render(request, "imports/one.html", context, status=422)
    return redirect("import", request.workspace.slug, pk)


@require_POST
@page
def forget(request: Request, pk: int) -> HttpResponse:
    source = _own(request, pk)
    actions.forget(source, by=request.actor)
    tell(request, f"Put away: {source.name}. Its posts stay")
    return redirect("imports", request.workspace.slug)


@require_GET
@page
def form(request: Request) -> HttpResponseBase:
    """A file to fill in."""
    kind = _format(request)
    return _file(template(request.workspace, kind), "template", kind)


@require_GET
@page
def export(request: Request) -> HttpResponseBase:
    """The posts of a filter, in a file that the import takes in without doubling any."""
    asked, kind = request.GET, _format(request)
    channel, campaign = (_number(asked.get(name, "")) for name in ("channel", "campaign"))
    rows = queries.chosen(request.workspace, channel, campaign, asked.get("state", ""))
    return _file(
        written(request.workspace, rows, kind), f"{request.workspace.slug}-posts", kind
    )


def _file(body: Any, name: str, kind: str) -> HttpResponseBase:
    """Whole: a table of texts is small, and an event loop must not wait for the database."""
    data = body if isinstance(body, bytes) else "".join(body).encode()
    made: HttpResponseBase = HttpResponse(data, content_type=content_type(kind))
    made["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return made


def _format(request: Request) -> str:
    asked = request.GET.get("format", "csv")
    return asked if asked in FORMATS else "csv"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _to(request: Request) -> list[Channel]:
    wanted = {n for text in request.POST.getlist("to") if (n := _number(text))}
    return [c for c in _channels(request) if c.pk in wanted]


def _channels(request: Request) -> list[Channel]:
    rows = Channel.objects.filter(workspace=request.workspace).exclude(state="gone")
    return list(rows.select_related("workspace").order_by("pk"))


def _own(request: Request, pk: int) -> Import:
    return own(Import.objects.select_related("workspace"), request, pk=pk)


def _own_row(request: Request, pk: int) -> ImportRow:
    rows = ImportRow.objects.select_related("source__workspace", "post")
    return own(rows, request, "source__workspace", pk=pk)


HERE = "w/<slug:ws>/import/"
urlpatterns = [
    path(HERE, show, name="imports"),
    path(f"{HERE}new/", take_in, name="import-new"),
    path(f"{HERE}template/", form, name="import-template"),
    path(f"{HERE}<int:pk>/", one, name="import"),
    path(f"{HERE}<int:pk>/columns/", set_up, name="import-columns"),
    path(f"{HERE}<int:pk>/go/", go, name="import-go"),
    path(f"{HERE}<int:pk>/forget/", forget, name="import-forget"),
    path(f"{HERE}rows/<int:pk>/", mend, name="import-row"),
    path(f"{HERE}rows/<int:pk>/leave/", leave_out, name="import-row-leave"),
    path("w/<slug:ws>/posts/export/", export, name="posts-export"),
]
