"""What a post costs, shown while it is written: fees, minutes, money for advertising."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_POST

from clarion.ads import costs, planning
from clarion.ads.models import Earmark
from clarion.channels.models import Channel
from clarion.content import costs as fees
from clarion.content.models import Effort, Post
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.kit.errors import NotYet
from clarion.numbers.money import Cost, Total


@dataclass(frozen=True)
class Line:
    """What one network asks, and what the other way to say it would cost."""

    channel: Channel
    cost: Cost
    other: fees.Alternative | None


@dataclass(frozen=True)
class Shown:
    """What stands in the fields, and what follows from it."""

    minutes: str
    spent: str
    set_aside: str
    lines: Sequence[Line]
    others: Sequence[Cost]
    total: Total


def shown(
    request: Request, post: Post | None, typed: Typed, channels: Sequence[Channel]
) -> Shown:
    """As it would be if it went out as it stands in the fields."""
    known = costs.Known.of(request.workspace, request.actor)
    efforts = list(post.efforts.select_related("person__user").order_by("pk")) if post else []
    minutes, spent, set_aside = _fields(request, post, efforts)
    lines = [_line(fees.said(c, typed.words), known) for c in channels]
    others = [*_people(request, efforts, minutes, known), *_advertising(request, set_aside)]
    whole = known.total([*(line.cost for line in lines), *others])
    return Shown(minutes, spent, set_aside, lines, others, whole)


def _line(said: fees.Said, known: costs.Known) -> Line:
    return Line(said.channel, fees.fee(said, known.on), fees.alternative(said, known.on))


def _fields(
    request: Request, post: Post | None, efforts: Sequence[Effort]
) -> tuple[str, str, str]:
    mine = next((e for e in efforts if e.person_id == request.membership.pk), None)
    earmark = Earmark.objects.filter(post=post).first() if post else None
    sent = request.POST
    return (
        sent.get("minutes", _text(mine.planned if mine else None)),
        _text(mine.spent if mine else None),
        sent.get("set_aside", _text(earmark.amount if earmark else None)),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _people(
    request: Request, efforts: Sequence[Effort], minutes: str, known: costs.Known
) -> list[Cost]:
    """The minutes of others as they said, one's own as they stand in the field."""
    others = [e for e in efforts if e.person_id != request.membership.pk]
    if minutes.isascii() and minutes.isdigit():
        mine = Effort(person=request.membership, planned=int(minutes[:6]))
        others.append(mine)
    currency = request.workspace.currency
    return fees.people(others, known.rates, currency, seen=known.seen)


def _advertising(request: Request, set_aside: str) -> list[Cost]:
    try:
        amount = planning.amount(set_aside)
    except NotYet:
        return []
    if amount is None:
        return []
    formula, currency = "set aside for this post", request.workspace.currency
    return [Cost(costs.AD, amount, currency, formula, request.actor.name)]


def keep(request: Request, post: Post, typed: Typed) -> None:
    """Save what stands in the fields; what cannot be is said beside them, and stays there."""
    by, sent = request.actor, request.POST
    for name in {"minutes", "set_aside"} & sent.keys():
        try:
            if name == "minutes":
                planning.say_minutes(post, planned=sent[name], by=by)
            else:
                planning.set_aside(post, sent[name], by=by)
        except NotYet as reason:
            typed.problems[name] = str(reason)


@require_POST
@page
def spent(request: Request, pk: int) -> HttpResponse:
    """How long it took, said once it is out."""
    post = own(Post.objects.select_related("workspace"), request, pk=pk)
    planning.say_minutes(post, spent=request.POST.get("minutes_spent", ""), by=request.actor)
    tell(request, "Saved")
    return redirect("post", request.workspace.slug, pk)


urlpatterns: list[Any] = [
    path("w/<slug:ws>/posts/<int:pk>/costs/", spent, name="post-costs"),
]
