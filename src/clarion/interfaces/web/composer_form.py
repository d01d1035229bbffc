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
from clarion.content.models import Media, Post
from clarion.content.queries import Own, Words
from clarion.interfaces.web.door import Request
from clarion.kit.errors import NotYet
from clarion.kit.zones import instant, known_zone, must_be_ahead
from clarion.networks.base import Field
from clarion.strategy.models import Campaign

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
        return Words(self.text, self.more, self.link, self.media, self.own)

    @property
    def is_empty(self) -> bool:
        """Nothing is said or shown yet, which is a beginning and no mistake."""
        said = [self.text, *self.more, self.link, *(own.text for own in self.own.values())]
        return not self.media and not any(words.strip() for words in said)

    def changes(self) -> dict[str, Any]:
        """As `content.write` and `content.edit` take them; the time comes on top."""
        return {
            "text": self.text,
            "more": self.more,
            "link": self.link,
            "channels": self.channels,
            "media": self.media,
            "alts": {m.pk: m.alt for m in self.media},
            "campaign": self.campaign,
            "variants": {
                pk: {"text": own.text, "options": own.options, "without": own.without}
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
        text=post.text,
        more=list(post.more),
        link=post.link,
        channels=channels,
        media=post.pieces(),
        own={v.channel_id: Own(v.text, v.options, v.without) for v in variants},
        campaign=post.campaign,
        zone=zone_of(post.workspace, channels),
        version=post.version,
    )
    show_time(typed, post.planned_for)
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
    return Own(
        text=_plain(said.get(f"text-{channel.pk}", "")),
        options={k: v for k, v in options.items() if v},
        without=_numbers(said.getlist(f"without-{channel.pk}")),
    )


def _out(post: Post | None) -> dict[int, Own]:
    """What has gone out stays as it was: its controls are shut, and those send nothing."""
    sent = post.variants.exclude(sent_at=None) if post else ()
    return {v.channel_id: Own(v.text, v.options, v.without) for v in sent}


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
