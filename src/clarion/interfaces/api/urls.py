"""Addresses of the API: one router for each stage of the loop, in its order."""

from importlib import import_module

from django.urls import path
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
    "publishing",
    "community",
    "listening",
    "measurement",
    "ads",
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

urlpatterns = [path("v1/", api.urls)]
