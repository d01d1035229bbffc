"""What a row asks for, in the words of the product, and what is wrong with it."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.content.actions import PARTS_MAX
from clarion.content.checks import clean_link, clean_text
from clarion.content.library import ALT_MAX, LABEL_MAX
from clarion.content.models import FEED, Import, ImportRow, Media, Own, Post, Words
from clarion.kit.errors import NotYet
from clarion.kit.zones import instant, known_zone, must_be_ahead
from clarion.networks.limits.words import SURFACES
from clarion.publishing.planning.imports.columns import TITLES
from clarion.publishing.planning.imports.moments import clock, moment
from clarion.strategy.models import Campaign

MORNING = time(9)  # for a row that names a day and no hour
PARTS = re.compile(r"\n\s*---\s*\n")  # between the parts of a thread, in one cell
LIST = re.compile(r"[\n;|]+")
THEN = {
    "draft": Import.Then.DRAFT,
    "drafts": Import.Then.DRAFT,
    "ask": Import.Then.ASK,
    "submit": Import.Then.ASK,
    "approve": Import.Then.PLAN,
    "plan": Import.Then.PLAN,
    "schedule": Import.Then.PLAN,
}
RIGHT = {Import.Then.DRAFT: "write", Import.Then.ASK: "write", Import.Then.PLAN: "publish"}
BESIDES = ("then", "own", "urls")  # no part of what makes two rows differ


def sealed(*said: Any) -> str:
    """SHA-256, in hex, over anything that JSON can say."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass
