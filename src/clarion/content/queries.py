"""How a text fits each channel, and what changed since somebody agreed to it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content.models import QUEUE, Decision, Media, Post, Thread, Words
from clarion.networks.base import Draft, Network, Problem
from clarion.networks.limits import Limits
from clarion.networks.surfaces import SAID_BELOW, Surface
from clarion.strategy.models import Campaign
from clarion.text import counting

TIGHT = 0.1  # share of the room that is left when a counter begins to warn
PLENTY = 1_000_000


@dataclass(frozen=True)
class Counter:
    """How much of something there is, and how much there may be. `most` None: no limit."""

    what: str
    used: int
    most: int | None

    @property
    def left(self) -> int | None:
        return None if self.most is None else self.most - self.used

    @property
    def tone(self) -> str:
        if self.most is None or self.left is None:
            return ""
        if self.left < 0:
            return "bad"
        return "warn" if self.used and self.left <= self.most * TIGHT else ""

    @property
    def share(self) -> float:
        """How full it is, 0 to 1."""
        return min(1.0, self.used / self.most) if self.most else 0.0


@dataclass(frozen=True)
class Seen:
    """One part as its network will see it."""

    draft: Draft
    counters: Sequence[Counter]
    problems: Sequence[Problem]

    @property
    def text(self) -> str:
        return self.draft.text


@dataclass(frozen=True)
class Fit:
    """How the words fit one channel, part by part, by the limits of its own server."""

    channel: Channel
    surface: Surface
    parts: Sequence[Seen]
    problems: Sequence[Problem]
    link: str = ""
    media: Sequence[Media] = ()

    @property
    def blocked(self) -> bool:
        return any(p.blocks for p in self.problems)

    @property
    def takes_hands(self) -> bool:
        """Whether only what a program cannot do there stands in the way."""
        stops = [p for p in self.problems if p.blocks]
        return bool(stops) and all(p.by_app for p in stops)

    @property
    def limits(self) -> Limits:
        return self.channel.limits_on(self.surface.key)


def fits(words: Words, channels: Sequence[Channel]) -> list[Fit]:
    """The verdict of every channel. Asks no database and no network."""
    return [_fit(words, channel) for channel in channels]


def _fit(words: Words, channel: Channel) -> Fit:
    parts = [_seen(channel, part.draft) for part in words.parts(channel)]
    found = [*(p for part in parts for p in part.problems), *words.left_out(channel)]
    problems = [*words.for_hands(channel, found), *words.lacks(channel)]
    surface, media = words.surface(channel), words.pieces(channel)
    link = words.link if surface.link else ""
    said_once = list(dict.fromkeys(problems))  # frames of a story share most of theirs
    return Fit(channel, surface, parts, said_once, link, media)


def _seen(channel: Channel, draft: Draft) -> Seen:
    limits = channel.limits_on(draft.surface)
    counters = [
        Counter("characters", length(channel.network, draft, limits), limits.text),
        Counter("hashtags", len(counting.hashtags(draft.text)), limits.hashtags),
        Counter("mentions", len(counting.mentions(draft.text)), limits.mentions),
        *_of_title(channel, draft, limits),
    ]
    return Seen(draft, counters, [*channel.complaints(draft), *_to_fill_in(draft)])


def _of_title(channel: Channel, draft: Draft, limits: Limits) -> list[Counter]:
    """The room for a title, where it is asked for and said with this part."""
    asks = any(field.key == "title" for field in channel.network.options)
    if limits.title is None or not asks or draft.surface in SAID_BELOW:
        return []
    return [Counter("title", len(draft.options.get("title", "")), limits.title)]


def _to_fill_in(draft: Draft) -> list[Problem]:
    if counting.PLACEHOLDER not in draft.text:
        return []
    words = f"“{counting.PLACEHOLDER}” still stands in the text. Put the address in its place."
    return [Problem(words, blocks=False)]


def length(network: Network, draft: Draft, limits: Limits) -> int:
    """How long the network itself finds this, with all that it adds to the text.

    It is the smallest limit that the network's own check would let it pass: links that are
    appended and warnings that count are in it, whatever the rules of that network are.
    """
    unbounded = _complaints(network, draft, limits, PLENTY)

    def passes(most: int) -> bool:
        return _complaints(network, draft, limits, most) <= unbounded

    guess = counting.RULES[limits.counting](draft.text)
    if passes(guess) and (guess == 0 or not passes(guess - 1)):
        return guess
    low, high = 0, PLENTY
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle + 1, high)
    return low


def _complaints(network: Network, draft: Draft, limits: Limits, most: int) -> int:
    found = network.publish.check(draft, replace(limits, text=most, text_bytes=None))
    return sum(1 for p in found if p.about == "text" and p.blocks)


# --- what changed ---------------------------------------------------------------------------

PIECES = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Change:
    """One field that differs. `pieces` are (kind, text): kind is "same", "old" or "new"."""

    what: str
    pieces: Sequence[tuple[str, str]]


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> list[Change]:
    """What differs between two contents of a post. `names`: channel id to name."""
    old, new = _lines(before, names), _lines(after, names)
    return [
        Change(what, words_changed(old.get(what, ""), new.get(what, "")))
        for what in dict.fromkeys([*old, *new])
        if old.get(what, "") != new.get(what, "")
    ]


def words_changed(old: str, new: str) -> list[tuple[str, str]]:
    """
    >>> words_changed("at seven", "at eight")
    [('same', 'at '), ('old', 'seven'), ('new', 'eight')]
    """
    a, b = PIECES.findall(old), PIECES.findall(new)
    found: list[tuple[str, str]] = []
    for kind, i, j, k, m in SequenceMatcher(a=a, b=b, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(a[i:j])))
            continue
        found += [("old", "".join(a[i:j]))] * (j > i) + [("new", "".join(b[k:m]))] * (m > k)
    return found


def _lines(content: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """A post's content as labelled texts, so that two can be laid side by side."""
    found = {"Text": content.get("text", ""), "Link": content.get("link", "")}
    for n, text in enumerate(content.get("more", ()), 2):
        found[f"Part {n}"] = text
    found["Pictures"] = "\n".join(_medium(*each) for each in content.get("media", ()))
    found["Time"] = _moment(content.get("planned_for"))
    targets = content.get("channels", {})
    found["Channels"] = ", ".join(names.get(pk, f"channel {pk}") for pk in targets)
    for pk, own in targets.items():
        name = names.get(pk, f"channel {pk}")
        found[f"Own words for {name}"] = own.get("text", "")
        found[f"Time for {name}"] = _moment(own.get("planned_for"))
        said = [f"{key}: {value}" for key, value in sorted(own.get("options", {}).items())]
        found[f"Settings for {name}"] = "\n".join(said)
        if left := len(own.get("without", ())):
            found[f"Pictures for {name}"] = f"{left} left out"
    return found


