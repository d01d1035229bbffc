"""Page: library. Pictures, films and documents: sorted, found again, with their uses."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clarion.content import library
from clarion.content.library import browsing, cuts
from clarion.content.models import Media
from clarion.interfaces.web import composer_media, library_picker, uploading
from clarion.interfaces.web.door import (
    Request,
    blaming,
    day_input,
    leaf,
    own,
    page,
    tell,
    undone,
)
from clarion.pictures import recipes

ON_A_PAGE = 48
PERCENT = {str(n) for n in range(101)}


def _focus() -> forms.NumberInput:
    """Stands beside the picture, and is sent with the rest."""
    return forms.NumberInput(attrs={"form": "about"})


class AboutForm(forms.Form):
    name = forms.CharField(max_length=200)
    alt = forms.CharField(
        label="What it shows", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    folder = forms.CharField(required=False, help_text="Such as Summer/Beach.")
    labels = forms.CharField(required=False, help_text="With commas between them.")
    starred = forms.BooleanField(required=False)
    notes = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        help_text="Among ourselves; never goes out.",
    )
    rights_by = forms.CharField(label="Rights granted by", required=False)
    rights_scope = forms.CharField(label="For what", required=False)
    until = forms.DateField(
        label="Rights end after", required=False, widget=day_input(), help_text="Empty: never."
    )
    focus_x = forms.IntegerField(
        label="% from the left", min_value=0, max_value=100, required=False, widget=_focus()
    )
    focus_y = forms.IntegerField(
        label="% from the top", min_value=0, max_value=100, required=False, widget=_focus()
    )


class CaptionForm(forms.Form):
    file = forms.FileField(label="SRT or WebVTT file")
    language = forms.CharField(
        max_length=20, help_text="A short code, such as en. One that is there is replaced."
    )


@require_GET
@page
def show_all(request: Request) -> HttpResponse:
    asked = library_picker.sought(request)
    media = leaf(request, browsing.library(request.workspace, **asked), ON_A_PAGE)
    context = {
        **asked,
        **library_picker.choices(request),
        "media": media,
        "picks": library_picker.judged(request, media),
        "here": reverse("library", args=[request.workspace.slug]),
        "plain": not any(asked.values()),
    }
    return render(request, "library/page.html", context)


@require_POST
@page
def add(request: Request) -> HttpResponse:
    added, problems = composer_media.take(request, request.FILES.getlist("files"))
    if problems:
        here = reverse("library", args=[request.workspace.slug])
        context = {"problems": problems, "added": added, "here": here}
        return render(request, "library/refused.html", context, status=422)
    tell(request, f"{len(added)} added")
    return redirect("library", request.workspace.slug)


@require_http_methods(["GET", "POST"])
@page
def show(request: Request, pk: int) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    form = AboutForm(request.POST or None, initial=_initial(medium))
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            library.change(medium, by=request.actor, **_changes(request, form.cleaned_data))
            tell(request, "Saved")
            return redirect("library-one", request.workspace.slug, pk)
    return _shown(request, medium, form)


def _shown(
    request: Request,
    medium: Media,
    form: AboutForm | None = None,
    caption_form: CaptionForm | None = None,
) -> HttpResponse:
    form = form or AboutForm(initial=_initial(medium))
    caption_form = caption_form or CaptionForm()
    cut = medium.kind != Media.Kind.DOCUMENT and not medium.shape().moves
    context = {
        "medium": medium,
        "form": form,
        "caption_form": caption_form,
        "cut": cut,
        "cuts": cuts.cuts(medium.shape()) if cut else (),
        "uses": browsing.uses(medium),
        "alike": browsing.alike(medium),
        "ended": medium.rights_until is not None and medium.rights_until <= timezone.now(),
    }
    wrong = bool(form.errors or caption_form.errors)
    return render(request, "library/one.html", context, status=422 if wrong else 200)


@require_GET
@page
def show_cuts(request: Request, pk: int) -> HttpResponse:
    """What would be left of it, were the focal point at `x` and `y` percent."""
    medium = own(Media.objects.all(), request, pk=pk)
    focus = [int(v) / 100 for key in "xy" if (v := request.GET.get(key, "")) in PERCENT]
    x, y = focus if len(focus) == 2 else (0.5, 0.5)
    shape = recipes.refocused(medium.shape(), (x, y))
    return render(request, "library/_cuts.html", {"medium": medium, "cuts": cuts.cuts(shape)})


def _initial(medium: Media) -> dict[str, Any]:
    until = medium.rights_until
    focus = medium.focus or (None, None)
    same = ("name", "alt", "folder", "starred", "notes", "rights_by", "rights_scope")
    return {
        **{key: getattr(medium, key) for key in same},
        "labels": ", ".join(label.name for label in medium.labels.all()),
        "until": timezone.localtime(until - timedelta(seconds=1)).date() if until else None,
        "focus_x": None if focus[0] is None else round(focus[0] * 100),
        "focus_y": None if focus[1] is None else round(focus[1] * 100),
    }


def _changes(request: Request, said: dict[str, Any]) -> dict[str, Any]:
    """The last day counts in full, on the workspace's clock."""
    changes = dict(said)
    day, x, y = (changes.pop(key) for key in ("until", "focus_x", "focus_y"))
    changes["labels"] = changes["labels"].split(",")
    changes["focus"] = None if x is None or y is None else (x / 100, y / 100)
    end = (
        datetime.combine(day + timedelta(days=1), time(), request.workspace.zone)
        if day
        else None
    )
    return {**changes, "rights_until": end}


