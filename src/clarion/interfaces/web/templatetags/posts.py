"""Small words for posts in templates: their sign, their moment, their text in colour."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from clarion.accounts.models import Workspace
from clarion.content.queries import Counter
from clarion.interfaces.web import calendar_grid
from clarion.interfaces.web.templatetags.ui import STATES, glyph, icon
from clarion.publishing.models import Delivery, Pause
from clarion.publishing.queries import Entry
from clarion.publishing.sending.evidence import Evidence
from clarion.text import counting

register = template.Library()

ROUND = 50.27  # length of a circle of radius 8
SHOWN = 28  # letters of an address that a preview shows
WORDS = 90  # letters of a text that a card shows
GLYPHS = 6  # channels of a card; more would not fit
CARD = """\
<li class="post {css}" id="post-{ref}" data-id="{ref}" data-move="{url}move/" \
data-peek="{url}peek/?{zone}"{own} data-time="{clock}"{locked}>{pick}\
<a class="post-b" href="{url}" aria-describedby="cal-help" draggable="false">{picture}\
<span class="post-top">{time}{glyphs}{warn}{sign}</span><span class="post-t">{text}</span></a>\
</li>
"""


@register.simple_tag
def pause_of(delivery: Delivery, pauses: Iterable[Pause]) -> Pause | None:
    """Which of these pauses keeps it back, if any."""
    campaign = delivery.variant.post.campaign_id
    return next((p for p in pauses or () if p.stops(delivery.channel, campaign)), None)


@register.simple_tag
def evidence_of(delivery: Delivery, known: Mapping[int, Evidence]) -> Evidence | None:
    """What is on record about one that may be out, where the page looked that up."""
    return (known or {}).get(delivery.pk)


@register.filter
def symbol(standing: str) -> str:
    """The icon of a state: `{% icon entry.standing|symbol %}`."""
    return STATES.get(standing, ("", "circle"))[1]


@register.filter
def moments(entry: Entry, zone: ZoneInfo) -> str:
    return calendar_grid.moments(entry, zone)


@register.simple_tag(takes_context=True)
def post_card(context: Context, entry: Entry, css: str = "") -> SafeString:
    """A post on the calendar. `may_write` and `zone` are those of the page."""
    locked = entry.locked or not context["may_write"]
    here = {channel.pk for channel in entry.channels}
    near = (context.get("clashes") or {}).get(entry.post.pk, ())
    warn = " ".join(clash.text for clash in near if clash.channel in here)
    pick = bool(context.get("may_pick"))
    where = context["workspace"], context["zone"], css
    return card(entry, *where, locked=locked, warn=warn, pick=pick)


def card(
    entry: Entry,
    workspace: Workspace,
    zone: ZoneInfo,
    css: str,
    *,
    locked: bool,
    warn: str = "",
    pick: bool = False,
) -> SafeString:
    """One format and no template: a month shows two hundred of them."""
    clock = f"{entry.at:%H:%M}" if entry.at else ""
    own = ",".join(map(str, entry.own))
    return format_html(
        CARD,
        css=f"s-{entry.standing} {css}".rstrip(),
        ref=entry.ref,
        url=reverse("post", args=[workspace.slug, entry.post.pk]),
        zone=urlencode({"zone": zone.key, **({"own": own} if own else {})}),
        own=format_html(' data-own="{}"', own) if own else "",
        pick=_tick(entry) if pick else "",
        warn=icon("triangle-alert", "cl", warn) if warn else "",
        clock=clock,
        locked=mark_safe(" data-locked") if locked else "",
        picture=_thumb(entry, workspace),
        time=_time(entry, zone, clock),
        glyphs=mark_safe("".join(glyph(c.network) for c in entry.channels[:GLYPHS])),  # noqa: S308 - our own marks
        sign=icon(symbol(entry.standing), "st", entry.label),
        text=_cut(entry.post.text or "No words yet", WORDS),
    )


def _tick(entry: Entry) -> SafeString:
    """A box to choose it with others. It knows the version that was looked at."""
    box = '<input class="tick" type="checkbox" form="bulk" name="post" value="{}.{}" {}>'
    words = format_html('aria-label="Choose {}"', _cut(entry.post.text or "No words yet", 40))
    return format_html(box, entry.post.pk, entry.post.version, words)


def _thumb(entry: Entry, workspace: Workspace) -> SafeString | str:
    if entry.picture is None:
        return ""
    url = reverse("media-small", args=[workspace.slug, entry.picture.pk])
    image = '<img class="thumb" src="{}" alt="" loading="lazy" width="28" height="28">'
    return format_html(image, url)


def _time(entry: Entry, zone: ZoneInfo, clock: str) -> SafeString | str:
    if entry.at is None:
        return ""
    words = calendar_grid.moments(entry, zone)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', entry.at.isoformat(), words, clock
    )


@register.simple_tag
def tick(entry: Entry) -> SafeString:
    """The box of a row, to choose it with others."""
    return _tick(entry)


@register.filter
def signed(value: float) -> str:
    """Per cent more or less, with its sign, rounded to what it is worth."""
    rounded = f"{value:+.0f}".replace("-", "\N{MINUS SIGN}")
    return rounded if rounded[1:] != "0" else "0"


@register.filter
def arc(counter: Counter) -> str:
    """How much of a ring of radius 8 is filled, for `stroke-dasharray`."""
    return f"{counter.share * ROUND:.2f} {ROUND}"


@register.filter
def nth(rows: Sequence[object], number: int) -> object:
    """The one at this place, from zero; None past the end."""
    return rows[number] if number < len(rows) else None


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
    return _cut(url.split("://", 1)[1], SHOWN)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
