"""The calendar over the API: many at once, notes on days, best times, free hours, feeds."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from ninja import Schema
from ninja.params.functions import Query

from clarion.accounts import batches, feeds
from clarion.accounts.batches import Outcome
from clarion.accounts.models import Batch, CalendarFeed, Membership
from clarion.channels.models import Channel
from clarion.community import bulk as conversations
from clarion.community.models import Conversation
from clarion.interfaces import undoing
from clarion.interfaces.api.door import Request, all_named, moment, named, own
from clarion.interfaces.api.shapes import Change, Gone, Id, In, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.kit import holidays
from clarion.kit.errors import NotYet
from clarion.kit.zones import known_zone
from clarion.measurement import times
from clarion.publishing.planning import bulk, openings
from clarion.strategy import days
from clarion.strategy.models import DayNote

stage = Stage()
PEOPLE = Membership.objects.select_related("user")
FAR = 366  # days of holidays at once


# --- many at once ---------------------------------------------------------------------------


class RefusalShape(Schema):
    id: int
    title: str
    problem: str


class OutcomeShape(Schema):
    """What was done, and what was not and why. `batch` takes all of it back for an hour."""

    done: list[int]
    refused: list[RefusalShape]
    batch: int | None


class SeenIn(In):
    """The version of a post that was looked at."""

    post: Id
    version: int


class PostsIn(In):
    """`do`: move, label, unlabel, assign, ask, approve, cancel or bin.

    Moving takes `days` (minus goes back) or `on`, a date; the hour stays. Labelling takes
    `labels`, assigning `to` (a person, null for nobody). With `seen`, only what was looked at
    is approved.
    """

    posts: list[Id]
    do: Word
    days: int | None = None
    on: date | None = None
    labels: list[Word] = []
    to: Id | None = None
    seen: list[SeenIn] = []


class TalksIn(In):
    """`do`: done, reopen, assign (takes `to`), label or unlabel (take `labels`)."""

    conversations: list[Id]
    do: Word
    labels: list[Word] = []
    to: Id | None = None


@stage.write("posts.bulk", "POST /bulk/posts", OutcomeShape)
def bulk_posts(request: Request, body: PostsIn) -> Outcome:
    """Do one thing to up to 500 posts. Each is done whole or refused with its reason."""
    me = request.auth
    batches.must_be_few(len(body.posts) or 1, "posts")
    rows = all_named(request, bulk.posts(), body.posts, "posts")
    how = bulk.How(
        zone=me.workspace.zone,
        days=body.days,
        to_date=body.on,
        labels=body.labels,
        to=named(request, PEOPLE, body.to, "to"),
        seen={one.post: one.version for one in body.seen},
    )
    return bulk.act(me.workspace, rows, body.do, how, by=me.actor)


@stage.write("conversations.bulk", "POST /bulk/conversations", OutcomeShape)
def bulk_conversations(request: Request, body: TalksIn) -> Outcome:
    """Do one thing to up to 500 conversations."""
    me = request.auth
    batches.must_be_few(len(body.conversations) or 1, "conversations")
    found = conversations.conversations(me.workspace.pk)
    rows: list[Conversation] = all_named(request, found, body.conversations, "conversations")
    how = conversations.How(body.labels, named(request, PEOPLE, body.to, "to"))
    return conversations.act(me.workspace, rows, body.do, how, by=me.actor)


@stage.write("batches.undo", "POST /batches/{batch}/undo", OutcomeShape)
def undo(request: Request, batch: Id) -> Outcome:
    """Take back all that one step did to many: each gets its own earlier value. Works once."""
    row = own(request, Batch.objects.all(), batch)
    return undoing.take_back(row, by=request.auth.actor)


# --- days -----------------------------------------------------------------------------------


class DayNoteShape(Schema):
    id: int
    day: date
    until: date
    text: str
    by: str


class DayNoteIn(In):
    """`until`, the last day, is left out for a note on one day."""

    day: date
    text: Word
    until: date | None = None


class DayNoteChange(Change):
    day: date | None = None
    until: date | None = None
    text: Word | None = None


class HolidayShape(Schema):
    day: date
    name: str


@stage.many("days.list", "GET /days", DayNoteShape, order="day")
def list_notes(request: Request) -> QuerySet[DayNote]:
    """Notes on days of the calendar, in the order of days."""
    return DayNote.objects.filter(workspace=request.auth.workspace)


@stage.one("days.get", "GET /days/{note}", DayNoteShape)
def get_note(request: Request, note: Id) -> DayNote:
    """One note."""
    return own(request, DayNote.objects.all(), note)


@stage.write("days.create", "POST /days", DayNoteShape, status=201)
def write_note(request: Request, body: DayNoteIn) -> DayNote:
    """Write something on a day, or on several in a row."""
    me = request.auth
    return days.note(me.workspace, body.day, body.text, until=body.until, by=me.actor)


@stage.write("days.change", "PATCH /days/{note}", DayNoteShape)
def change_note(request: Request, note: Id, body: DayNoteChange) -> DayNote:
    """Other words or other days."""
    row = own(request, DayNote.objects.all(), note)
    days.change(row, by=request.auth.actor, **body.given())
    return row


@stage.write("days.remove", "DELETE /days/{note}", Gone)
def remove_note(request: Request, note: Id) -> Gone:
    """Take it off the calendar."""
    days.remove(own(request, DayNote.objects.all(), note), by=request.auth.actor)
    return Gone(id=note)


@stage.many("holidays.list", "GET /holidays", HolidayShape)
def list_holidays(
    request: Request, since: date | None = None, until: date | None = None
) -> list[dict[str, object]]:
    """Holidays of the workspace's country, from today for a year unless days are given."""
    workspace = request.auth.workspace
    start = since or timezone.localdate(timezone=workspace.zone)
    far = start.replace(year=min(start.year, days.YEARS[-1])) + timedelta(days=FAR)
    last = until or far
    if not start <= last <= far:
        raise NotYet("Ask for at most a year before 2101, the first day first.", "until")
    found = holidays.between(workspace.country, start, last)
    return [{"day": day, "name": name} for day, name in sorted(found.items())]


