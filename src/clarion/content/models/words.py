"""What somebody wants to say, saved or only typed, and what goes out of it on each channel.

This is the only place where a Draft of a post is made: what the composer shows is what is sent.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.content import gate
from clarion.content.models.media import Media
from clarion.content.models.rooms import room
from clarion.networks.base import Draft, Poll, Problem
from clarion.networks.surfaces import Surface
from clarion.pictures import recipes

QUEUE = "queue"  # stands in a seal for a time that the channel's queue chooses
FEED = "feed"  # the usual place, which every network has
POSTED_BY: Mapping[str, str] = {"clarion": "Clarion", "person": "A person, by hand"}
CODE_LENGTH = 8  # characters of a tracked link's code


def in_utc(at: datetime | None) -> str | None:
    """The same moment in every zone is the same text, so that a seal does not depend on it."""
    return at.astimezone(UTC).isoformat() if at else None


@dataclass(frozen=True)
class Own:
    """What one channel gets instead of what all get."""

    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    without: Sequence[int] = ()  # ids of pictures that stay at home
    surface: str = FEED
    planned_for: datetime | None = None  # None: when the post goes
    queued: bool = False  # the channel's queue chooses the time
    posted_by: str = ""  # "clarion" or "person"; empty: as the channel is set
    hand_id: int | None = None  # which person; None: whoever may publish there

    def signed(self) -> dict[str, Any]:
        """As an approver agrees to it. What is empty is left out, but for what always stood."""
        more = {
            "without": sorted(self.without),
            "surface": self.surface if self.surface != FEED else "",
            "planned_for": QUEUE if self.queued else in_utc(self.planned_for),
        }
        said = {"text": self.text, "options": dict(self.options)}
        return said | {key: value for key, value in more.items() if value}


def by_hand(posted_by: str, channel: Channel) -> bool:
    """Whether a person posts it, as decided for the post, or else for the channel."""
    return posted_by == "person" or (not posted_by and channel.by_hand)


@dataclass(frozen=True)
class Part:
    """What goes out on its own: a post, a part of its thread, a frame, a comment."""

    draft: Draft
    after: int | None = None  # number of the part that has to be out before
    answers: bool = False  # it is said in answer to that part


@dataclass(frozen=True)
class Words:
    """All that is said, to whom of the channels in which form."""

    text: str = ""
    more: Sequence[str] = ()  # further parts of a thread, or words of further frames
    link: str = ""
    media: Sequence[Media] = ()
    own: Mapping[int, Own] = field(default_factory=dict)  # by channel id
    first_comment: str = ""
    poll: Mapping[str, Any] = field(default_factory=dict)  # {"choices": [text], "hours": n}
    paid_partnership: bool = False
    made_with_ai: bool = False
    partner: str = ""  # who pays for its campaign
    passes: Collection[str] = ()  # checks of the gate that somebody let it through
    planned_for: datetime | None = None  # None: not known yet

    def of_channel(self, channel: Channel) -> Own:
        return self.own.get(channel.pk, Own())

    def pieces(self, channel: Channel) -> list[Media]:
        """The media, but for those that do not go to this channel."""
        without = self.of_channel(channel).without
        return [m for m in self.media if m.pk not in without]

    def surface(self, channel: Channel) -> Surface:
        """Where it stands there: as chosen, or in the usual place."""
        network = channel.network
        return network.surface(self.of_channel(channel).surface) or network.surfaces[0]

    def parts(self, channel: Channel, link: str = "") -> list[Part]:
        """What goes out there, in order. `link`: the tracked one, where it is made already."""
        surface = self.surface(channel)
        texts = [self.of_channel(channel).text or self.text, *self.more]
        whole = self._draft(channel, surface, link or self._link(channel))
        if surface.frames:
            parts = list(_frames(whole, texts))
        else:
            parts = [Part(replace(whole, text=texts[0]))]
            below = replace(whole, surface="thread", media=(), link="", poll=None)
            if channel.network.threads and surface.comments:
                parts += [
                    Part(replace(below, text=text), after=n, answers=True)
                    for n, text in enumerate(texts[1:])
                ]
        if self.first_comment and _comments(channel, surface):
            comment = replace(parts[0].draft, media=(), link="", poll=None, surface="comment")
            parts.append(Part(replace(comment, text=self.first_comment), after=0, answers=True))
        return parts

    def is_by_hand(self, channel: Channel) -> bool:
        """Whether a person posts it there."""
        return by_hand(self.of_channel(channel).posted_by, channel)

    def problems(self, channel: Channel) -> list[Problem]:
        """Everything wrong with it on this channel."""
        drafts = [part.draft for part in self.parts(channel)]
        refused = [p for d in drafts for p in channel.complaints(d)]
        found = self.for_hands(channel, [*refused, *self.left_out(channel)])
        return [*found, *self._lacks(channel, drafts)]

    def for_hands(self, channel: Channel, found: Sequence[Problem]) -> list[Problem]:
        """What only stops a program does not stop a person: there it is a hint."""
        if not self.is_by_hand(channel):
            return list(found)
        return [replace(p, blocks=False) if p.by_app else p for p in found]

    def lacks(self, channel: Channel) -> list[Problem]:
        """What the brand's own gate says to it there."""
        return self._lacks(channel, [part.draft for part in self.parts(channel)])

    def _lacks(self, channel: Channel, drafts: Sequence[Draft]) -> list[Problem]:
        seen = gate.Seen(
            texts=[draft.text for draft in drafts],
            media=self.pieces(channel),
            is_paid=self.paid_partnership or bool(self.partner),
            made_with_ai=self.made_with_ai,
            marks=[key for key in channel.network.discloses if getattr(self, key, False)],
        )
        policy = gate.policy(channel.workspace.gate, channel.gate)
        return gate.complaints(seen, policy, self.passes)

    def left_out(self, channel: Channel) -> Iterator[Problem]:
        """What was asked for and cannot be had there."""
        network, own, surface = channel.network, self.of_channel(channel), self.surface(channel)
        if network.surface(own.surface) is None:
            yield Problem(
                f"{network.name} has no such place any more. Choose another.", "surface"
            )
        yield from self._texts_left_out(channel, surface)
        yield from self._media_unfit(channel, surface)
        if self.link and not surface.link:
            yield _left(
                f"A {surface.name.lower()} on {network.name} has no link that people can "
                "follow: it is left out. Say in the words where to find it."
            )
        if self.poll and not surface.poll:
            # Words of its own can do without the choices; the common ones speak of them.
            yield Problem(
                f"There are no polls in this place of {network.name}. Choose another place for "
                "this channel, write it words of its own that do without, or leave it out.",
                "poll",
                blocks=not own.text,
            )

    def _texts_left_out(self, channel: Channel, surface: Surface) -> Iterator[Problem]:
        name, more = channel.network.name, len(self.more)
        if surface.frames and more >= max(1, len(self.pieces(channel))):
            yield _left("There are more texts than frames: the last ones are not shown.")
        elif more and not surface.frames and not channel.network.threads:
            yield _left(f"{name} has no threads: only the first part goes out.")
        elif more and not surface.frames and not surface.comments:
            yield _left(
                f"A {surface.name.lower()} has no thread: only the first part goes out."
            )
        if self.first_comment and not _comments(channel, surface):
            yield _left(f"{name} takes no first comment there: it is left out.")

    def _media_unfit(self, channel: Channel, surface: Surface) -> Iterator[Problem]:
        """What cannot be made to fit, and what may not be shown then."""
        now = timezone.now()
        at = self.of_channel(channel).planned_for or self.planned_for or now
        for medium in self.pieces(channel):
            for said in recipes.unfit(medium.shape(), room(channel, surface.key, medium.kind)):
                yield Problem(f"{medium.name} {said}", "media")
            if why := medium.forbidden(max(at, now), channel.workspace.zone):
                yield Problem(why, "media")

    def _draft(self, channel: Channel, surface: Surface, link: str) -> Draft:
        """What all parts have in common, and what goes with the first."""
        poll = Poll(tuple(self.poll["choices"]), self.poll["hours"]) if self.poll else None
        return Draft(
            text="",
            surface=surface.key,
            media=[m.piece(room(channel, surface.key, m.kind)) for m in self.pieces(channel)],
            link=link if surface.link else "",
            languages=(channel.workspace.language,),
            poll=poll if surface.poll else None,
            paid_partnership=self.paid_partnership,
            made_with_ai=self.made_with_ai,
            options=self.of_channel(channel).options,
        )

    def _link(self, channel: Channel) -> str:
        """As long as the tracked one will be, which is made when the post is planned."""
        if self.link and channel.workspace.track_links:
            return f"{settings.PUBLIC_URL}/l/{'x' * CODE_LENGTH}"
        return self.link


def _frames(whole: Draft, texts: Sequence[str]) -> Iterator[Part]:
    """One part for each medium, in order, each with its own words; the link is on the first."""
    for n, medium in enumerate(whole.media or [None]):
        text = texts[n] if n < len(texts) else ""
        media, link = [medium] if medium else [], whole.link if n == 0 else ""
        yield Part(
            replace(whole, text=text, media=media, link=link), after=n - 1 if n else None
        )


def _comments(channel: Channel, surface: Surface) -> bool:
    return channel.network.comments and surface.comments


def _left(text: str) -> Problem:
    return Problem(text, blocks=False)
