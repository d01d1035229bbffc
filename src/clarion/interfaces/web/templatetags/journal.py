"""How the journal's short words are said to people."""

import json
import re
from typing import Any

from django import template
from django.urls import reverse

register = template.Library()
PAGES = {
    "Post": "post",
    "Channel": "channel",
    "Campaign": "campaign",
    "Conversation": "conversation",
}
ROW = re.compile(r"(\w+) (\d{1,18})")


@register.filter
def did(words: str, about: str) -> str:
    """What was done, without the noun where it stands beside it anyway.

    >>> did("post.sent_back", "Post 12"), did("mention.heard", "Watch 3")
    ('sent back', 'mention heard')
    """
    noun, _, verb = words.partition(".")
    said = verb if verb and about.lower().startswith(noun) else f"{noun} {verb}"
    return said.replace("_", " ").strip()


@register.filter
def page_of(about: str, ws: str) -> str:
    """Where one sees the thing that a line is about; nothing where it has no page."""
    row = ROW.fullmatch(about)
    name = PAGES.get(row[1]) if row else None
    return reverse(name, args=[ws, int(row[2])]) if row and name else ""


@register.filter
def spaced(key: str) -> str:
    return str(key).replace("_", " ")


@register.filter
def plain(value: Any) -> str:
    """A value of JSON as a person would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return "empty" if value == "" else str(value)
