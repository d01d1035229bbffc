"""Rows become posts: a batch in one transaction, each row once, however often it is tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from clarion.accounts.rights import Actor, NotAllowed
from clarion.content import actions as content
from clarion.content import library
from clarion.content.agreement import approval
from clarion.content.bulk import Sketch, write_many
from clarion.content.models import FEED, Import, ImportRow, Media, Origin, Post
from clarion.kit.errors import Conflict, NotYet
from clarion.kit.rows import insert
from clarion.kit.zones import must_be_ahead
from clarion.publishing import actions as publishing
from clarion.publishing.planning.imports.reading import whole
from clarion.publishing.planning.imports.storing import store
from clarion.publishing.planning.imports.understanding import Reader
from clarion.strategy.models import Campaign

State = ImportRow.State
TODO = (State.NEW, State.CHANGED)
LOCK = 0x1A9027  # of ours; the second number of the lock is the workspace
AT_ONCE = 1000  # drafts made in one transaction
STEPS_AT_ONCE = 50  # posts that go further than a draft, which takes them one by one
FETCHED_AT_ONCE = 20  # rows with pictures from the web
Fetched = Mapping[str, bytes | str]  # address -> the picture, or why there is none


def actor_of(source: Import) -> Actor | None:
    """Whoever pressed the button, with the rights they have now; None if they have left."""
    if source.member is None:
        return None
    now, withheld = source.member.actor(), frozenset(source.withheld)
    return replace(
        now,
        name=source.by,
        may=now.may - withheld,
        on_channels={pk: rights - withheld for pk, rights in now.on_channels.items()},
        withheld=withheld,
    )


def one_at_a_time(workspace_id: int) -> None:
    """Until the transaction ends no other import of this workspace makes posts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK, workspace_id % 2**31])


def next_rows(source: Import) -> list[ImportRow]:
    """What is made next: many drafts, or fewer of what takes longer."""
    rows = list(source.rows.filter(state__in=TODO).order_by("line")[:AT_ONCE])
    most = AT_ONCE
    if any(
        _then(source, row) != Import.Then.DRAFT or row.state == State.CHANGED for row in rows
    ):
        most = STEPS_AT_ONCE
    if any(row.wish.get("urls") for row in rows):
        most = FETCHED_AT_ONCE
    return rows[:most]


@transaction.atomic
def make(source: Import, rows: Sequence[ImportRow], fetched: Fetched, by: Actor) -> None:
    """Posts of these rows, as far as nobody was quicker; what went wrong stands in the row."""
    one_at_a_time(source.workspace_id)
    mine = source.rows.select_for_update().filter(pk__in=[r.pk for r in rows], state__in=TODO)
    made = Making(source, by, fetched)
    todo = list(mine.order_by("line"))
    made.write([row for row in todo if row.state == State.NEW])
    made.change([row for row in todo if row.state == State.CHANGED])
    names = ("state", "post_id", "problems")
    store([{"id": r.pk, **{n: getattr(r, n) for n in names}} for r in todo] if todo else [])


def _then(source: Import, row: ImportRow) -> str:
    return str(row.wish.get("then", source.then))


