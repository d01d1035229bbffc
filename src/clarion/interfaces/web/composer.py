"""Page: composer. Write once, fit it to each channel, see it as they will, send it off."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.interfaces.web import (
    composer_costs,
    composer_deliveries,
    composer_form,
    composer_frames,
    composer_gate,
    composer_media,
    composer_queue,
    library_picker,
)
from clarion.interfaces.web import composer_page as whole
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, own, page, tell, undone
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import known_zone
from clarion.publishing import actions as publishing
from clarion.publishing.queries import taken_down

Done = tuple[
    str, str, str
]  # what was done in words, the address that takes it back, where to go


@require_http_methods(["GET", "POST"])
@page
def compose(request: Request) -> HttpResponse:
    """A new post; `date`, `campaign`, `media` and `from` (another post) fill it beforehand."""
    if request.method == "POST":
        return _send(request, None)
    return whole.show(request, None, _blank(request))


@require_http_methods(["GET", "POST"])
@page
def show(request: Request, pk: int) -> HttpResponse:
    if request.method == "POST":
        return _send(request, own(_posts(), request, pk=pk))
    post = own(_posts().prefetch_related("variants", "placements__media"), request, pk=pk)
    return whole.show(request, post, composer_form.of(post))


@require_POST
@page
def save(request: Request, pk: int | None = None) -> HttpResponse:
    """Autosave: the same as the button, in JSON. A clash shows the other version."""
    post = own(_posts(), request, pk=pk) if pk else None
    typed = composer_form.read(request, post, whole.choice(request, post))
    try:
        post = _keep(request, post, typed)
    except Conflict as clash:
        return JsonResponse(_clash(request, pk, typed, clash), status=409)
    return JsonResponse(
        {
            "saved": f"{timezone.localtime():%H:%M}",
            "version": post.version,
            "page": _page(request, post),
            "save": reverse("post-save", args=[request.workspace.slug, post.pk]),
            "problems": typed.problems,
        }
    )


@require_POST
@page
def check(request: Request) -> HttpResponse:
    """What the networks would say to these words, as they stand in the fields just now."""
    post = _known(request)
    typed = composer_form.read(request, post, whole.choice(request, post))
    context: dict[str, Any] = {"typed": typed, "post": post}
    context |= whole.verdicts(request, post, typed)
    if post is not None:
        context["approved"] = post.is_approved
    parts = ("counters", "checks", "previews", "buttons", "costs")
    html = {
        part: render_to_string(f"composer/_{part}.html", context, request=request)
        for part in parts
    }
    zone = composer_form.zone_of(request.workspace, typed.channels)
    return JsonResponse({**html, "blocked": context["blocked"], "zone": zone})


@require_GET
@page
def brief(request: Request) -> HttpResponse:
    """What the writer should have read: the campaign's goal, audience and lessons."""
    typed = Typed(campaign=composer_form.campaign(request, request.GET.get("campaign", "")))
    return render(request, "composer/_brief.html", whole.brief_of(typed.campaign))


@require_POST
@page
def act(request: Request, pk: int, do: str) -> HttpResponse:
    """One step with a post as it stands: restore, cancel, plan, note. Each takes one action."""
    post = own(_posts(), request, pk=pk)
    text, undo = ACTS[do](request, post)
    if "application/json" in request.headers.get("Accept", ""):
        return undone(request, text, _page(request, post))
    tell(request, text, undo)
    return redirect(_page(request, post))


# --- what the buttons of the form do --------------------------------------------------------


def _send(request: Request, post: Post | None) -> HttpResponse:
    """Keep what was typed, then do what the button said. A no is shown beside the fields."""
    typed = composer_form.read(request, post, whole.choice(request, post))
    do = request.POST.get("do", "save")
    added, wrong = composer_media.take(request, request.FILES.getlist("files"))
    typed.media += [m for m in added if m not in typed.media]
    if wrong:
        typed.problems["media"] = " ".join(wrong)
    try:
        post = _keep(request, post, typed, at_once=do == "now")
        typed.version = post.version
        if not typed.problems:
            return _done(request, DOING.get(do, _saved)(request, post, typed))
        status = 422
    except Conflict as clash:
        typed.refuse(clash)
        extra = _clash(request, post.pk if post else None, typed, clash)
        return whole.show(request, _again(post), typed, status=409, clash=extra["html"])
    except NotYet as reason:
        typed.refuse(reason)
        status = 422
    except NotAllowed as reason:
        typed.problems[""] = str(reason)
        status = 403
    return whole.show(request, _again(post), typed, status=status)


def _keep(request: Request, post: Post | None, typed: Typed, *, at_once: bool = False) -> Post:
    """Save all that can be saved; a time that cannot be is said, and the rest is kept."""
    changes = typed.changes()
    if not at_once:
        try:
            at = typed.fresh_time(post.planned_for if post else None)
            if at or not (post and post.queued):  # else its queues choose
                changes["planned_for"] = at
        except NotYet as reason:
            typed.refuse(reason)
    if post is None:
        post = content.write(request.workspace, by=request.actor, **changes)
    else:
        post = content.edit(post, version=typed.version, by=request.actor, **changes)
    composer_costs.keep(request, post, typed)
    return post


def _saved(request: Request, post: Post, _: Typed) -> Done:
    return "Saved", "", _page(request, post)


