"""Page: channels."""

from typing import Any

from django.http import HttpResponse
from django.urls import path

from clarion.interfaces.web.door import Request, page


@page
def show(request: Request, pk: int = 0) -> HttpResponse:
    return HttpResponse("soon")


urlpatterns: list[Any] = [path("w/<slug:ws>/channels/", show, name="channels"), path("w/<slug:ws>/channels/<int:pk>/", show, name="channel")]
