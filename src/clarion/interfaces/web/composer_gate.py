"""The gate in the composer: what it says to a post, and letting a post pass."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from clarion.content import gatekeeping
from clarion.content.gate import CHECKS
from clarion.content.models import Post, Words
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, own, page, tell


def marked(typed: Typed, post: Post | None) -> Words:
    """The words with what the gate wants to know beside them."""
    partner = typed.campaign.partner if typed.campaign else ""
    return replace(typed.words, partner=partner, passes=post.passes() if post else ())


def waived(post: Post | None) -> dict[str, dict[str, str]]:
    """What the post was let through, as it stands."""
    passes = post.passes() if post else set()
    return {
        check: {**said, "what": CHECKS[check]}
        for check, said in (post.waived if post else {}).items()
        if check in passes
    }


@require_POST
@page
def let_pass(request: Request, pk: int) -> HttpResponse:
    """Let it pass one check with a reason, or stop letting it pass."""
    post = own(Post.objects.all(), request, pk=pk)
    said = request.POST
    if stop := said.get("stop"):
        gatekeeping.stop_passing(post, stop, by=request.actor)
        tell(request, "It does not pass any more")
    else:
        check = said.get("check", "")
        whys = [why for why in said.getlist(f"why-{check}") if why.strip()]
        gatekeeping.let_pass(post, check, next(iter(whys), ""), by=request.actor)
        tell(request, "It may pass as it stands. Any change but of the hour voids that")
    return redirect("post", request.workspace.slug, pk)


urlpatterns: list[Any] = [
    path("w/<slug:ws>/posts/<int:pk>/let-pass/", let_pass, name="post-let-pass"),
]
