"""What the composer shows around the fields: verdicts, previews, deliveries, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clarion.ads.costs import of_post
from clarion.channels.models import Channel
from clarion.content import queries as content
from clarion.content.actions import PARTS_MAX
from clarion.content.models import Own, Post, Variant
from clarion.interfaces.web import composer_costs, composer_gate
from clarion.interfaces.web import composer_form as form
from clarion.interfaces.web.by_hand import people
from clarion.interfaces.web.composer_form import Typed
from clarion.interfaces.web.door import Request
from clarion.kit.zones import known_zone
from clarion.networks.base import Field
from clarion.networks.surfaces import Surface
from clarion.publishing import queries as publishing
from clarion.publishing.planning import queues, spreading
from clarion.publishing.sending import evidence
from clarion.publishing.sending.forecast import endings
from clarion.strategy.models import Campaign
from clarion.strategy.queries import brief

MOST = 200_000  # characters worth counting; saving refuses far fewer, with the reason
BESIDE = (
    "text",
    "link",
    "media",
    "alt",
    "at",
    "channels",
    "poll",
    "minutes",
    "set_aside",
)  # problems shown next to a field


@dataclass(frozen=True)
class Option:
    """One thing to choose for one network, as a control of the form."""

    field: Field
    name: str
    value: str


@dataclass(frozen=True)
class Target:
    """A channel as the composer offers it."""

    channel: Channel
    chosen: bool
    own: Own
    may_write: bool
    out: bool  # something of it is or may be out: its words stand

    @property
    def options(self) -> list[Option]:
        said = self.own.options
        return [
            Option(f, form.option_name(self.channel, f), said.get(f.key, f.default))
            for f in self.channel.network.options
        ]

    @property
    def places(self) -> Sequence[Surface]:
        return self.channel.network.surfaces

    @property
    def surface(self) -> Surface:
        network = self.channel.network
        return network.surface(self.own.surface) or network.surfaces[0]

    @property
    def hand(self) -> str:
        """Who posts it, as the field says it."""
        return str(self.own.hand_id or self.own.posted_by)

    @property
    def on(self) -> bool:
        """Whether it has words or settings of its own."""
        return self.own != Own()


def choice(request: Request, post: Post | None) -> list[Channel]:
    """The channels a post may go to: those that are there, and those it is aimed at already."""
    rows = Channel.objects.filter(workspace=request.workspace).select_related("workspace")
    aimed = set(post.variants.values_list("channel_id", flat=True)) if post else set()
    return [c for c in rows.order_by("pk") if c.state != Channel.State.GONE or c.pk in aimed]


def show(
    request: Request, post: Post | None, typed: Typed, *, status: int = 200, **more: Any
) -> HttpResponse:
    channels = choice(request, post)
    context = {
        "post": post,
        "typed": typed,
        "targets": targets(request, post, typed, channels),
        "people": people(request),
        "campaigns": _campaigns(request, typed),
        "labels": request.workspace.labels.all(),
        "choices": [*typed.choices, *[""] * (2 - len(typed.choices))],
        "durations": _durations(typed.hours),
        "zone": known_zone(typed.zone),
        "may_write": _may_write(request, typed.channels),
        "beside": (*BESIDE, *(f.key for c in channels for f in c.network.options)),
        "history": content.history(post) if post else (),
        **verdicts(request, post, typed),
        **_standing(request, post),
        **more,
    }
    return render(request, "composer/page.html", context, status=status)


def verdicts(request: Request, post: Post | None, typed: Typed) -> dict[str, Any]:
    """Counters, complaints, previews, open buttons: all that follows from what was typed."""
    too_much = len(typed.more) > PARTS_MAX or len("".join([typed.text, *typed.more])) > MOST
    channels = [] if too_much else typed.channels
    fits = content.fits(composer_gate.marked(typed, post), channels)
    why = publishing.why_not(request.workspace, typed.channels, post, by=request.actor)
    return {
        "fits": fits,
        "missing_alt": [m for m in typed.media if not m.alt.strip()],
        "untouched": typed.is_empty,
        "blocked": too_much or any(f.blocked for f in fits),
        "why_not": "" if post and post.is_approved and _publishes(request, typed) else why,
        "shut": [c for c in typed.channels if not c.is_open],
        "now": timezone.now(),
        "costs": composer_costs.shown(request, post, typed, channels),
        "waived": composer_gate.waived(post),
        "too_near": queues.warnings(post, typed.words.planned_for) if post else (),
    }


def _publishes(request: Request, typed: Typed) -> bool:
    return all(request.actor.can("publish", c.pk) for c in typed.channels)


def _standing(request: Request, post: Post | None) -> dict[str, Any]:
    if post is None:
        return {"locked": False, "out": False}
    zone = known_zone(request.workspace.time_zone)
    entry = publishing.entry(post, zone)
    deliveries = publishing.deliveries_of(post)
    sent = [v.sent_at is not None for v in post.variants.all()]
    return {
        "entry": entry,
        "deliveries": deliveries,
        "evidence": evidence.known(deliveries),
        "foreseen": endings(post),
        "out": any(sent),
        "stories": _stories(post),
        "boards": spreading.over(post),
        "locked": (bool(sent) and all(sent)) or entry.standing == "binned",
        "approved": post.is_approved,
        "stale": entry.planned and not post.is_approved,
        "may_publish": all(request.actor.can("publish", c.pk) for c in entry.channels),
        "may_approve": all(request.actor.can("approve", c.pk) for c in entry.channels),
        "sheet": of_post(post, by=request.actor) if any(sent) else None,
    }


def _stories(post: Post) -> list[Variant]:
    """The variants whose pictures go out one after the other."""
    variants = post.variants.select_related("channel__workspace").order_by("channel_id")
    words = post.said()
    return [v for v in variants if words.media and words.surface(v.channel).frames]


def targets(
    request: Request, post: Post | None, typed: Typed, channels: Sequence[Channel]
) -> list[Target]:
    out = set(
        post.variants.exclude(sent_at=None).values_list("channel_id", flat=True) if post else ()
    )
    chosen = {c.pk for c in typed.channels}
    return [
        Target(
            channel=c,
            chosen=c.pk in chosen,
            own=typed.own.get(c.pk, Own()),
            may_write=request.actor.can("write", c.pk),
            out=c.pk in out,
        )
        for c in channels
    ]


def _campaigns(request: Request, typed: Typed) -> list[Campaign]:
    rows = Campaign.objects.filter(workspace=request.workspace).order_by("name")
    kept = typed.campaign.pk if typed.campaign else None
    return [c for c in rows if c.archived_at is None or c.pk == kept]


def _durations(hours: int) -> list[tuple[int, str]]:
    """For how long a poll can be open, with what is chosen already."""
    known = {1: "1 hour", 6: "6 hours", 24: "1 day", 72: "3 days", 168: "7 days"}
    return sorted({**known, hours: known.get(hours, f"{hours} hours")}.items())


def _may_write(request: Request, channels: Sequence[Channel]) -> bool:
    if not channels:
        return request.actor.can_somewhere("write")
    return all(request.actor.can("write", c.pk) for c in channels)


def brief_of(campaign: Campaign | None) -> dict[str, Any]:
    return {"brief": brief(campaign) if campaign else None}
