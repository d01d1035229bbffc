"""Small words for posts in templates: their sign, their moment, their text in colour."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clarion.content.queries import Counter
from clarion.interfaces.web import calendar_grid
from clarion.interfaces.web.templatetags.ui import STATES
from clarion.publishing.queries import Entry
from clarion.text import counting

register = template.Library()

ROUND = 50.27  # length of a circle of radius 8
SHOWN = 28  # letters of an address that a preview shows


@register.filter
def symbol(standing: str) -> str:
    """The icon of a state: `{% icon entry.standing|symbol %}`."""
    return STATES.get(standing, ("", "circle"))[1]


@register.filter
def moments(entry: Entry, zone: ZoneInfo) -> str:
    return calendar_grid.moments(entry, zone)


@register.filter
def arc(counter: Counter) -> str:
    """How much of a ring of radius 8 is filled, for `stroke-dasharray`."""
    return f"{counter.share * ROUND:.2f} {ROUND}"


@register.filter
def host(url: str) -> str:
    """The name of the site an address leads to."""
    return urlsplit(url).netloc.removeprefix("www.") if "://" in url else url


@register.filter
def marked(text: str) -> SafeString:
    """The text as a network shows it: addresses, tags and names stand out."""
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text)))


def _pieces(text: str) -> list[SafeString | str]:
    found = [
        *((m.start(), m.end(), _short(m.group())) for m in counting.URL.finditer(text)),
        *((m.start(), m.end(), m.group()) for m in counting.HASHTAG.finditer(text)),
        *((m.start(), m.end(), m.group()) for m in counting.MENTION.finditer(text)),
    ]
    pieces: list[SafeString | str] = []
    at = 0
    for start, end, shown in sorted(found):
        if start < at:
            continue  # a tag inside an address is part of the address
        pieces += [text[at:start], format_html('<span class="lk">{}</span>', shown)]
        at = end
    return [*pieces, text[at:]]


def _short(url: str) -> str:
    bare = url.split("://", 1)[1]
    return bare if len(bare) <= SHOWN else f"{bare[: SHOWN - 1]}…"