# --- when -----------------------------------------------------------------------------------


class BetweenShape(Schema):
    """95 %, in per cent."""

    low: float
    high: float


class FreeHourShape(Schema):
    """An hour of the week on the channel's clock; 0 is Monday. Effects in per cent.

    `verdict`: higher, lower, or undecided where chance alone may explain it.
    """

    channel: int = kept_as("channel.pk")
    weekday: int
    hour: int
    zone: str = kept_as("history.zone.key")
    n: int
    of: int = kept_as("history.n")
    effect: float
    interval: BetweenShape
    shrunk: float
    p: float
    verdict: str
    why: str
    formula: str = times.FORMULA
    method: str = times.METHOD
    source: str = times.SOURCE


class HourShape(Schema):
    at: datetime


_DAYS = Query(times.DAYS, ge=7, le=times.DAYS_MAX, description="Days to look back.")
_COUNT = Query(5, ge=1, le=openings.MOST, description="Hours to name.")
_FROM = Query(openings.AWAKE[0], ge=0, le=23, description="First hour of the day to take.")
_TO = Query(openings.AWAKE[1], ge=0, le=23, description="Last hour of the day to take.")


@stage.many("times.best", "GET /times/best", FreeHourShape)
def best_times(
    request: Request, channel: Id | None = None, days_back: int = _DAYS
) -> list[times.Slot]:
    """Which hours served best by your own posts, best first, each with what speaks for it.

    Empty until a channel has 30 measured posts, and 5 in an hour of the week.
    """
    found = times.best(_channels(request, channel), days_back)
    slots = [slot for one in found for slot in one.slots]
    return sorted(slots, key=lambda slot: -slot.shrunk)


@stage.many("times.free", "GET /times/free", HourShape)
def free_times(
    request: Request,
    channel: Id | None = None,
    after: datetime | None = None,
    count: int = _COUNT,
    first_hour: int = _FROM,
    last_hour: int = _TO,
) -> list[dict[str, datetime]]:
    """The next hours that keep the spacing on this channel, or on all of them together."""
    rows = _channels(request, channel)
    if not rows:
        return []
    zone = known_zone(rows[0].zone_name) if channel else request.auth.workspace.zone
    start = max(moment(request, after) if after else timezone.now(), timezone.now())
    space, hours = request.auth.workspace, (first_hour, last_hour)
    return [{"at": at} for at in openings.free(space, rows, zone, start, count, hours=hours)]


def _channels(request: Request, channel: int | None) -> Sequence[Channel]:
    rows = Channel.objects.filter(workspace=request.auth.workspace).exclude(state="gone")
    rows = rows.filter(pk=channel) if channel else rows
    return list(rows.select_related("workspace").order_by("pk"))


# --- feeds ----------------------------------------------------------------------------------


class FeedShape(Schema):
    """`hint` are the first letters of its key. The address itself is nowhere."""

    id: int
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None


class FeedMadeShape(FeedShape):
    """`url` is the secret address for a calendar program. It is shown this once, not kept."""

    url: str | None


class FeedIn(In):
    name: Word


@stage.many("feeds.list", "GET /feeds", FeedShape)
def list_feeds(request: Request) -> QuerySet[CalendarFeed]:
    """One's own feeds, newest first; of everybody for those who may change roles."""
    me = request.auth
    rows = CalendarFeed.objects.filter(membership__workspace=me.workspace)
    return rows if me.actor.can("people") else rows.filter(membership=me.actor.membership_id)


@stage.write("feeds.create", "POST /feeds", FeedMadeShape, status=201, secret=("url",))
def make_feed(request: Request, body: FeedIn) -> dict[str, object]:
    """An address under which a calendar program reads this calendar. Keep it to yourself."""
    me = request.auth
    feed, key = feeds.issue(me.token.membership, body.name, by=me.actor)
    url = settings.PUBLIC_URL + reverse("calendar-feed", args=[key])
    return {**FeedShape.model_validate(feed).model_dump(), "url": url}


@stage.write("feeds.revoke", "DELETE /feeds/{feed}", Gone)
def revoke_feed(request: Request, feed: Id) -> Gone:
    """End a feed, at once."""
    rows = CalendarFeed.objects.select_related("membership")
    row = own(request, rows, feed, "membership__workspace")
    feeds.revoke(row, by=request.auth.actor)
    return Gone(id=feed)
