"""The first minutes: who you are, and a brand to work with."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


@login_required
def show(request: HttpRequest) -> HttpResponse:
    return render(request, "setup/show.html")


urlpatterns: list[Any] = [path("setup/", show, name="setup")]
