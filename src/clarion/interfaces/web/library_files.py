"""The bytes of what is in the library: for members only, a film in pieces as they are asked."""

import re
from pathlib import Path

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET

from clarion.content.models import Media
from clarion.interfaces.web.door import Request, own, page
from clarion.kit import store
from clarion.pictures import small
from clarion.pictures.kinds import Unfit

FOR_A_YEAR = "private, max-age=31536000, immutable"  # a file is named after its bytes
PIECE = 4 * 2**20  # bytes of a film that go out at once
RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@require_GET
@page
def media(request: Request, pk: int) -> HttpResponseBase:
    """The file itself. A document is handed over, not shown: it may not act on our pages."""
    medium = own(Media.objects.all(), request, pk=pk)
    where = at_hand(medium.path)
    response: HttpResponseBase
    if asked := RANGE.fullmatch(request.headers.get("Range", "")):
        response = _piece(where, asked)
    elif medium.kind == Media.Kind.IMAGE:
        response = HttpResponse(where.read_bytes())
    else:
        response = FileResponse(where.open("rb"))
    response.headers["Content-Type"] = medium.mime
    response.headers["Accept-Ranges"] = "bytes"
    if medium.kind == Media.Kind.DOCUMENT:
        response.headers["Content-Disposition"] = f'attachment; filename="{medium.pk}.pdf"'
    return _kept(response)


def _piece(where: Path, asked: re.Match[str]) -> HttpResponse:
    size = where.stat().st_size
    first = int(asked[1])
    last = min(int(asked[2]) if asked[2] else size - 1, first + PIECE - 1, size - 1)
    if first > last:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    with where.open("rb") as file:
        file.seek(first)
        data = file.read(last - first + 1)
    said = {"Content-Range": f"bytes {first}-{last}/{size}"}
    return HttpResponse(data, status=206, headers=said)


@require_GET
@page
def media_small(request: Request, pk: int) -> HttpResponseBase:
    medium = own(Media.objects.all(), request, pk=pk)
    kept = medium.path.with_suffix(".small")
    if not kept.exists():
        _make_small(medium, kept)
    return _kept(HttpResponse(kept.read_bytes(), content_type=small.MIME))


def _make_small(medium: Media, kept: Path) -> None:
    whole = at_hand(medium.path)
    with store.beside(kept) as part:
        try:
            small.small(whole, medium.kind, medium.milliseconds / 1000, part)
        except Unfit as error:
            raise Http404 from error
        part.replace(kept)


@require_GET
@page
def captions(request: Request, pk: int, language: str) -> HttpResponse:
    """What is said in a film, for the player on its page."""
    medium = own(Media.objects.all(), request, pk=pk)
    if language not in medium.captions:
        raise Http404
    return HttpResponse(medium.captions[language], content_type="text/vtt; charset=utf-8")


def at_hand(where: Path) -> Path:
    """Raises Http404 where nobody has it; a store that is away says so itself."""
    try:
        return store.at_hand(where)
    except FileNotFoundError:
        raise Http404 from None


def _kept(response: HttpResponseBase) -> HttpResponseBase:
    response.headers["Cache-Control"] = FOR_A_YEAR
    return response


urlpatterns = [
    path("w/<slug:ws>/media/<int:pk>/", media, name="media"),
    path("w/<slug:ws>/media/<int:pk>/small/", media_small, name="media-small"),
    path(
        "w/<slug:ws>/media/<int:pk>/captions/<str:language>/", captions, name="media-captions"
    ),
]
