"""What stands in the fields of the composer, right or wrong, saved or not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content.checks import POLL_HOURS
from clarion.content.models import FEED, POSTED_BY, Media, Own, Post, Words
from clarion.interfaces.web.door import Request
from clarion.kit.errors import NotYet
from clarion.kit.zones import instant, known_zone, must_be_ahead
from clarion.networks.base import Field
from clarion.strategy.models import Campaign

# What the fields and the post call by the same name, and what the form says for one channel.
PLAIN = ("text", "more", "link", "first_comment", "paid_partnership", "made_with_ai")
OF_A_CHANNEL = ("text", "options", "without", "surface", "posted_by", "hand_id")
DIGITS = 18  # an id with more is none of ours
BARE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?:[:/?#]\S*)?")  # a name with a dot, no scheme


@dataclass
class Typed:
    """The fields as they are shown again: nothing that was typed gets lost."""

    text: str = ""
    more: list[str] = field(default_factory=list)
    link: str = ""
    channels: list[Channel] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)  # `alt` as typed, perhaps not saved
    own: dict[int, Own] = field(default_factory=dict)
    first_comment: str = ""
    choices: list[str] = field(default_factory=list)  # of a poll
    poll_hours: str = ""
    paid_partnership: bool = False
    made_with_ai: bool = False
    labels: str = ""  # names, with commas between them
    campaign: Campaign | None = None
    day: str = ""
    hour: str = ""
    zone: str = "UTC"
    version: int = 0
    note: str = ""
    url: str = ""
    problems: dict[str, str] = field(default_factory=dict)  # by field; "" for the whole

    @property
    def words(self) -> Words:
        return Words(
            media=self.media,
            own=self.own,
            poll={**self.poll, "hours": self.hours} if self.poll else {},
            planned_for=self._moment,
            **{name: getattr(self, name) for name in PLAIN},
        )

    @property
    def _moment(self) -> datetime | None:
        """When it is to go out, as far as that can be read."""
        try:
            return self.at()
        except NotYet:
            return None

    @property
    def poll(self) -> dict[str, Any]:
        choices = [choice for choice in self.choices if choice.strip()]
        return {"choices": choices, "hours": self.poll_hours} if choices else {}

    @property
    def hours(self) -> int:
        """How long people may vote, as far as that can be read."""
        return next(iter(_numbers([self.poll_hours])), POLL_HOURS)

    @property
    def is_empty(self) -> bool:
        """Nothing is said or shown yet, which is a beginning and no mistake."""
        said = [self.text, *self.more, self.link, self.first_comment, *self.choices]
        said += [own.text for own in self.own.values()]
        return not self.media and not any(words.strip() for words in said)

    def changes(self) -> dict[str, Any]:
        """As `content.write` and `content.edit` take them; the time comes on top."""
        return {
            **{name: getattr(self, name) for name in PLAIN},
            "poll": self.poll,
            "labels": self.labels.split(","),
            "channels": self.channels,
            "media": self.media,
            "alts": {m.pk: m.alt for m in self.media},
            "campaign": self.campaign,
            "variants": {
                pk: {name: getattr(own, name) for name in OF_A_CHANNEL}
                for pk, own in self.own.items()
            },
        }

    def at(self) -> datetime | None:
        """The moment that day and hour mean in the zone shown beside them. Raises NotYet."""
        if not self.day and not self.hour:
            return None
        if not self.day or not self.hour:
            raise NotYet("Choose both a day and a time.", "at")
        try:
            local = datetime.fromisoformat(f"{self.day}T{self.hour}").replace(tzinfo=None)
        except ValueError:
            raise NotYet("That is not a day and a time. Choose them again.", "at") from None
        return instant(local, known_zone(self.zone))

    def fresh_time(self, now: datetime | None) -> datetime | None:
        """`at`, where it differs from what stands there `now` also ahead of us."""
        at = self.at()
        if at is not None and at != now:
            must_be_ahead(at, timezone.now())
        return at

    def refuse(self, reason: NotYet) -> None:
        self.problems[reason.about] = str(reason)


def zone_of(workspace: Workspace, channels: Sequence[Channel]) -> str:
    """The zone a time is typed in: the channels', where they agree; else the workspace's."""
    zones = {c.zone_name for c in channels}
    return zones.pop() if len(zones) == 1 else workspace.time_zone


def of(post: Post) -> Typed:
    """A saved post, as it fills the fields."""
    variants = list(post.variants.select_related("channel__workspace").order_by("channel_id"))
    channels = [v.channel for v in variants]
    typed = Typed(
        **{name: getattr(post, name) for name in PLAIN},
        choices=list(post.poll.get("choices", ())),
        poll_hours=str(post.poll.get("hours", "")),
        labels=", ".join(label.name for label in post.labels.all()),
        channels=channels,
        media=post.pieces(),
        own={v.channel_id: v.own() for v in variants},
        campaign=post.campaign,
        zone=zone_of(post.workspace, channels),
        version=post.version,
    )
    show_time(typed, None if post.queued else post.planned_for)
    return typed


def show_time(typed: Typed, at: datetime | None) -> None:
    local = at.astimezone(known_zone(typed.zone)) if at else None
    typed.day, typed.hour = (f"{local:%Y-%m-%d}", f"{local:%H:%M}") if local else ("", "")


def read(request: Request, post: Post | None, choice: Sequence[Channel]) -> Typed:
    """What was sent. `choice`: the channels this post may go to."""
    said = request.POST
    wanted = set(_numbers(said.getlist("channels")))
    channels = [c for c in choice if c.pk in wanted]
    zones = {c.zone_name for c in choice} | {request.workspace.time_zone}
    return Typed(
        text=_plain(said.get("text", "")),
        more=[part for text in said.getlist("more") if (part := _plain(text)).strip()],
        link=_address(said.get("link", "").strip()),
        channels=channels,
        media=_media(request, said),
        own={**{c.pk: _own(c, said) for c in channels}, **_out(post)},
        first_comment=_plain(said.get("first_comment", "")),
        choices=said.getlist("choice"),
        poll_hours=said.get("poll_hours", ""),
        paid_partnership="paid_partnership" in said,
        made_with_ai="made_with_ai" in said,
        labels=said.get("labels", ""),
        campaign=campaign(request, said.get("campaign", "")),
        day=said.get("day", ""),
        hour=said.get("hour", "")[:5],
        zone=said["zone"]
        if said.get("zone") in zones
        else zone_of(request.workspace, channels),
        version=next(iter(_numbers([said.get("version", "")])), 0),
        note=said.get("note", ""),
    )


def _own(channel: Channel, said: QueryDict) -> Own:
    options = {f.key: said.get(option_name(channel, f), "") for f in channel.network.options}
    hand = said.get(f"hand-{channel.pk}", "")  # a member's id, or one of POSTED_BY
    named = next(iter(_numbers([hand])), None)
    return Own(
        posted_by="person" if named else (hand if hand in POSTED_BY else ""),
        hand_id=named,
        text=_plain(said.get(f"text-{channel.pk}", "")),
        options={k: v for k, v in options.items() if v},
        without=sorted(_numbers(said.getlist(f"without-{channel.pk}"))),
        surface=said.get(f"surface-{channel.pk}") or FEED,
    )


def _out(post: Post | None) -> dict[int, Own]:
    """What has gone out stays as it was: its controls are shut, and those send nothing."""
    sent = post.variants.exclude(sent_at=None) if post else ()
    return {v.channel_id: v.own() for v in sent}


def option_name(channel: Channel, option: Field) -> str:
    return f"opt-{channel.pk}-{option.key}"


def _address(typed: str) -> str:
    """What people type from a poster, `example.com/bread`, as a web address."""
    bare = BARE.fullmatch(typed)
    return f"https://{typed}" if bare else typed


def _media(request: Request, said: QueryDict) -> list[Media]:
    """The pictures in the order of the page, each with the words typed under it."""
    wanted = list(dict.fromkeys(_numbers(said.getlist("media"))))
    found = Media.objects.filter(workspace=request.workspace).in_bulk(wanted)
    pieces = [found[pk] for pk in wanted if pk in found]
    for piece in pieces:
        piece.alt = said.get(f"alt-{piece.pk}", piece.alt)
    return pieces


def campaign(request: Request, pk: str) -> Campaign | None:
    numbers = _numbers([pk])
    return Campaign.objects.filter(workspace=request.workspace, pk__in=numbers).first()


def _numbers(texts: Sequence[str]) -> list[int]:
    return [int(t) for t in texts if t.isascii() and t.isdigit() and len(t) < DIGITS]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")
