"""What the buttons "Add to queue" and "Share next" of the composer do."""

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request
from clarion.kit.zones import known_zone
from clarion.publishing import actions
from clarion.publishing.planning import queues


def add(request: Request, post: Post, typed: Typed) -> tuple[str, str, str]:
    """The next free slots; for whoever may not schedule, once somebody has said yes."""
    return _put(request, post, typed, actions.add_to_queue)


def share_next(request: Request, post: Post, typed: Typed) -> tuple[str, str, str]:
    """Before all else that waits."""
    return _put(request, post, typed, queues.share_next)


def _put(
    request: Request, post: Post, typed: Typed, put: Callable[..., Any]
) -> tuple[str, str, str]:
    slug = request.workspace.slug
    go = reverse("post", args=[slug, post.pk])
    try:
        planned = put(post, by=request.actor)
    except NotAllowed:
        _ask(request, post, typed.note)
        return "Submitted for approval; then its queue takes it", "", go
    first = min(planned, key=lambda d: d.planned_for)
    zone = first.channel.zone_name
    at = first.planned_for.astimezone(known_zone(zone))
    said = f"In the queue: it goes out {at:%a} {at.day} {at:%b, %H:%M} {zone}"
    return said, reverse("post-cancel", args=[slug, post.pk]), go


def _ask(request: Request, post: Post, note: str) -> None:
    content.edit(post, version=post.version, queued=True, by=request.actor)
    approval.ask_for_approval(post, note, by=request.actor)
