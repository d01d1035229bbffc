"""Page: saved captions and hashtag groups. `/name` puts one into a post; results count them."""

from typing import Any

from django import forms
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from clarion.content import captions
from clarion.content.models import Caption
from clarion.interfaces.web.door import Request, blaming, own, page, tell, undone
from clarion.measurement.captions import by_caption


class CaptionForm(forms.Form):
    name = forms.CharField(
        max_length=41, label="Short name", help_text="What one types after the slash: /bread"
    )
    text = forms.CharField(
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Words, or hashtags only: then it is a hashtag group.",
    )


@require_GET
@page
def show(request: Request) -> HttpResponse:
    return _show(request, CaptionForm())


def _show(request: Request, form: CaptionForm, status: int = 200) -> HttpResponse:
    found = list(captions.captions(request.workspace))
    context = {
        "form": form,
        "kinds": [
            (words, [c for c in found if c.kind == kind])
            for kind, words in Caption.Kind.choices
        ],
        "nothing": not found,
        "results": by_caption(request.workspace),
        "may_write": request.actor.can_somewhere("write"),
    }
    return render(request, "captions/page.html", context, status=status)


@require_GET
@page
def choices(request: Request) -> HttpResponse:
    """What the composer offers, the most used first."""
    rows: Any = captions.captions(request.workspace)
    rows = rows.order_by("-used", "name")
    found = [{"name": c.name, "text": c.text, "kind": c.get_kind_display()} for c in rows]
    return JsonResponse({"captions": found})


@require_POST
@page
def save(request: Request) -> HttpResponse:
    form = CaptionForm(request.POST)
    if form.is_valid():
        with blaming(form):
            captions.save_caption(request.workspace, by=request.actor, **form.cleaned_data)
            tell(request, "Saved")
            return redirect("captions", request.workspace.slug)
    return _show(request, form, 422)


@require_POST
@page
def change(request: Request, pk: int) -> HttpResponse:
    caption, form = own(Caption.objects.all(), request, pk=pk), CaptionForm(request.POST)
    if form.is_valid():
        with blaming(form):
            captions.change_caption(caption, by=request.actor, **form.cleaned_data)
            tell(request, "Changed. Posts keep the words they have")
            return redirect("captions", request.workspace.slug)
    return _show(request, form, 422)


@require_POST
@page
def drop(request: Request, pk: int) -> HttpResponse:
    caption = own(Caption.objects.all(), request, pk=pk)
    captions.drop_caption(caption, by=request.actor)
    undo = reverse("caption-keep", args=[request.workspace.slug, pk])
    tell(request, f"Removed: {caption}", undo)
    return redirect("captions", request.workspace.slug)


@require_POST
@page
def keep(request: Request, pk: int) -> HttpResponse:
    caption = own(Caption.objects.all(), request, pk=pk)
    captions.keep_caption(caption, by=request.actor)
    here = reverse("captions", args=[request.workspace.slug])
    return undone(request, f"Back: {caption}", here)


HERE = "w/<slug:ws>/captions/"
urlpatterns = [
    path(HERE, show, name="captions"),
    path(f"{HERE}choices/", choices, name="caption-choices"),
    path(f"{HERE}new/", save, name="caption-new"),
    path(f"{HERE}<int:pk>/", change, name="caption-change"),
    path(f"{HERE}<int:pk>/drop/", drop, name="caption-drop"),
    path(f"{HERE}<int:pk>/keep/", keep, name="caption-keep"),
]