def _medium(
    _: str, alt: str, name: str, beside: Mapping[str, Any] = MappingProxyType({})
) -> str:
    said = [f"{name}: {alt or 'no alternative text'}"]
    if focus := beside.get("focus"):
        said.append(f"kept in sight: {focus[0] / 10:g} % across, {focus[1] / 10:g} % down")
    said += [f"captions ({lang}): {text}" for lang, text in beside.get("captions", {}).items()]
    return "\n".join(said)


def _moment(iso: str | None) -> str:
    if not iso:
        return ""
    if iso == QUEUE:
        return "when its queue comes to it"
    at = timezone.localtime(datetime.fromisoformat(iso))
    return f"{at:%a} {at.day} {at:%b %Y, %H:%M}"


@dataclass(frozen=True)
class Told:
    """One decision with what changed since the one before it."""

    decision: Decision
    changes: Sequence[Change]


def history(post: Post, most: int = 50) -> list[Told]:
    """What was decided about a post, newest first, each with the change that led to it."""
    rows = list(post.decisions.order_by("-at", "-pk")[:most])
    names = channel_names(post)
    found = []
    for n, row in enumerate(rows):
        before = rows[n + 1].content if n + 1 < len(rows) else row.content
        found.append(Told(row, changes(before, row.content, names)))
    return found


def since_approval(post: Post) -> list[Change] | None:
    """What differs from what was approved last; None when nobody has approved it yet."""
    last = last_approval(post)
    if last is None:
        return None
    return changes(last.content, post.content(), channel_names(post))


def last_approval(post: Post) -> Decision | None:
    approved = post.decisions.filter(said=Decision.Said.APPROVED)
    return approved.order_by("-at", "-pk").first()


def channel_names(post: Post) -> dict[str, str]:
    rows = Channel.objects.filter(workspace=post.workspace_id).values_list("pk", "handle")
    return {str(pk): handle for pk, handle in rows}


def threads_of(
    workspace: Workspace,
    place: str,
    *,
    post: Post | None = None,
    campaign: Campaign | None = None,
) -> QuerySet[Thread]:
    """What is said about one post or report: what is open first, then the newest."""
    rows = Thread.objects.filter(workspace=workspace, place=place, post=post, campaign=campaign)
    ordered = rows.order_by(F("resolved_at").desc(nulls_first=True), "-pk")
    return ordered.select_related("channel").prefetch_related("comments")


def waiting_for_approval(workspace: Workspace) -> QuerySet[Post]:
    """What somebody has to look at: first what goes out first, then the longest waiting."""
    return (
        Post.objects.filter(workspace=workspace, state__in=Post.WAITING)
        .select_related("campaign")
        .prefetch_related("variants__channel__workspace", "placements__media", "labels")
        .order_by("planned_for", "state_since", "pk")
    )
