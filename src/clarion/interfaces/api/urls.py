"""Addresses of the API: one router for each stage of the loop, in its order."""

from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from ninja import NinjaAPI

from clarion import __version__
from clarion.interfaces.api.door import Bearer
from clarion.interfaces.api.refusals import teach

STAGES = (
    "accounts",
    "journal",
    "channels",
    "research",
    "strategy",
    "content",
    "media",
    "uploads",
    "approval",
    "threads",
    "clients",
    "copies",
    "ideas",
    "imports",
    "grid",
    "publishing",
    "pauses",
    "queues",
    "repeats",
    "calendar",
    "community",
    "pending",
    "listening",
    "measurement",
    "ads",
    "search",
    "costs",
    "gate",
    "reaching",
)

api = NinjaAPI(
    title="Clarion",
    version=__version__,
    description="Everything the pages can do, with the same rights and the same refusals.",
    docs_url=None,
    openapi_url="openapi.json",
    auth=Bearer(),
    urls_namespace="api",
)
teach(api)
for name in STAGES:
    api.add_router("", import_module(f"clarion.interfaces.api.{name}").stage)


def docs(request: HttpRequest) -> HttpResponse:
    """Every operation, to read and to try. All that it loads comes from here."""
    return render(request, "api/docs.html", {"document": reverse("api:openapi-json")})


urlpatterns = [path("docs", docs, name="api-docs"), path("v1/", api.urls)]
