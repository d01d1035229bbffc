"""Numbers on a page, each with what it was made from one click away."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clarion.interfaces.web import charts, wording
from clarion.measurement.goals import Standing
from clarion.measurement.queries import Progress
from clarion.numbers.number import Number

register = template.Library()

LABELS = {
    "views": "Views",
    "likes": "Likes",
    "comments": "Comments",
    "shares": "Shares",
    "interactions": "Interactions",
    "engagement_rate": "Engagement rate",
    "click_rate": "Click rate",
    "conversion_rate": "Conversion rate",
    "clicks": "Visits",
    "conversions": "Conversions",
    "revenue": "Revenue",
}


@register.filter
def metric(key: str) -> str:
    """What people call a metric: `{{ campaign.goal_metric|metric }}`."""
    return LABELS.get(key, key.replace("_", " ").capitalize())


@register.filter
def reported(key: str) -> str:
    """What a network's own count is called: its clicks are not our visits."""
    return "Clicks, counted there" if key == "clicks" else metric(key)


@register.simple_tag
def figure(number: Number) -> SafeString:
    """`{% figure number %}`: the value with its unit, or a dash that says why there is none."""
    if number.value is None:
        return format_html(
            '<span class="none" title="{0}">&ndash;<span class="sr"> {0}</span></span>',
            number.reason or "not known",
        )
    return format_html('<span class="tnum">{}</span>', written(number))


def written(number: Number) -> str:
    """The value as words: 1,204 or 4.2% or €20.00."""
    value = number.value
    if value is None:
        return ""
    if number.unit == "%":
        return f"{value:,.1f}%"
    if number.unit:
        return wording.money(Decimal(str(value)).quantize(Decimal("0.01")), number.unit)
    return charts.exact(float(value))


@register.inclusion_tag("components/pace.html")
def pace(progress: Progress, standing: Standing, what: str = "") -> dict[str, Any]:
    """How far something has come against how much of its time is gone."""
    target = replace(progress.reached, value=progress.target)
    return {
        "progress": progress,
        "standing": standing,
        "width": min(progress.percent or 0.0, 100.0),
        "target": written(target)
        if progress.reached.unit
        else f"{written(target)} {metric(what).lower()}",
    }


@register.inclusion_tag("components/number.html")
def tile(
    label: str, number: Number, before: Number | None = None, against: str = ""
) -> dict[str, Any]:
    """A figure, the change against `before` where both are known, and how it came about."""
    return {
        "label": label,
        "number": number,
        "text": written(number),
        "delta": wording.delta(change(number, before), "up"),
        "against": against,
        "before": before,
        "before_text": written(before) if before else "",
    }


def change(now: Number, before: Number | None) -> float | None:
    """The change as a fraction, or None where one of them is unknown or there was nothing."""
    if before is None or now.value is None or not before.value:
        return None
    return float(now.value) / float(before.value) - 1


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """`{% with purse=money|at:campaign.pk %}`: what stands under this key."""
    return found.get(key)


@register.simple_tag
def spoken_money(amount: Decimal, currency: str) -> str:
    """An amount as plain words, for titles and questions."""
    return wording.money(amount, currency)
