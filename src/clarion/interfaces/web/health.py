"""How this installation is: the same looks that `clarion doctor` takes."""

import platform
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from clarion import __version__
from clarion.channels.models import Channel
from clarion.channels.queries import health
from clarion.interfaces.web.door import Request, page
from clarion.kit.doctor import Finding, look
from clarion.kit.home import Home

WORDS = {
    "data": "Data folder",
    "disk": "Disk",
    "database": "Database",
    "tables": "Tables",
    "clock": "Clock",
    "worker": "Worker",
    "queue": "Queue",
    "keys": "Keys",
    "tokens": "Channels",
    "mail": "Mail",
}


@page
def show(request: Request) -> HttpResponse:
    request.actor.must("settings", request.workspace.pk)
    found = [*look(Home.open(settings.DATA)), health()[0], _channels(request), _mail()]
    context = {
        "rows": [(WORDS.get(one.name, one.name.capitalize()), one) for one in found],
        "wrong": sum(not one.is_well for one in found),
        "at": timezone.now(),
        "versions": _versions(),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"health/{'_list' if part else 'show'}.html", context)


def _channels(request: Request) -> Finding:
    """Only this workspace's: other brands on this server are nobody's business here."""
    mine = Channel.objects.filter(workspace=request.workspace)
    shut = list(mine.filter(state=Channel.State.SHUT).values_list("handle", flat=True)[:10])
    if not shut:
        return Finding("tokens", f"{mine.filter(state=Channel.State.OPEN).count()} connected.")
    says = f"The network no longer takes the key of {', '.join(shut)}."
    return Finding("tokens", says, "Connect again on the page Channels.")


def _mail() -> Finding:
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return Finding("mail", f"Letters go out through {settings.EMAIL_HOST}.")
    says = f"No mail server is set: letters lie in {settings.EMAIL_FILE_PATH}."
    return Finding("mail", says)


def _versions() -> list[tuple[str, str]]:
    number = connection.pg_version if hasattr(connection, "pg_version") else 0
    return [
        ("Clarion", __version__),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("PostgreSQL", f"{number // 10000}.{number % 10000}"),
        ("Address", settings.PUBLIC_URL),
    ]


urlpatterns: list[Any] = [path("w/<slug:ws>/health/", show, name="health")]
