"""Pictures of posts: taken in one by one, refused in sentences."""

from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path
from django.views.decorators.http import require_POST

from clarion.accounts.rights import NotAllowed
from clarion.content import library
from clarion.content.models import Media
from clarion.interfaces.web import composer_page as whole
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, page
from clarion.kit.errors import NotYet

AT_ONCE = 20  # files


@require_POST
@page
def upload(request: Request) -> HttpResponse:
    """Files dropped on the composer. Those that are good come in, the others say why not."""
    if not request.actor.can_somewhere("write"):
        raise NotAllowed(f"{request.actor.name} may not write posts, so no pictures either.")
    added, problems = take(request, request.FILES.getlist("files"))
    channels = whole.choice(request, None)
    around = {"targets": whole.targets(request, None, Typed(), channels)}
    html = [
        render_to_string("composer/_picture.html", {**around, "picture": m}, request=request)
        for m in added
    ]
    return JsonResponse({"items": html, "problems": problems})


def take(
    request: Request, files: "Iterable[UploadedFile[Any]]"
) -> tuple[list[Media], list[str]]:
    """The pictures that came in, and a sentence for each that did not."""
    added: list[Media] = []
    problems = []
    for number, file in enumerate(files):
        if wrong := _unfit(number, file):
            problems.append(wrong)
            continue
        name = file.name or "picture"
        try:
            added.append(library.add(request.workspace, name, file.read(), by=request.actor))
        except NotYet as reason:
            problems.append(str(reason))
    return added, problems


def _unfit(number: int, file: "UploadedFile[Any]") -> str:
    """What can be said against a file without reading it, or nothing."""
    if number >= AT_ONCE:
        return f"{file.name}: at most {AT_ONCE} pictures at once. Add it again."
    if (file.size or 0) > library.MAX_BYTES:
        most = library.MAX_BYTES // 2**20
        return f"{file.name}: larger than {most} MB. Export it smaller."
    return ""


urlpatterns = [
    path("w/<slug:ws>/media/add/", upload, name="media-add"),
]
