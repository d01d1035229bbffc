"""What the palette finds beyond the menu: posts, talk, campaigns, findings, channels."""

from django.http import HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from clarion.interfaces.search import Found, search
from clarion.interfaces.web.door import Request, page
from clarion.kit.zones import known_zone

PAGES = {  # kind -> name of its page, and of the one in the menu whose sign it gets
    "post": ("post", "calendar"),
    "conversation": ("conversation", "inbox"),
    "campaign": ("campaign", "campaigns"),
    "finding": ("research", "research"),
    "channel": ("channel", "channels"),
}


@require_GET
@page
def find(request: Request) -> HttpResponse:
    """The finds as JSON: words, kind, day and address of each."""
    found = search(request.workspace, request.GET.get("q", "")[:200])
    return JsonResponse({"found": [_row(request, one) for one in found]})


def _row(request: Request, one: Found) -> dict[str, str]:
    name, menu = PAGES[one.kind]
    ws = request.workspace.slug
    url = reverse(name, args=[ws] if name == menu else [ws, one.id])
    at = one.at.astimezone(known_zone(request.workspace.time_zone)) if one.at else None
    day = f", {at.day} {at:%b %Y}" if at else ""
    hint = f"{one.kind.title()}{day}"
    return {"text": one.text, "hint": hint, "url": url, "menu": reverse(menu, args=[ws])}


urlpatterns = [path("w/<slug:ws>/search/", find, name="search")]
