"""The components of the pages: one tag each, so that a thing looks the same everywhere.

Nothing here writes a style attribute: the content security policy forbids it, and a class can
follow the theme. docs/design-system.md shows how each is used.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from clarion.interfaces.web import charts, wording

register = template.Library()

SCRIPTS = Path(__file__).resolve().parent.parent / "static/js"

# state -> (tone, icon): colour, shape and picture say the same, so no meaning hangs on colour.
STATES: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("draft", "idea", "paused", "planning"), ("draft", "pen-line")),
    **dict.fromkeys(("review", "asked", "pending", "waiting", "proposed"), ("wait", "clock")),
    **dict.fromkeys(
        ("held", "unsure", "shut", "returned", "off_track"), ("bad", "circle-alert")
    ),
    **dict.fromkeys(
        ("failed", "rejected", "refused", "overdue", "late"), ("bad", "circle-alert")
    ),
    **dict.fromkeys(("approved", "on_track", "won"), ("go", "check")),
    "by_hand": ("wait", "user"),
    **dict.fromkeys(("planned", "scheduled"), ("go", "calendar-clock")),
    **dict.fromkeys(("open", "on", "running", "active"), ("go", "circle-dot")),
    **dict.fromkeys(("sending", "settling", "reading", "syncing"), ("calm", "loader-circle")),
    **dict.fromkeys(("new", "assigned", "mine"), ("calm", "inbox")),
    **dict.fromkeys(
        ("live", "published", "done", "closed", "reached"), ("done", "circle-check")
    ),
    **dict.fromkeys(("partly",), ("calm", "circle-dashed")),
    **dict.fromkeys(("snoozed",), ("off", "snooze")),
    **dict.fromkeys(
        ("cancelled", "removed", "gone", "binned", "off", "voided", "ended"), ("off", "ban")
    ),
}
TONES = {
    "info": ("", "info"),
    "ok": ("ok", "circle-check"),
    "warn": ("warn", "triangle-alert"),
    "danger": ("bad", "circle-alert"),
}


# Press g, then the letter.
GO = {
    "Home": "h",
    "Calendar": "c",
    "Compose": "p",
    "Approvals": "a",
    "Inbox": "i",
    "Listening": "l",
    "Results": "r",
    "Promotions": "o",
    "Research": "e",
    "Strategy": "s",
    "Campaigns": "m",
    "Channels": "n",
    "Team": "t",
    "Journal": "j",
}


# --- pictures ---------------------------------------------------------------------------------


@cache
def _sprite() -> str:
    return static("vendor/icons.svg")


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """`{% icon "bell" %}`. A screen reader hears the label, and nothing where there is none."""
    return _use(name, f"icon {css}".strip(), label)


@register.simple_tag
def glyph(network: Any, css: str = "", label: str | None = None) -> SafeString:
    """The mark of a network in its own colour: `{% glyph channel.network %}`.

    Takes anything with `icon` and `name`, or the icon's id. Says the name unless `label=""`.
    """
    name = network if isinstance(network, str) else getattr(network, "icon", "")
    symbol = name if name.startswith("b-") else f"b-{name}"
    if label is None:
        label = getattr(network, "name", "")
    return _use(symbol if name else "globe", f"bi {symbol} {css}".strip(), label)


@lru_cache(maxsize=1000, typed=True)  # typed: text that is safe is not text that is not
def _use(symbol: str, css: str, label: str) -> SafeString:
    spoken = format_html('role="img" aria-label="{}"', label) if label else SILENT
    href = f"{_sprite()}#{symbol}"
    return format_html('<svg class="{}" {}><use href="{}"/></svg>', css, spoken, href)


SILENT = mark_safe('aria-hidden="true"')


@register.simple_tag
def avatar(name: Any, size: str = "", image: str = "") -> SafeString:
    """Initials on a colour that stays with the name; sizes "small", "", "large"."""
    words = str(name).replace("@", " ").split() or ["?"]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else words[0][1:2])).upper()
    hue = sum(str(name).encode()) % 12
    inside = format_html('<img src="{}" alt="" loading="lazy">', image) if image else initials
    return format_html(
        '<span class="ava hue-{} {}" aria-hidden="true">{}</span>', hue, size, inside
    )


# --- states and words -------------------------------------------------------------------------


@register.simple_tag
def badge(state: str, label: str = "", tone: str = "", symbol: str = "") -> SafeString:
    """`{% badge row.state row.get_state_display %}`: colour, shape and icon at once."""
    known_tone, known_symbol = STATES.get(str(state), ("off", "circle"))
    words = label or str(state).replace("_", " ").capitalize()
    sign = icon(symbol or known_symbol)
    return format_html('<span class="badge {}">{}{}</span>', tone or known_tone, sign, words)


@register.simple_block_tag
def callout(content: str, tone: str = "info", symbol: str = "") -> SafeString:
    """`{% callout "warn" %}…{% endcallout %}`; tones info, ok, warn, danger."""
    css, known = TONES[tone]
    role = mark_safe(' role="alert"') if tone == "danger" else ""
    sign = icon(symbol or known)
    return format_html(
        '<div class="note {}"{}>{}<div>{}</div></div>',
        css,
        role,
        sign,
        mark_safe(content),  # noqa: S308 - rendered by the template
    )


@register.inclusion_tag("components/empty.html")
def empty(
    title: str,
    text: str = "",
    symbol: str = "sparkles",
    action: str = "",
    url: str = "",
    second: str = "",
    second_url: str = "",
) -> dict[str, Any]:
    """An empty state that teaches: what will be here, and one button that starts it."""
    more = {"action": action, "url": url, "second": second, "second_url": second_url}
    return {"title": title, "text": text, "symbol": symbol, **more}


@register.simple_tag
def when(at: datetime | date | None, style: str = "short", none: str = "never") -> SafeString:
    """A moment in the reader's zone; styles short, long, date, time, ago, for (3 h)."""
    if at is None:
        return format_html('<span class="none">{}</span>', none)
    local = timezone.localtime(at) if isinstance(at, datetime) else at
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        wording.full(local),
        wording.moment(local, style, timezone.localtime()),
    )


