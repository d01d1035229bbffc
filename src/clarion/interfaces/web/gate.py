"""Page: the gate. What each check does, for the brand and where a channel differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods

from clarion.channels.models import Channel
from clarion.content import gatekeeping
from clarion.content.gate import ACTIONS, CHECKS
from clarion.interfaces.web.door import Request, page, tell

Row = tuple[str, str, str]  # check, what it looks for, what it does
HOW: Mapping[str, str] = {
    "alt": "Every picture says in words what it shows.",
    "captions": "Every film has captions in some language.",
    "contrast": "An estimate from light and dark in small areas. It reads no letter and misses "
    "letters over busy photos, so a warning fits better than a wall.",
    "disclosure": "Marked as a paid partnership, or of a campaign that a partner pays for: the "
    "network shows a mark, or the words say #ad or the like.",
    "ai": "Marked as made with AI: the network shows a mark, or the words say so.",
    "plain": "LIX: words per sentence plus the share of long words. From 40 words on.",
}


@require_http_methods(["GET", "POST"])
@page
def show(request: Request) -> HttpResponse:
    workspace = request.workspace
    request.actor.must("settings", workspace.pk)
    channels = list(workspace.channels.exclude(state=Channel.State.GONE).order_by("pk"))
    if request.method == "POST":
        _keep(request, channels)
        tell(request, "Saved. It holds for all that is not out yet")
        return redirect("gate", workspace.slug)
    force = gatekeeping.in_force(workspace)
    context: dict[str, Any] = {
        "rows": [(check, what, HOW[check], force[check]) for check, what in CHECKS.items()],
        "actions": ACTIONS.items(),
        "channels": [
            (c, [(k, w, c.gate.get(k, "")) for k, w in CHECKS.items()]) for c in channels
        ],
    }
    return render(request, "preferences/gate.html", context)


def _keep(request: Request, channels: Sequence[Channel]) -> None:
    said, workspace = request.POST, request.workspace
    brand = {check: said[check] for check in CHECKS if said.get(check)}
    gatekeeping.set_policy(workspace, brand, by=request.actor)
    for channel in channels:
        own = {c: said[name] for c in CHECKS if (name := f"{c}-{channel.pk}") in said}
        gatekeeping.set_policy(workspace, own, channel=channel, by=request.actor)


urlpatterns = [path("w/<slug:ws>/settings/gate/", show, name="gate")]
