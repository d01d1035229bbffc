"""How the journal's short words are said to people."""

import json
from typing import Any

from django import template

register = template.Library()


@register.filter
def did(words: str) -> str:
    """
    >>> did("person.role_changed")
    'person role changed'
    """
    return words.replace(".", " ").replace("_", " ")


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