class Reader:
    """Reads rows of one import for one person. Knows the workspace; asks the database once."""

    source: Import
    by: Actor

    @cached_property
    def channels(self) -> dict[int, Channel]:
        rows = Channel.objects.filter(workspace=self.source.workspace)
        rows = rows.exclude(state=Channel.State.GONE).select_related("workspace")
        return {c.pk: c for c in rows}

    @cached_property
    def called(self) -> Mapping[str, set[int]]:
        """What a channel may be called -> its ids."""
        found: dict[str, set[int]] = defaultdict(set)
        for pk, c in self.channels.items():
            handle = c.handle.casefold().lstrip("@")
            key, name = c.network_key.casefold(), c.network.name.casefold()
            both = {f"{network}{by}{handle}" for network in (key, name) for by in (":", " ")}
            for word in {handle, c.name.casefold(), key, name, f"#{pk}", *both}:
                found[word].add(pk)
        return found

    @cached_property
    def campaigns(self) -> dict[str, int]:
        rows = Campaign.objects.filter(workspace=self.source.workspace).order_by("-pk")
        return {name.casefold(): pk for pk, name in rows.values_list("pk", "name")}

    @cached_property
    def media(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        rows = Media.objects.filter(workspace=self.source.workspace, binned_at=None)
        for pk, name in rows.values_list("pk", "name"):
            found[name.casefold()].append(pk)
            found[f"#{pk}"].append(pk)
        return found

    # --- one row

    def read(
        self, row: ImportRow, posts: Mapping[int, Post], pieces: Mapping[int, Media]
    ) -> None:
        """Fill in wish, problems, keys and a state, as far as the row alone can tell."""
        row.wish, row.problems, row.post = {}, [], None
        for field, make in self._makers.items():
            if field not in self.source.columns:
                continue
            try:
                make(row.wish, row.said(field, self.source.columns))
            except NotYet as reason:
                row.complain(self.title(field), str(reason))
        self._fill(row)
        self._time(row)
        self._may(row)
        self._identify(row, posts)
        if not row.problems:
            self._fits(row, pieces)
        row.state = ImportRow.State.WRONG if row.blocked else ImportRow.State.NEW

    def title(self, field: str) -> str:
        at = self.source.columns.get(field)
        header = self.source.header
        known = header[at] if at is not None and at < len(header) else ""
        return known or TITLES[field]

    @cached_property
    def _makers(self) -> Mapping[str, Callable[[dict[str, Any], str], None]]:
        return {
            "id": lambda wish, said: wish.update(id=said) if said else None,
            "text": lambda wish, said: wish.update(text=clean_text(said, "text")),
            "thread": self._thread,
            "channels": self._channels,
            "link": lambda wish, said: wish.update(link=clean_link(said)),
            "media": self._media,
            "alt": self._alts,
            "labels": self._labels,
            "campaign": self._campaign,
            "first_comment": lambda w, said: w.update(first_comment=clean_text(said, "text")),
            "surface": self._surface,
            "then": self._then,
        }

    def _thread(self, wish: dict[str, Any], said: str) -> None:
        wish["more"] = [p.strip() for p in PARTS.split(said) if p.strip()]
        if len(wish["more"]) > PARTS_MAX - 1:
            raise NotYet(f"A thread has at most {PARTS_MAX} parts.")

    def _channels(self, wish: dict[str, Any], said: str) -> None:
        names = [n.strip() for n in re.split(r"[\n;|,]+", said) if n.strip()]
        found = [self._channel(name) for name in names]
        wish["channels"] = sorted(set(found)) or list(self.source.to)

    def _channel(self, name: str) -> int:
        found = self.called.get(name.casefold().lstrip("@"), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            raise NotYet(
                f"“{name}” may be {len(found)} channels. Write it like network:handle."
            )
        known = ", ".join(sorted({c.handle for c in self.channels.values()})[:5])
        raise NotYet(f"No channel is called “{name}”. There is {known or 'none yet'}.")

    def _media(self, wish: dict[str, Any], said: str) -> None:
        """By name or number in the library, or from the web, in the order they stand in."""
        wish["media"], wish["urls"] = [], []
        names = re.split(r"[\n;|]+|,\s*(?=https?://)|\s+(?=https?://)", said)
        for name in (n.strip() for n in names):
            if name.lower().startswith(("http://", "https://")):
                wish["urls"].append(clean_link(name))
                wish["media"].append(name)
            elif name:
                wish["media"].append(self._medium(name))

    def _medium(self, name: str) -> int:
        found = self.media.get(name.casefold(), [])
        if len(found) == 1:
            return found[0]
        if found:
            many = ", ".join(f"#{pk}" for pk in found[:4])
            raise NotYet(f"{len(found)} pictures are called “{name}”. Write which: {many}.")
        raise NotYet(f"The library has no “{name}”. Add it there, or give a web address.")

    def _alts(self, wish: dict[str, Any], said: str) -> None:
        wish["alts"] = [alt.strip() for alt in said.split("|")] if said else []
        if any(len(alt) > ALT_MAX for alt in wish["alts"]):
            raise NotYet(f"A description has at most {ALT_MAX:,} characters.")

    def _labels(self, wish: dict[str, Any], said: str) -> None:
        names = [" ".join(n.split()) for n in re.split(r"[\n;|,]+", said)]
        wish["labels"] = sorted({n for n in names if n})
        if any(len(name) > LABEL_MAX for name in wish["labels"]):
            raise NotYet(f"A label has at most {LABEL_MAX} characters.")

    def _campaign(self, wish: dict[str, Any], said: str) -> None:
        wish["campaign"] = self.campaigns.get(said.casefold()) if said else None
        if said and wish["campaign"] is None:
            raise NotYet(
                f"There is no campaign “{said[:60]}”. Start it first, or leave it empty."
            )

    def _surface(self, wish: dict[str, Any], said: str) -> None:
        plain = said.strip().casefold() or FEED
        names = {**{key: key for key in SURFACES}, **{v.casefold(): k for k, v in _words()}}
        if plain not in names:
            raise NotYet(f"“{said[:40]}” is not a format. There is {', '.join(SURFACES)}.")
        wish["surface"] = names[plain]

    def _then(self, wish: dict[str, Any], said: str) -> None:
        if said and said.casefold() not in THEN:
            raise NotYet(f"“{said[:40]}” is not one of draft, submit, schedule.")
        if said:
            wish["then"] = str(THEN[said.casefold()])

    # --- what several columns say together

    def _fill(self, row: ImportRow) -> None:
        if "channels" not in row.wish and self.source.to:
            row.wish["channels"] = list(self.source.to)
        if not any(row.said(f, self.source.columns) for f in ("text", "media", "thread", "id")):
            row.complain(
                self.title("text"), "There is nothing to say: no words and no picture."
            )

    def zone(self, channels: Sequence[int]) -> ZoneInfo:
        """The zone that times are meant in: the channels', where they agree."""
        zones = {self.channels[pk].zone_name for pk in channels if pk in self.channels}
        return known_zone(zones.pop() if len(zones) == 1 else self.source.workspace.time_zone)

    def _time(self, row: ImportRow) -> None:
        columns = self.source.columns
        if "date" not in columns:
            return
        day, hour = row.said("date", columns), row.said("time", columns)
        row.wish["at"] = None
        try:
            there = self._moment(day, hour, row.wish.get("channels", ()))
            if there is not None:
                row.wish["at"] = there.isoformat()
                must_be_ahead(there, timezone.now())
        except NotYet as reason:
            field = reason.about if reason.about == "date" or not hour else "time"
            row.complain(self.title(field if field == "time" else "date"), str(reason))

    def _moment(self, day: str, hour: str, channels: Sequence[int]) -> datetime | None:
        if not day and hour:
            raise NotYet("There is a time and no day.", "date")
        if not day:
            return None
        on, at = moment(day, day_first=self.source.day_first)
        local = datetime.combine(on, clock(hour) if hour else at or MORNING)
        return instant(local, self.zone(channels))

    def _may(self, row: ImportRow) -> None:
        """The rights that what is asked for takes, on each channel."""
        then = Import.Then(row.wish.get("then", self.source.then))
        for pk in row.wish.get("channels", ()):
            if not self.by.can(RIGHT[then], pk):
                what = "schedule" if then == Import.Then.PLAN else "write"
                handle = self.channels[pk].handle
                row.complain(
                    self.title("channels"), f"{self.by.name} may not {what} on {handle}."
                )
            elif self._surface_missing(row, pk):
                channel, surface = self.channels[pk], row.wish["surface"]
                why = f"{channel.network.name} has no {surface}."
                row.complain(self.title("surface"), why)
        if then == Import.Then.DRAFT:
            return
        if not row.wish.get("channels") and "id" not in row.wish:
            row.complain(self.title("channels"), "No channel, so it cannot go out.")
        if then == Import.Then.PLAN and not row.wish.get("at") and "id" not in row.wish:
            row.complain(self.title("date"), "No day, so it cannot be scheduled.")

    def _surface_missing(self, row: ImportRow, channel: int) -> bool:
        surface = row.wish.get("surface", FEED)
        return self.channels[channel].network.surface(surface) is None

    def _fits(self, row: ImportRow, pieces: Mapping[int, Media]) -> None:
        """What the networks would refuse. A draft may still be unfit; what goes out may not."""
        wish = row.wish
        if row.post is not None:
            return
        blocks = wish.get("then", self.source.then) != Import.Then.DRAFT
        words = _words_of(wish, pieces)
        channels = [self.channels[pk] for pk in wish.get("channels", ())]
        found = ((c, p) for c in channels for p in words.problems(c) if p.blocks)
        for channel, problem in found:
            if wish.get("urls") and problem.about == "media":
                continue  # the pictures are yet to come
            where = f"{channel.network.name} {channel.handle}"
            about = problem.about if problem.about in TITLES else "text"
            row.complain(self.title(about), f"{where}: {problem.text}", blocks=blocks)

    # --- the same row again

    def _identify(self, row: ImportRow, posts: Mapping[int, Post]) -> None:
        wish = row.wish
        asked = {k: v for k, v in wish.items() if k not in BESIDES}
        channels, at = wish.get("channels", []), wish.get("at") or self._raw(row)
        row.seal = sealed(asked)
        row.slot = row.words = ""
        if "id" in wish:
            row.key = sealed("id", wish["id"])
            self._own(row, posts)
            return
        row.key = sealed("row", channels, at, wish.get("text", ""), wish.get("media", []))
        file = self.source.name.casefold()
        if wish.get("at"):
            row.slot = sealed(file, channels, at)
        if wish.get("text"):
            row.words = sealed(file, channels, wish["text"])

    def _raw(self, row: ImportRow) -> str:
        return " ".join(row.said(field, self.source.columns) for field in ("date", "time"))

    def _own(self, row: ImportRow, posts: Mapping[int, Post]) -> None:
        """An id that our own export wrote names the post itself."""
        pk = own_number(row.wish["id"], self.source.workspace.slug)
        if pk is None:
            return
        post = posts.get(pk)
        if post is None:
            row.complain(self.title("id"), f"There is no post {pk} in this workspace any more.")
            return
        row.post = post
        now = wish_of(post, self)
        row.wish["own"] = all(now[k] == v for k, v in row.wish.items() if k in now)


def _words_of(wish: Mapping[str, Any], pieces: Mapping[int, Media]) -> Words:
    own = Own(surface=wish.get("surface", FEED))
    return Words(
        wish.get("text", ""),
        wish.get("more", ()),
        wish.get("link", ""),
        [pieces[m] for m in wish.get("media", ()) if m in pieces],
        dict.fromkeys(wish.get("channels", ()), own),
        wish.get("first_comment", ""),
    )


def own_id(post: Post, slug: str) -> str:
    return f"{slug}/{post.pk}"


def own_number(said: str, slug: str) -> int | None:
    before, _, number = said.rpartition("/")
    fits_ = before == slug and number.isascii() and number.isdigit() and len(number) < 18
    return int(number) if fits_ else None


def wish_of(post: Post, reader: Reader) -> dict[str, Any]:
    """What a row would have to say to ask for this post, to the minute."""
    channels = sorted(v.channel_id for v in post.variants.all())
    at = post.planned_for
    if at is not None:
        zone = reader.zone(channels)
        local = at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
        at = instant(local, zone)
    return {
        "text": post.text,
        "more": list(post.more),
        "channels": channels,
        "at": at.isoformat() if at else None,
        "link": post.link,
        "media": [m.pk for m in post.pieces()],
        "labels": sorted(label.name for label in post.labels.all()),
        "campaign": post.campaign_id,
        "first_comment": post.first_comment,
    }


def _words() -> list[tuple[str, str]]:
    return [(key, str(words)) for key, words in SURFACES.items()]
