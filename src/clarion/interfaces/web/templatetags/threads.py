"""`{% threads post %}`: what people say about a post or a report, in one line of a template."""

from typing import Any

from django import template

from clarion.content.models import Post, Thread
from clarion.content.queries import threads_of, words_changed
from clarion.strategy.models import Campaign

register = template.Library()


@register.inclusion_tag("threads/_threads.html", takes_context=True)
def threads(
    context: dict[str, Any],
    post: Post | None = None,
    campaign: Campaign | None = None,
    place: str = Thread.Place.POST,
) -> dict[str, Any]:
    request = context["request"]
    rows = list(threads_of(request.workspace, place, post=post, campaign=campaign))
    about_post = place == Thread.Place.POST
    people = request.workspace.memberships.select_related("user").order_by("pk")
    return {
        "rows": [(t, words_changed(t.instead_of, t.proposal)) for t in rows],
        "left": sum(1 for t in rows if not t.resolved_at),
        "place": place,
        "post": post,
        "campaign": campaign,
        "about_post": about_post,
        "parts": list(enumerate([post.text, *post.more])) if about_post and post else (),
        "people": [m for m in people[:50] if m.pk != request.membership.pk],
        "on_review": request.resolver_match.url_name == "review",
        "workspace": request.workspace,
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