def _schedule(request: Request, post: Post, typed: Typed) -> Done:
    at = typed.at()
    if at is None:
        raise NotYet("Choose when it should go out.", "at")
    publishing.schedule(post, at, by=request.actor)
    local = at.astimezone(known_zone(typed.zone))
    when = f"{local:%a} {local.day} {local:%b, %H:%M} {typed.zone}"
    return f"Scheduled for {when}", _step(request, post, "cancel"), _page(request, post)


def _now(request: Request, post: Post, _: Typed) -> Done:
    publishing.publish_now(post, by=request.actor)
    return "On its way; it is live within seconds", "", _page(request, post)


def _ask(request: Request, post: Post, typed: Typed) -> Done:
    approval.ask_for_approval(post, typed.note, by=request.actor)
    return "Submitted for approval", "", _page(request, post)


def _bin(request: Request, post: Post, _: Typed) -> Done:
    publishing.throw_away(post, by=request.actor)
    home = reverse("calendar", args=[request.workspace.slug])
    return "Moved to the bin", _step(request, post, "restore"), home


DOING: dict[str, Callable[[Request, Post, Typed], Done]] = {
    "save": _saved,
    "schedule": _schedule,
    "now": _now,
    "queue": composer_queue.add,
    "next": composer_queue.share_next,
    "ask": _ask,
    "bin": _bin,
}


def _done(request: Request, done: Done) -> HttpResponse:
    text, undo, go = done
    tell(request, text, undo)
    return redirect(go)


# --- single steps ---------------------------------------------------------------------------


def _restore(request: Request, post: Post) -> tuple[str, str]:
    content.restore(post, by=request.actor)
    return "Taken out of the bin", ""


def _cancel(request: Request, post: Post) -> tuple[str, str]:
    publishing.cancel(post, by=request.actor)
    return "Called off. It keeps its day and its approval", _step(request, post, "plan")


def _plan(request: Request, post: Post) -> tuple[str, str]:
    publishing.plan(post, without=taken_down(post), by=request.actor)
    return "Scheduled", _step(request, post, "cancel")


def _note(request: Request, post: Post) -> tuple[str, str]:
    approval.add_note(post, request.POST.get("note", ""), by=request.actor)
    return "Note added", ""


ACTS: dict[str, Callable[[Request, Post], tuple[str, str]]] = {
    "restore": _restore,
    "cancel": _cancel,
    "plan": _plan,
    "note": _note,
}


# --- pieces ---------------------------------------------------------------------------------


def _blank(request: Request) -> Typed:
    asked = request.GET
    model = _posts().filter(workspace=request.workspace, pk=_number(asked.get("from", "")))
    first = model.first()
    if first is not None:
        typed = composer_form.of(first)
        typed.day = typed.hour = ""
        typed.version = 0
        return typed
    ours = [c for c in whole.choice(request, None) if request.actor.can("write", c.pk)]
    asked_for = [c for c in ours if str(c.pk) == asked.get("channel")]
    only = ours if len(ours) == 1 else asked_for  # nothing to choose from, so it is chosen
    typed = Typed(
        channels=only,
        zone=composer_form.zone_of(request.workspace, only),
        campaign=composer_form.campaign(request, asked.get("campaign", "")),
        text=asked.get("text", "")[:5000],
    )
    typed.media, ended = library_picker.offered(request, asked.getlist("media"))
    if ended:
        typed.problems["media"] = " ".join(ended)
    day, _, hour = asked.get("date", "").partition("T")
    typed.day, typed.hour = day[:10], hour[:5]
    return typed


def _clash(request: Request, pk: int | None, typed: Typed, clash: Conflict) -> dict[str, Any]:
    """Somebody was quicker: their words beside the ones typed here, which are kept."""
    theirs = _posts().get(pk=pk)
    if theirs.version == typed.version:  # nobody was quicker: it is out, or on its way
        return {"problem": str(clash), "html": "", "version": theirs.version}
    context = {"theirs": theirs, "typed": typed, "problem": str(clash)}
    html = render_to_string("composer/_clash.html", context, request=request)
    return {"problem": str(clash), "html": html, "version": theirs.version}


def _again(post: Post | None) -> Post | None:
    """As it stands in the database after what was kept, whatever was refused."""
    return _posts().get(pk=post.pk) if post else None


def _known(request: Request) -> Post | None:
    pk = _number(request.POST.get("post", ""))
    return own(_posts(), request, pk=pk) if pk else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _page(request: Request, post: Post) -> str:
    return reverse("post", args=[request.workspace.slug, post.pk])


def _step(request: Request, post: Post, do: str) -> str:
    return reverse(f"post-{do}", args=[request.workspace.slug, post.pk])


def _posts() -> Any:
    return Post.objects.select_related("workspace", "campaign")


urlpatterns = [
    path("w/<slug:ws>/compose/", compose, name="compose"),
    path("w/<slug:ws>/compose/save/", save, name="compose-save"),
    path("w/<slug:ws>/compose/check/", check, name="compose-check"),
    path("w/<slug:ws>/compose/brief/", brief, name="compose-brief"),
    path("w/<slug:ws>/posts/<int:pk>/", show, name="post"),
    path("w/<slug:ws>/posts/<int:pk>/save/", save, name="post-save"),
    *(
        path(f"w/<slug:ws>/posts/<int:pk>/{do}/", act, {"do": do}, name=f"post-{do}")
        for do in ACTS
    ),
    *composer_frames.urlpatterns,
    *composer_media.urlpatterns,
    *composer_deliveries.urlpatterns,
    *composer_costs.urlpatterns,
    *composer_gate.urlpatterns,
]