@dataclass
class Making:
    source: Import
    by: Actor
    fetched: Fetched

    def __post_init__(self) -> None:
        self.reader = Reader(self.source, self.by)
        self.added: dict[str, Media] = {}

    def write(self, rows: Sequence[ImportRow]) -> None:
        """New posts. Where one is refused, the others of the batch go one by one."""
        here = self._here(rows)
        pairs = []
        for row in rows:
            if row.key in here:
                row.state, row.post_id = State.SAME, here[row.key]
            elif sketch := self._sketch(row):
                pairs.append((row, sketch))
        for group in self._written(pairs):
            self._remember(group)
            for row, post in group:
                self._further(row, post)

    def _here(self, rows: Sequence[ImportRow]) -> dict[str, int]:
        keys = [row.key for row in rows]
        known = Origin.objects.filter(workspace=self.source.workspace_id, key__in=keys)
        return dict(known.values_list("key", "post"))

    def _sketch(self, row: ImportRow) -> Sketch | None:
        wish = row.wish
        try:
            media = self._media(wish.get("media", ()))
            at = datetime.fromisoformat(wish["at"]) if wish.get("at") else None
            if at is not None:
                must_be_ahead(at, timezone.now())
        except NotYet as reason:
            self._refuse(row, "media" if reason.about == "media" else "date", str(reason))
            return None
        return Sketch(
            text=wish.get("text", ""),
            more=wish.get("more", ()),
            link=wish.get("link", ""),
            first_comment=wish.get("first_comment", ""),
            channels=[self.reader.channels[pk] for pk in wish.get("channels", ())],
            surface=wish.get("surface", FEED),
            media=media,
            alts=_alts(media, wish),
            labels=wish.get("labels", ()),
            campaign=self._campaign(wish),
            planned_for=at,
        )

    def _media(self, said: Sequence[int | str]) -> list[Media]:
        if not said:
            return []
        named = Media.objects.filter(workspace=self.source.workspace_id)
        known = named.in_bulk([pk for pk in said if isinstance(pk, int)])
        found = [known.get(m) if isinstance(m, int) else self._add(m) for m in said]
        if None in found:
            raise NotYet("A picture is no longer in the library.", "media")
        return [m for m in found if m is not None]

    def _add(self, url: str) -> Media:
        """A picture from the web comes into the library, where the same bytes are one."""
        if url not in self.added:
            data = self.fetched.get(url, "It could not be fetched.")
            if isinstance(data, str):
                raise NotYet(f"{url[:100]}: {data}", "media")
            name = url.partition("?")[0].rstrip("/").rpartition("/")[2] or "picture"
            try:
                workspace = self.source.workspace
                self.added[url] = library.add(workspace, name, data, by=self.by)
            except NotYet as reason:
                raise NotYet(str(reason), "media") from reason
        return self.added[url]

    def _campaign(self, wish: Mapping[str, Any]) -> Campaign | None:
        if not wish.get("campaign"):
            return None
        rows = Campaign.objects.filter(workspace=self.source.workspace_id)
        return rows.filter(pk=wish["campaign"]).first()

    def _written(
        self, pairs: Sequence[tuple[ImportRow, Sketch]]
    ) -> list[list[tuple[ImportRow, Post]]]:
        if not pairs:
            return []
        try:
            posts = write_many(self.source.workspace, [s for _, s in pairs], by=self.by)
        except (NotYet, NotAllowed) as reason:
            if len(pairs) == 1:
                self._refuse(pairs[0][0], getattr(reason, "about", ""), str(reason))
                return []
            return [group for pair in pairs for group in self._written([pair])]
        return [[(row, post) for (row, _), post in zip(pairs, posts, strict=True)]]

    def _remember(self, pairs: Sequence[tuple[ImportRow, Post]]) -> None:
        for row, post in pairs:
            row.state, row.post_id = State.DONE, post.pk
        space, seen = self.source.workspace_id, ("key", "slot", "words", "seal")
        insert(
            [
                Origin(workspace_id=space, post=post, **{n: getattr(row, n) for n in seen})
                for row, post in pairs
            ]
        )

    def _further(self, row: ImportRow, post: Post) -> None:
        """Submit or schedule, by the rules of one by one. A no leaves a draft, and is said."""
        then = _then(self.source, row)
        try:
            if then == Import.Then.ASK:
                approval.ask_for_approval(post, f"From {self.source.name}", by=self.by)
            elif then == Import.Then.PLAN and post.planned_for:
                publishing.schedule(post, post.planned_for, by=self.by)
        except (NotYet, NotAllowed) as reason:
            title = self.reader.title("then")
            row.complain(title, f"It is a draft. {reason}", blocks=False)

    def change(self, rows: Sequence[ImportRow]) -> None:
        """What the rows say that is new goes into their posts, if nothing of them is out."""
        posts = {p.pk: p for p in whole(self.reader, [r.post_id for r in rows if r.post_id])}
        for row in rows:
            post, sketch = posts.get(row.post_id or 0), self._sketch(row)
            if post is None or sketch is None:
                continue
            try:
                self._change(row, post, sketch)
            except (NotYet, NotAllowed, Conflict) as reason:
                self._refuse(row, getattr(reason, "about", ""), str(reason))

    @transaction.atomic
    def _change(self, row: ImportRow, post: Post, sketch: Sketch) -> None:
        names = {"planned_for" if k == "at" else k for k in row.wish} & set(CHANGES)
        changes = {name: getattr(sketch, name) for name in names}
        if "surface" in row.wish:
            changes["variants"] = {c.pk: {"surface": sketch.surface} for c in sketch.channels}
        if sketch.alts:
            changes["alts"] = sketch.alts
        post = content.edit(post, version=post.version, by=self.by, **changes)
        seen = {"key": row.key, "slot": row.slot, "words": row.words, "seal": row.seal}
        Origin.objects.filter(post=post).update(**seen)
        row.state = State.DONE
        self._further(row, post)

    def _refuse(self, row: ImportRow, about: str, reason: str) -> None:
        row.complain(self.reader.title(about) if about in TITLED else "", reason)
        row.state = State.WRONG


CHANGES = (
    "text",
    "more",
    "link",
    "first_comment",
    "channels",
    "media",
    "labels",
    "campaign",
    "planned_for",
)
TITLED = ("text", "link", "channels", "media", "alt", "labels", "campaign", "date", "surface")


def _alts(media: Sequence[Media], wish: Mapping[str, Any]) -> dict[int, str]:
    return {m.pk: alt for m, alt in zip(media, wish.get("alts", ()), strict=False) if alt}