@require_POST
@page
def caption(request: Request, pk: int) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    form = CaptionForm(request.POST, request.FILES)
    if form.is_valid():
        with blaming(form):
            language = library.clean_language(form.cleaned_data["language"])
            said = form.cleaned_data["file"].read()
            had = language in medium.captions
            library.add_captions(medium, language, said, by=request.actor)
            done = "replaced" if had else "attached"
            tell(
                request,
                f"Captions in {language} {done}",
                _undo(request, medium, language),
            )
            return redirect("library-one", request.workspace.slug, pk)
    return _shown(request, medium, caption_form=form)


@require_POST
@page
def uncaption(request: Request, pk: int, language: str) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    library.drop_captions(medium, language, by=request.actor)
    undo = _undo(request, medium, language)
    tell(request, f"Captions in {language} removed", undo)
    return redirect("library-one", request.workspace.slug, pk)


@require_POST
@page
def recaption(request: Request, pk: int, language: str) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    library.undo_captions(medium, language, by=request.actor)
    here = reverse("library-one", args=[request.workspace.slug, pk])
    return undone(request, f"Captions in {language} are as before", here)


def _undo(request: Request, medium: Media, language: str) -> str:
    return reverse("library-captions-undo", args=[request.workspace.slug, medium.pk, language])


@require_POST
@page
def drop(request: Request, pk: int) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    library.throw_away(medium, by=request.actor)
    tell(request, "In the bin", reverse("library-restore", args=[request.workspace.slug, pk]))
    return redirect("library", request.workspace.slug)


@require_POST
@page
def restore(request: Request, pk: int) -> HttpResponse:
    medium = own(Media.objects.all(), request, pk=pk)
    library.take_back(medium, by=request.actor)
    return undone(
        request, "Back in the library", reverse("library", args=[request.workspace.slug])
    )


urlpatterns = [
    path("w/<slug:ws>/library/", show_all, name="library"),
    path("w/<slug:ws>/library/add/", add, name="library-add"),
    path("w/<slug:ws>/library/<int:pk>/", show, name="library-one"),
    path("w/<slug:ws>/library/<int:pk>/captions/", caption, name="library-captions"),
    path(
        "w/<slug:ws>/library/<int:pk>/captions/<str:language>/drop/",
        uncaption,
        name="library-captions-drop",
    ),
    path(
        "w/<slug:ws>/library/<int:pk>/captions/<str:language>/undo/",
        recaption,
        name="library-captions-undo",
    ),
    path("w/<slug:ws>/library/<int:pk>/cuts/", show_cuts, name="library-cuts"),
    path("w/<slug:ws>/library/<int:pk>/bin/", drop, name="library-drop"),
    path("w/<slug:ws>/library/<int:pk>/restore/", restore, name="library-restore"),
    *library_picker.urlpatterns,
    *uploading.urlpatterns,
]
