"""The library inside the composer: searched, ticked, added in the order it was ticked."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from clarion.content.library import browsing
from clarion.content.models import Media
from clarion.interfaces.web import composer_page as whole
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, leaf, page

ON_A_PAGE = 24
AT_ONCE = 100  # media
DIGITS = 18  # an id with more is none of ours
SAID = ("q", "kind", "label", "folder")
TICKED = ("unused", "starred")


@require_GET
@page
def show(request: Request) -> HttpResponse:
    """What can be chosen, with the fields to search by; with `page` that page alone."""
    asked = sought(request)
    media = leaf(request, browsing.library(request.workspace, **asked), ON_A_PAGE)
    context = {"media": media, "picks": judged(request, media), **asked}
    if "page" in request.GET:
        return render(request, "library/_picks.html", context)
    return render(request, "library/_picker.html", {**context, **choices(request)})


@require_GET
@page
def chosen(request: Request) -> HttpResponse:
    """Each of `media`, in that order, as the composer shows it, and why others cannot be."""
    added, problems = offered(request, request.GET.getlist("media"))
    around: dict[str, Any] = {
        "targets": whole.targets(request, None, Typed(), whole.choice(request, None))
    }
    items = [
        render_to_string("composer/_picture.html", {**around, "picture": m}, request=request)
        for m in added
    ]
    return JsonResponse({"items": items, "problems": problems})


def sought(request: Request) -> dict[str, Any]:
    """What somebody looks for, as `browsing.library` takes it."""
    asked: dict[str, Any] = {key: request.GET.get(key, "")[:200] for key in SAID}
    return {**asked, **{key: key in request.GET for key in TICKED}}


def choices(request: Request) -> dict[str, Any]:
    """What the fields to search by offer."""
    return {
        "kinds": Media.Kind.choices,
        "folders": browsing.folders(request.workspace),
        "labels": request.workspace.labels.exclude(media=None).distinct(),
    }


def judged(request: Request, media: Iterable[Media]) -> list[tuple[Media, str]]:
    """Each, with why it may not be shown any more, or nothing."""
    now = timezone.now()
    return [(m, m.forbidden(now, request.workspace.zone)) for m in media]


def offered(request: Request, ids: list[str]) -> tuple[list[Media], list[str]]:
    """What may be shown of these, in their order, and a sentence for each that may not."""
    wanted = [int(pk) for pk in ids if pk.isascii() and pk.isdigit() and len(pk) < DIGITS]
    there = Media.objects.filter(workspace=request.workspace, binned_at=None)
    found = there.in_bulk(list(dict.fromkeys(wanted))[:AT_ONCE])
    pairs = judged(request, [found[pk] for pk in dict.fromkeys(wanted) if pk in found])
    return [m for m, why in pairs if not why], [why for _, why in pairs if why]


urlpatterns = [
    path("w/<slug:ws>/library/pick/", show, name="library-pick"),
    path("w/<slug:ws>/library/chosen/", chosen, name="library-chosen"),
]
