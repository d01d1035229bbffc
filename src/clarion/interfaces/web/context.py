"""What the frame around every page shows: the menu in the order of the loop, and what waits."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from clarion.accounts.models import Notice, Workspace
from clarion.community.models import Conversation
from clarion.content.models import Post
from clarion.publishing.sending.pauses import in_force


@dataclass(frozen=True)
class NavEntry:
    label: str
    icon: str
    url: str
    count: int = 0
    here: bool = False


# group, then (label, icon, name of the address, what is counted, right it takes)
MENU = (
    ("", (("Home", "house", "home", "", "read"),)),
    (
        "Plan",
        (
            ("Calendar", "calendar-days", "calendar", "", "read"),
            ("Queues", "list", "queues", "", "read"),
            ("Compose", "pen-line", "compose", "", "write"),
            ("Library", "image", "library", "", "read"),
            ("Approvals", "check-check", "approvals", "reviews", "read"),
            ("Pause", "circle-pause", "pauses", "", "publish"),
            ("Ideas", "lightbulb", "ideas", "", "read"),
            ("Grid", "layout-dashboard", "grid", "", "read"),
            ("Captions", "hash", "captions", "", "read"),
            ("Import and export", "table-2", "imports", "", "read"),
        ),
    ),
    (
        "Engage",
        (
            ("Inbox", "inbox", "inbox", "open", "read"),
            ("Listening", "radar", "listening", "", "read"),
        ),
    ),
    ("Measure", (("Results", "chart-line", "results", "", "read"),)),
    ("Promote", (("Promotions", "megaphone", "promotions", "", "read"),)),
    (
        "Steer",
        (
            ("Research", "search", "research", "", "read"),
            ("Strategy", "target", "strategy", "", "read"),
            ("Campaigns", "flag", "campaigns", "", "read"),
        ),
    ),
    (
        "Set up",
        (
            ("Channels", "link", "channels", "", "read"),
            ("Team", "users", "team", "", "read"),
            ("Journal", "file-text", "journal", "", "journal"),
            ("Settings", "settings", "settings", "", "settings"),
            ("System health", "zap", "health", "", "settings"),
        ),
    ),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Names that base.html reads. Signed-out pages and errors get the nonce and no more."""
    base = {"nonce": getattr(request, "nonce", "")}
    workspace: Workspace | None = getattr(request, "workspace", None)
    user = getattr(request, "user", None)
    if workspace is None or user is None:
        return base
    return {
        **base,
        "nav": _nav(request, workspace),
        "workspace": workspace,
        "workspaces": Workspace.objects.filter(memberships__user=user).order_by("name"),
        "actor": request.actor,  # type: ignore[attr-defined]
        "person": user,
        "live_url": reverse("live", args=[workspace.slug]),
        "pauses_in_force": in_force()
        .filter(workspace=workspace)
        .select_related("channel", "campaign"),
        "shortcuts_on": user.shortcuts_on,
        "unread": Notice.objects.reaching(request.actor.membership_id)  # type: ignore[attr-defined]
        .filter(workspace=workspace, solved_at=None)
        .count(),
    }


def _nav(request: HttpRequest, workspace: Workspace) -> list[tuple[str, list[NavEntry]]]:
    counts = _counts(workspace)
    if not request.actor.can_somewhere("approve"):  # type: ignore[attr-defined]
        counts["reviews"] = 0  # nothing there waits for them
    groups = []
    for title, entries in MENU:
        shown = [
            NavEntry(label, icon, url, counts.get(counted, 0), _is_here(request, url, name))
            for label, icon, name, counted, right in entries
            if (url := _url(name, workspace)) and request.actor.can_somewhere(right)  # type: ignore[attr-defined]
        ]
        if shown:
            groups.append((title, shown))
    return groups


def _counts(workspace: Workspace) -> dict[str, int]:
    return {
        "reviews": Post.objects.filter(workspace=workspace, state__in=Post.WAITING).count(),
        "open": Conversation.objects.filter(
            workspace=workspace, state=Conversation.State.OPEN
        ).count(),
    }


def _url(name: str, workspace: Workspace) -> str:
    try:
        return reverse(name, args=[workspace.slug])
    except NoReverseMatch:
        return ""


def _is_here(request: HttpRequest, url: str, name: str) -> bool:
    return request.path == url or (name != "home" and request.path.startswith(url))
