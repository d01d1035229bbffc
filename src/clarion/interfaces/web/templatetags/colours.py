"""Shares of colours as parts of a bar."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from clarion.pictures.colours import Colour

register = template.Library()


@register.simple_tag
def colour_bar(colours: Sequence[Colour]) -> SafeString:
    """One rectangle for each colour, as wide as its share of 100."""
    starts = [100 * sum(c.share for c in colours[:n]) for n in range(len(colours))]
    rows = (
        (f"{x:.2f}", f"{100 * c.share:.2f}", c.hex)
        for x, c in zip(starts, colours, strict=True)
    )
    return format_html_join("", '<rect x="{}" width="{}" height="8" fill="{}"/>', rows)