@register.simple_tag
def money(amount: Decimal | None, currency: str = "", none: str = "not known") -> SafeString:
    """`{% money row.spent row.currency %}`: an amount never stands without its unit."""
    if amount is None:
        return _unknown(none)
    return format_html('<span class="tnum">{}</span>', wording.money(amount, currency))


@register.simple_tag
def number(
    value: float | Decimal | None,
    compact: bool = False,
    unit: str = "",
    none: str = "not known",
) -> SafeString:
    """`{% number reach compact=True %}`: 12.3k, with the exact figure on hover."""
    if value is None:
        return _unknown(none)
    full = charts.exact(float(value), unit)
    shown = charts.short(float(value)) if compact else full
    return format_html('<span class="tnum" title="{}">{}</span>', full, shown)


@register.simple_tag
def percent(share: float | None, digits: int = 0, none: str = "not known") -> SafeString:
    """A share between 0 and 1, as percent."""
    if share is None:
        return _unknown(none)
    return format_html('<span class="tnum">{}%</span>', f"{share * 100:,.{digits}f}")


def _unknown(reason: str) -> SafeString:
    return format_html(
        '<span class="none" title="{}">&ndash;<span class="sr"> {}</span></span>',
        reason,
        reason,
    )


# --- figures ----------------------------------------------------------------------------------


@register.inclusion_tag("components/stat.html")
def stat(
    label: str,
    value: Any = None,
    delta: float | None = None,
    against: str = "vs previous",
    reason: str = "Nothing measured yet",
    unit: str = "",
    good: str = "up",
    points: Sequence[charts.Value] = (),
    note: str = "",
    url: str = "",
    compact: bool = True,
) -> dict[str, Any]:
    """A figure with its comparison. `delta` is a fraction: 0.3 is up 30%.

    No value shows `reason` instead.

    `good="down"` for what should fall: costs, answering times.
    """
    line, area = charts.spark(points)
    context = {"label": label, "reason": reason, "unit": unit, "note": note, "url": url}
    return context | {
        "value": value,
        "text": _figure(value, compact),
        "delta": wording.delta(delta, good),
        "against": against,
        "line": line,
        "area": area,
    }


