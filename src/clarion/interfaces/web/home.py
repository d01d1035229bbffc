"""What needs me today?"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from clarion.accounts.models import Membership
from clarion.interfaces.web.door import Request, page


@login_required
def root(request: HttpRequest) -> HttpResponse:
    """To the workspace one was in last; to the setup when there is none yet."""
    mine = Membership.objects.filter(user_id=request.user.pk).order_by("joined_at", "pk")
    slugs = list(mine.values_list("workspace__slug", flat=True))
    if not slugs:
        return redirect("setup")
    last = request.session.get("workspace")
    return redirect("home", last if last in slugs else slugs[0])


@page
def show(request: Request) -> HttpResponse:
    return render(request, "home/show.html")


urlpatterns: list[Any] = [
    path("", root, name="root"),
    path("w/<slug:ws>/", show, name="home"),
]
