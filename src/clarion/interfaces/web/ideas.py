"""Page: the board of ideas. Caught in a second, sorted by hand, made into drafts."""

from typing import Any

from django import forms
from django.core import signing
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from clarion.channels.models import Channel
from clarion.content import ideas
from clarion.content.models import Idea, Media
from clarion.interfaces.web.composer_media import take
from clarion.interfaces.web.door import Request, blaming, own, page, tell, undone
from clarion.kit.errors import NotYet

A_COLUMN = 100  # ideas of a column that are shown
UNDO = "idea.move"
STATE = Idea.State


class IdeaForm(forms.Form):
    text = forms.CharField(
        label="The idea", max_length=ideas.IDEA_MAX, widget=forms.Textarea(attrs={"rows": 2})
    )
    link = forms.CharField(required=False, max_length=2000)
    names = forms.CharField(
        required=False, label="Labels", max_length=300, help_text="With commas between them."
    )

    def labels(self) -> list[str]:
        return [n.strip() for n in self.cleaned_data["names"].split(",") if n.strip()]


@require_GET
@page
def show(request: Request) -> HttpResponse:
    return _show(request, IdeaForm(initial={"text": request.GET.get("text", "")}))


def _show(request: Request, form: IdeaForm, status: int = 200) -> HttpResponse:
    rows = list(ideas.board(request.workspace))
    columns = [
        (key, words, [idea for idea in rows if idea.state == key])
        for key, words in STATE.choices
    ]
    context = {
        "columns": [(key, words, own_[:A_COLUMN], len(own_)) for key, words, own_ in columns],
        "form": form,
        "nothing": not rows,
        "channels": _channels(request),
        "may_write": request.actor.can_somewhere("write"),
    }
    part = request.headers.get("HX-Request") == "true" and status == 200
    return render(request, f"ideas/{'_board' if part else 'page'}.html", context, status=status)


@require_POST
@page
def catch(request: Request) -> HttpResponse:
    form = IdeaForm(request.POST)
    if form.is_valid():
        with blaming(form):
            picture, wrong = _picture(request)
            if not wrong:
                said = {"link": form.cleaned_data["link"], "picture": picture}
                text = form.cleaned_data["text"]
                workspace, names = request.workspace, form.labels()
                ideas.catch(workspace, text, names=names, by=request.actor, **said)
                tell(request, "Caught")
                return redirect("ideas", workspace.slug)
            form.add_error(None, wrong)
    return _show(request, form, 422)


@require_POST
@page
def change(request: Request, pk: int) -> HttpResponse:
    idea, form = _own(request, pk), IdeaForm(request.POST)
    if form.is_valid():
        with blaming(form):
            picture, wrong = _picture(request)
            changes: dict[str, Any] = {"picture": picture} if picture else {}
            changes |= {k: form.cleaned_data[k] for k in ("text", "link")}
            ideas.rethink(idea, names=form.labels(), by=request.actor, **changes)
            tell(request, wrong or "Changed")
            return redirect("ideas", request.workspace.slug)
    return _show(request, form, 422)


def _picture(request: Request) -> tuple[Media | None, str]:
    added, wrong = take(request, request.FILES.getlist("picture")[:1])
    return (added[0] if added else None), " ".join(wrong)


@require_POST
@page
def move(request: Request, pk: int) -> HttpResponse:
    """Into another column, or up and down in one. Undo puts it back where it was."""
    idea, said = _own(request, pk), request.POST
    back = signing.dumps({"idea": pk, "state": idea.state, "before": _below(idea)}, salt=UNDO)
    above = _above(request, _number(said.get("before", "")))
    idea = ideas.move(idea, said.get("state", ""), above, by=request.actor)
    text = f"Moved to {STATE(idea.state).label}"
    undo = reverse("idea-move-undo", args=[request.workspace.slug, pk, back])
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "undo": undo})
    tell(request, text, undo)
    return redirect("ideas", request.workspace.slug)


@require_POST
@page
def undo_move(request: Request, pk: int, token: str) -> HttpResponse:
    idea = _own(request, pk)
    try:
        was = signing.loads(token, salt=UNDO, max_age=3600)
    except signing.BadSignature:
        raise NotYet("That can no longer be undone. Move the idea by hand.") from None
    if was["idea"] != pk:
        raise NotYet("That was another idea. Move this one by hand.")
    ideas.move(idea, was["state"], _above(request, was["before"]), by=request.actor)
    here = reverse("ideas", args=[request.workspace.slug])
    return undone(request, "Back where it was", here)


def _above(request: Request, pk: int | None) -> Idea | None:
    return Idea.objects.filter(workspace=request.workspace, pk=pk).first() if pk else None


def _below(idea: Idea) -> int | None:
    rows = Idea.objects.filter(workspace=idea.workspace_id, state=idea.state)
    below = rows.filter(position__gt=idea.position).order_by("position").first()
    return below.pk if below else None


@require_POST
@page
def draft(request: Request, pk: int) -> HttpResponse:
    """A draft for the channels that were chosen; on to the composer."""
    wanted = {n for text in request.POST.getlist("channels") if (n := _number(text))}
    channels = [c for c in _channels(request) if c.pk in wanted]
    post = ideas.draft(_own(request, pk), channels, by=request.actor)
    tell(request, "A draft of the idea. It stays linked to it")
    return redirect("post", request.workspace.slug, post.pk)


@require_POST
@page
def drop(request: Request, pk: int) -> HttpResponse:
    ideas.drop(_own(request, pk), by=request.actor)
    tell(request, "Dropped")
    return redirect("ideas", request.workspace.slug)


def _own(request: Request, pk: int) -> Idea:
    rows = Idea.objects.select_related("workspace", "picture").prefetch_related("labels")
    return own(rows, request, pk=pk)


def _channels(request: Request) -> list[Channel]:
    rows = Channel.objects.filter(workspace=request.workspace).exclude(state="gone")
    found = rows.select_related("workspace").order_by("pk")
    return [c for c in found if request.actor.can("write", c.pk)]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


HERE = "w/<slug:ws>/ideas/"
urlpatterns = [
    path(HERE, show, name="ideas"),
    path(f"{HERE}new/", catch, name="idea-new"),
    path(f"{HERE}<int:pk>/", change, name="idea-change"),
    path(f"{HERE}<int:pk>/move/", move, name="idea-move"),
    path(f"{HERE}<int:pk>/move/undo/<str:token>/", undo_move, name="idea-move-undo"),
    path(f"{HERE}<int:pk>/draft/", draft, name="idea-draft"),
    path(f"{HERE}<int:pk>/drop/", drop, name="idea-drop"),
]