def _figure(value: Any, compact: bool) -> str:
    if isinstance(value, int | float | Decimal):
        return charts.short(float(value)) if compact else charts.exact(float(value))
    return "" if value is None else str(value)


@register.inclusion_tag("components/chart.html")
def chart(drawn: charts.Chart, level: int = 2) -> dict[str, Any]:
    """`{% chart reach %}` with a `charts.Chart`: title, drawing, the table of its numbers."""
    rows = [
        (label, [charts.exact(line.values[i], drawn.unit) for line in drawn.lines])
        for i, label in enumerate(drawn.labels)
    ]
    context: dict[str, Any] = {"chart": drawn, "rows": rows, "level": level}
    if drawn.kind == "rows":
        return context | {"bars": _lying(drawn)}
    names = [(s.name, charts.css(n), "") for n, s in enumerate(drawn.series)]
    if drawn.before:
        names.append((drawn.before.name, "ch-0", "before"))
    return context | {"drawing": charts.draw(drawn) if drawn.known else None, "legend": names}


def _lying(drawn: charts.Chart) -> list[tuple[str, str, str]]:
    values = drawn.series[0].values
    highest = max((v for v in values if v is not None), default=0) or 1
    return [
        (
            label,
            f"{max(0.0, (value or 0) / highest * 100):.1f}%",
            charts.exact(value, drawn.unit),
        )
        for label, value in zip(drawn.labels, values, strict=True)
    ]


@register.simple_tag
def sparkline(values: Sequence[charts.Value], label: str) -> SafeString:
    """A line the size of a word: `{% sparkline points "Reach, last 7 days" %}`."""
    line, area = charts.spark(values)
    if not line:
        return _unknown("too few readings to draw")
    return format_html(
        '<svg class="spark" viewBox="0 0 100 28" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path d="{}" class="spark-a"/><path d="{}" class="spark-l"/></svg>',
        label,
        area,
        line,
    )


@register.inclusion_tag("components/bar.html")
def progress(value: float | None, most: float, label: str, text: str = "") -> dict[str, Any]:
    """How far something has come. `value=None` is "running, length not known"."""
    return {"value": value, "most": most, "label": label, "text": text}


@register.inclusion_tag("components/bar.html")
def meter(
    value: float, most: float, label: str, text: str = "", warn: float = 0.8, bad: float = 1.0
) -> dict[str, Any]:
    """How full something is: marigold past `warn`, coral past `bad`, shares of `most`."""
    bounds = {"low": most * warn, "high": most * bad, "meter": True}
    return {"value": value, "most": max(most, value), "label": label, "text": text} | bounds


# --- forms ------------------------------------------------------------------------------------


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", **attrs: Any) -> dict[str, Any]:
    """`{% field form.name placeholder="…" %}`: label, hint, problem and control tied together.

    Other keywords become attributes of the control; `data_x` is written `data-x`.
    """
    known = {name.replace("_", "-"): value for name, value in attrs.items()}
    kind = getattr(bound.field.widget, "input_type", "")
    many = bound.use_fieldset
    described = [f"{bound.auto_id}_hint"] * bool(hint or bound.help_text)
    described += [f"{bound.auto_id}_problem"] * bool(bound.errors)
    if described and not many:
        known["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=known),
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "many": many,
        "check": kind == "checkbox" and not many,
        "hidden": bound.is_hidden,
    }


