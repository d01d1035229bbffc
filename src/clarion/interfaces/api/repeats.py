"""Posts that come again, and posts that are spread over boards, over the API."""

from datetime import date, datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.content.models import Post
from clarion.interfaces.api.content import posts
from clarion.interfaces.api.door import Request, moment, own
from clarion.interfaces.api.shapes import Id, In, Text, Word, asked, kept_as, one_of
from clarion.interfaces.api.stage import Stage
from clarion.publishing.models import Repeat
from clarion.publishing.planning import repeats, spreading
from clarion.publishing.planning.repeats import Terms

stage = Stage()
STATE = one_of(Repeat.State)


class RepeatShape(Schema):
    """A post that comes again. `posts` are the times it did; `ahead` the next ones."""

    id: int
    post: int = kept_as("origin_id")
    state: str
    problem: str
    rule: str
    first_date: date | None
    minute: int | None
    every_days: int
    season_from: str
    season_to: str
    most: int | None
    words: list[str]
    skipped: list[str]
    agreed_by: str
    posts: list[int]
    ahead: list[datetime]

    @staticmethod
    def resolve_posts(row: Repeat) -> list[int]:
        return list(row.repetitions.order_by("number").values_list("post", flat=True))

    @staticmethod
    def resolve_ahead(row: Repeat) -> list[datetime]:
        return repeats.ahead(row) if row.state == Repeat.State.ON else []


class RepeatIn(In):
    """With `rule` (RFC 5545, daily to yearly) on its days from `first_date` on, at `minute` of
    the day on the clock of each channel; else as an evergreen, in free slots of the queues.

    `season` is two days like ["11-15", "12-24"]; `words` are other wordings, taken in turn.
    """

    every_days: int = 30
    most: int | None = None
    season: list[Word] = []
    words: list[Text] = []
    rule: Word = ""
    first_date: date | None = None
    minute: int | None = None

    def terms(self) -> Terms:
        start, end = [*self.season, "", ""][:2]
        given = self.model_dump(exclude={"season"})
        return Terms(**given, season=(start, end))


class DayIn(In):
    day: date


class SpreadIn(In):
    """Over the `values` of one `option` of the network: boards, for example.

    `start` without an offset is a time in the workspace's zone.
    """

    option: Word
    values: list[Word]
    start: datetime
    every_days: int = 7


class StopShape(Schema):
    """One value, and when the post goes there. `warning`: nearer to its like than wanted."""

    value: str
    name: str
    at: datetime
    warning: str


class SpreadShape(Schema):
    """Where it goes when. `posts` is empty in a preview."""

    stops: list[StopShape]
    posts: list[int]


# --- posts that come again ------------------------------------------------------------------


def _rows() -> QuerySet[Repeat]:
    return Repeat.objects.select_related("origin__workspace")


def _own(request: Request, repeat: int) -> Repeat:
    return own(request, _rows(), repeat, "origin__workspace")


@stage.many("repeats.list", "GET /repeats", RepeatShape)
def list_repeats(
    request: Request, state: str | None = STATE, post: Id | None = None
) -> QuerySet[Repeat]:
    """Posts that come again, newest first."""
    where = asked(state=state, origin=post)
    return _rows().filter(origin__workspace=request.auth.workspace, **where)


@stage.one("repeats.get", "GET /repeats/{repeat}", RepeatShape)
def get_repeat(request: Request, repeat: Id) -> Repeat:
    """One of them, with the next times."""
    return _own(request, repeat)


@stage.write("repeats.start", "POST /posts/{post}/repeats", RepeatShape, status=201)
def start(request: Request, post: Id, body: RepeatIn) -> Repeat:
    """Let a post come again. Begins at once for those who may approve and schedule it."""
    row = own(request, posts(), post)
    made = repeats.start(row, body.terms(), by=request.auth.actor)
    return _own(request, made.pk)


@stage.write("repeats.agree", "POST /repeats/{repeat}/agree", RepeatShape)
def agree(request: Request, repeat: Id) -> Repeat:
    """Say yes to every time it will come again within its limits, and begin."""
    repeats.agree(_own(request, repeat), by=request.auth.actor)
    return _own(request, repeat)


@stage.write("repeats.stop", "POST /repeats/{repeat}/stop", RepeatShape)
def stop(request: Request, repeat: Id) -> Repeat:
    """No further times. What is on its way stays."""
    repeats.stop(_own(request, repeat), by=request.auth.actor)
    return _own(request, repeat)


@stage.write("repeats.skip", "POST /repeats/{repeat}/skip", RepeatShape)
def skip(request: Request, repeat: Id, body: DayIn) -> Repeat:
    """Leave out one day of its rule."""
    repeats.skip(_own(request, repeat), body.day, by=request.auth.actor)
    return _own(request, repeat)


@stage.write("repeats.put-back", "POST /repeats/{repeat}/put-back", RepeatShape)
def put_back(request: Request, repeat: Id, body: DayIn) -> Repeat:
    """It comes on a day after all that was left out."""
    repeats.put_back(_own(request, repeat), body.day, by=request.auth.actor)
    return _own(request, repeat)


# --- over boards ----------------------------------------------------------------------------


@stage.write("posts.spread", "POST /posts/{post}/spread", SpreadShape)
def spread(request: Request, post: Id, body: SpreadIn) -> dict[str, object]:
    """Plan it for each value, days apart. `dry_run` shows each date and saves nothing."""
    row: Post = own(request, posts(), post)
    at = moment(request, body.start)
    stops = spreading.projected(row, body.option, body.values, at, body.every_days)
    made = spreading.spread(
        row, body.option, body.values, at, body.every_days, by=request.auth.actor
    )
    return {"stops": stops, "posts": [p.pk for p in made]}
