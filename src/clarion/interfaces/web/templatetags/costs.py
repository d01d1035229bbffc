"""Money on a page with as many digits as small prices need, and what only some may see."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clarion.accounts.rights import Actor
from clarion.interfaces.web import wording

register = template.Library()


@register.simple_tag
def fee(amount: Decimal | None, currency: str) -> SafeString:
    """`{% fee cost.amount cost.currency %}`: $0.015; what is not known is never 0."""
    if amount is None:
        return format_html('<span class="muted">{}</span>', "not known")
    return format_html('<span class="tnum">{}</span>', wording.fee(amount, currency))


@register.filter
def may(actor: Actor, right: str) -> bool:
    """`{% if actor|may:"override" %}`: for controls that only some can use."""
    return actor.can(right)
