"""Page: the grid. A profile three in a row, as it will look after each planned post."""

from typing import Any

from django.core import signing
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clarion.channels.models import Channel
from clarion.content.models import Media, Post
from clarion.interfaces.web.door import Request, own, page, tell, undone
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.zones import known_zone
from clarion.publishing import actions
from clarion.publishing.planning import grid

SALT = "grid.swap"
UNDO_OPEN = 3600  # seconds
SHELF = 24  # pictures beside the grid


@require_GET
@page
def first(request: Request) -> HttpResponse:
    """The grid of the first channel, or how to come by one."""
    channel = _channels(request).first()
    if channel is None:
        return render(request, "grid/page.html", {"channel": None})
    return redirect("grid-channel", request.workspace.slug, channel.pk)


@require_GET
@page
def show(request: Request, pk: int) -> HttpResponse:
    channel = own(_channels(request), request, pk=pk)
    asked = request.GET
    number = asked.get("until", "")
    until = _post(request, number) if number.isdecimal() and len(number) < 18 else None
    all_of_it = asked.get("placeholders") != "off"
    found = grid.profile(channel, until=until, placeholders=all_of_it)
    whole = grid.profile(channel, placeholders=all_of_it).cells if until else found.cells
    shelf = Media.objects.filter(workspace=request.workspace, kind="image", binned_at=None)
    context = {
        "channel": channel,
        "channels": [
            (c.handle, reverse("grid-channel", args=[request.workspace.slug, c.pk]), c.pk == pk)
            for c in _channels(request)
        ],
        "profile": found,
        "coming": [cell for cell in whole if not cell.locked],
        "until": until,
        "placeholders": all_of_it,
        "shelf": shelf.order_by("-pk")[:SHELF],
        "may_write": request.actor.can("write", channel.pk),
    }
    part = request.headers.get("HX-Request") == "true"
    with timezone.override(known_zone(channel.zone_name)):
        return render(request, f"grid/{'_grid' if part else 'page'}.html", context)


@require_POST
@page
def swap(request: Request, pk: int) -> HttpResponse:
    """Two posts change their times. Undo changes them back, unless somebody was at them."""
    channel = own(_channels(request), request, pk=pk)
    a, b = (_post(request, request.POST.get(name, "")) for name in ("post", "with"))
    if a is None or b is None:
        raise NotYet("Choose two planned posts.")
    grid.swap(a, b, channel, by=request.actor)
    said = {"channel": pk, "posts": [_state(p.pk) for p in (a, b)]}
    token = signing.dumps(said, salt=SALT)
    undo = reverse("grid-swap-undo", args=[request.workspace.slug, pk, token])
    several = max(a.variants.count(), b.variants.count())
    text = "Swapped" if several == 1 else "Swapped, on all their channels"
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "undo": undo})
    tell(request, text, undo)
    return redirect("grid-channel", request.workspace.slug, pk)


def _state(pk: int) -> list[int]:
    return [pk, Post.objects.values_list("version", flat=True).get(pk=pk)]


@require_POST
@page
def undo_swap(request: Request, pk: int, token: str) -> HttpResponse:
    channel = own(_channels(request), request, pk=pk)
    try:
        was = signing.loads(token, salt=SALT, max_age=UNDO_OPEN)
    except signing.BadSignature:
        raise NotYet("That can no longer be undone. Swap them by hand.") from None
    if was["channel"] != pk or any(_state(post) != [post, n] for post, n in was["posts"]):
        raise Conflict("Somebody has changed one of them since. Look at them, then swap them.")
    a, b = (own(_posts(), request, pk=post) for post, _ in was["posts"])
    grid.swap(a, b, channel, by=request.actor)
    here = reverse("grid-channel", args=[request.workspace.slug, pk])
    return undone(request, "Back where they were", here)


@require_POST
@page
def place(request: Request, pk: int) -> HttpResponse:
    """A picture of the library onto a placeholder or on top; or an empty place."""
    channel, said = own(_channels(request), request, pk=pk), request.POST
    picture, number = None, said.get("picture", "")
    if number.isdecimal() and len(number) < 18:
        picture = own(Media.objects.filter(binned_at=None), request, pk=int(number))
    onto = _post(request, said.get("onto", ""))
    post = grid.place(channel, picture, onto, by=request.actor)
    text = "The picture has its place" if picture else "A place is kept"
    undo = "" if onto else reverse("grid-unplace", args=[request.workspace.slug, pk, post.pk])
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"text": text, "undo": undo})
    tell(request, text, undo)
    return redirect("grid-channel", request.workspace.slug, pk)


@require_POST
@page
def unplace(request: Request, pk: int, post: int) -> HttpResponse:
    """Take a placeholder off again: it goes to the bin."""
    own(_channels(request), request, pk=pk)
    actions.throw_away(own(_posts(), request, pk=post), by=request.actor)
    here = reverse("grid-channel", args=[request.workspace.slug, pk])
    return undone(request, "Taken off", here)


def _post(request: Request, number: str) -> Post | None:
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        return None
    found: Post = own(_posts(), request, pk=int(number))
    return found


def _posts() -> Any:
    return Post.objects.select_related("workspace").exclude(state=Post.State.BINNED)


def _channels(request: Request) -> Any:
    rows = Channel.objects.filter(workspace=request.workspace).exclude(state="gone")
    return rows.select_related("workspace").order_by("pk")


HERE = "w/<slug:ws>/grid/"
urlpatterns = [
    path(HERE, first, name="grid"),
    path(f"{HERE}<int:pk>/", show, name="grid-channel"),
    path(f"{HERE}<int:pk>/swap/", swap, name="grid-swap"),
    path(f"{HERE}<int:pk>/swap/undo/<str:token>/", undo_swap, name="grid-swap-undo"),
    path(f"{HERE}<int:pk>/place/", place, name="grid-place"),
    path(f"{HERE}<int:pk>/place/<int:post>/undo/", unplace, name="grid-unplace"),
]