@register.inclusion_tag("components/form_errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """What is wrong with the form as a whole, and links to the fields that need a look."""
    wrong = [bound for bound in form if bound.errors]
    return {"form": form, "general": form.non_field_errors(), "wrong": wrong}


# --- ways through -----------------------------------------------------------------------------


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context: Context, page: Page[Any], param: str = "page") -> dict[str, Any]:
    """Back and on through a list, keeping the rest of the address."""
    query = context["request"].GET.copy()
    query.pop(param, None)
    return {"page": page, "param": param, "rest": f"&{query.urlencode()}" if query else ""}


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[tuple[Any, ...]], label: str = "Views") -> dict[str, Any]:
    """`items`: (words, url, is this the one, count or None)."""
    return {"items": [(*item, None)[:4] for item in items], "label": label}


@register.inclusion_tag("components/segments.html")
def segments(items: Sequence[tuple[Any, ...]], label: str) -> dict[str, Any]:
    """A choice of few, as links. `items`: (words, url, is this the one)."""
    return {"items": [item[:3] for item in items], "label": label}


@register.simple_block_tag
def dialog(content: str, name: str, title: str, css: str = "") -> SafeString:
    """`{% dialog "new-goal" "New goal" %}…{% enddialog %}`, opened by `{% opens %}`."""
    shut = icon("x")
    return format_html(
        '<dialog id="{name}" class="dialog {css}" aria-labelledby="{name}-title">'
        '<div class="dialog-h"><h2 id="{name}-title">{title}</h2>'
        '<button type="button" class="btn ghost icon-only" command="close" commandfor="{name}"'
        ' aria-label="Close">{shut}</button></div>{content}</dialog>',
        name=name,
        title=title,
        css=css,
        shut=shut,
        content=mark_safe(content),  # noqa: S308 - rendered by the template
    )


@register.simple_tag
def opens(name: str) -> SafeString:
    """The attributes that make a button open the dialog: `<button {% opens "new-goal" %}>`."""
    return format_html('type="button" command="show-modal" commandfor="{}"', name)


@register.simple_tag(takes_context=True)
def page_url(context: Context, name: str, *args: Any) -> str:
    """The address of a page, in the workspace at hand if it has one there, or ""."""
    workspace = context.get("workspace")
    for before in ([workspace.slug], []) if workspace else ([],):
        with suppress(NoReverseMatch):
            return reverse(name, args=[*before, *args])
    return ""


@register.filter
def pick(nav: Sequence[tuple[str, Sequence[Any]]], labels: str) -> list[Any]:
    """The entries of the menu with these labels, in this order: `nav|pick:"Inbox,Results"`."""
    entries = {entry.label: entry for _, group in nav or () for entry in group}
    return [entries[label] for label in labels.split(",") if label in entries]


@register.simple_tag
def nav_keys(label: str) -> SafeString:
    """The shortcut of a menu entry, as the attribute the script looks for."""
    letter = GO.get(label, "")
    return format_html(' data-keys="g {}"', letter) if letter else SafeString("")


@register.filter
def goes(nav: Sequence[tuple[str, Sequence[Any]]]) -> list[dict[str, str]]:
    """The menu entries that have a shortcut, for the sheet of shortcuts."""
    labels = [entry.label for _, group in nav or () for entry in group]
    return [{"label": name, "letter": GO[name].upper()} for name in labels if name in GO]


@register.filter
def undo_of(tags: str) -> str:
    """The address that takes a message back: `messages.info(…, extra_tags="undo=/u/1/")`."""
    found = [tag.removeprefix("undo=") for tag in tags.split() if tag.startswith("undo=")]
    return found[0] if found else ""


# --- files ------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def importmap(context: Context) -> SafeString:
    """Names for our modules, so that they can import each other by file names with hashes."""
    rows = format_html_join(",", '"{}":"{}"', [(n, static(path)) for n, path in _modules()])
    return format_html(
        '<script type="importmap" nonce="{}">{{"imports":{{{}}}}}</script>',
        context.get("nonce", ""),
        rows,
    )


@cache
def _modules() -> list[tuple[str, str]]:
    found = sorted(path.relative_to(SCRIPTS).as_posix() for path in SCRIPTS.rglob("*.js"))
    return [(f"clarion/{path.removesuffix('.js')}", f"js/{path}") for path in found]


@register.simple_tag
def page_css(*names: str) -> SafeString:
    """`{% page_css "calendar" %}` in block css: the styles only this page needs."""
    links = [(static(f"css/50-pages/{name}.css"),) for name in names]
    return format_html_join("", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def element(*names: str) -> SafeString:
    """`{% element "post-calendar" %}` in block js: a custom element's module."""
    links = [(static(f"js/elements/{name}.js"),) for name in names]
    return format_html_join("", '<script type="module" src="{}"></script>', links)
