"""Files that a browser sends in pieces: with progress, and gone on with after a broken line."""

from typing import Any

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from clarion.content.library import uploads
from clarion.content.models import Upload
from clarion.interfaces.web import composer_page as whole
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, own, page

READ = 2**18  # bytes taken from the line at once
DIGITS = 18  # a number with more is no size of a file


@require_POST
@page
def begin(request: Request) -> HttpResponse:
    """Announce a file by `name`, `size` and `key`; the same key goes on with what has come."""
    name, key = request.POST.get("name", ""), request.POST.get("key", "")
    size = _number(request.POST.get("size", ""))
    return _told(
        request, uploads.begin(request.workspace, name, size, key=key, by=request.actor)
    )


@require_http_methods(["GET", "POST"])
@page
def one(request: Request, pk: int) -> HttpResponse:
    """How far a file is; POST adds the bytes of the body at `?offset=`."""
    upload = own(uploads.mine(request.actor), request, pk=pk)
    if request.method == "POST":
        offset = _number(request.GET.get("offset", ""))
        pieces = iter(lambda: request.read(READ), b"")
        upload = uploads.judge_at_once(uploads.take(upload, offset, pieces, by=request.actor))
    return _told(request, upload)


def _told(request: Request, upload: Upload) -> HttpResponse:
    return JsonResponse(
        {
            "url": reverse("upload", args=[request.workspace.slug, upload.pk]),
            "state": upload.state,
            "received": upload.arrived,
            "checked": upload.progress,
            "problem": upload.problem,
            "item": _item(request, upload),
        }
    )


def _item(request: Request, upload: Upload) -> str:
    """What arrived, as the composer shows it among the media of a post."""
    if upload.media is None:
        return ""
    channels = whole.choice(request, None)
    context: dict[str, Any] = {
        "targets": whole.targets(request, None, Typed(), channels),
        "picture": upload.media,
    }
    return render_to_string("composer/_picture.html", context, request=request)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < DIGITS else 0


urlpatterns = [
    path("w/<slug:ws>/uploads/", begin, name="uploads"),
    path("w/<slug:ws>/uploads/<int:pk>/", one, name="upload"),
]
