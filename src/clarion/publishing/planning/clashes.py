"""What stands too close together: posts of one channel that follow each other too soon, and the
same link or picture twice in a day. Told beforehand; nothing is refused for it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Window
from django.db.models.functions import Coalesce, Lag, Lead, TruncDate

from clarion.accounts.models import Workspace
from clarion.content.models import Post, Variant

WHAT = {"link": "The same link", "picture": "The same picture"}


@dataclass(frozen=True)
class Clash:
    """One thing to look at before it goes out, in words."""

    channel: int
    text: str


def clashes(
    workspace: Workspace, start: datetime, end: datetime, zone: ZoneInfo
) -> Mapping[int, Sequence[Clash]]:
    """Post id -> what is too close to it, between these moments. Three queries."""
    found: dict[int, list[Clash]] = defaultdict(list)
    planned = _planned(workspace, start, end)
    for row in _too_soon(planned, timedelta(minutes=workspace.spacing_minutes)):
        found[row["post"]].append(Clash(row["channel"], _soon(row)))
    for what, rows in (("link", _links(planned, zone)), ("picture", _pictures(planned, zone))):
        for post, channel, handle in rows:
            text = f"{WHAT[what]} goes out on {handle} more than once that day."
            found[post].append(Clash(channel, text))
    return {post: list(dict.fromkeys(told)) for post, told in found.items()}


def _planned(workspace: Workspace, start: datetime, end: datetime) -> Any:
    """What is planned or out, with its moment."""
    rows = Variant.objects.filter(post__workspace=workspace)
    rows = rows.exclude(post__state=Post.State.BINNED).exclude(channel__state="gone")
    told = rows.annotate(moment=Coalesce("planned_for", "post__planned_for"))
    return told.filter(moment__gte=start, moment__lt=end).order_by()


def _too_soon(planned: Any, apart: timedelta) -> list[dict[str, Any]]:
    def beside(neighbour: type[Lag] | type[Lead], column: str) -> Window:
        return Window(
            neighbour(column),
            partition_by=[F("channel")],
            order_by=[F("moment").asc(), F("pk").asc()],
        )

    told = planned.annotate(
        since=F("moment") - beside(Lag, "moment"),
        until=beside(Lead, "moment") - F("moment"),
    )
    close = told.filter(Q(since__lt=apart) | Q(until__lt=apart))
    return list(close.values("post", "channel", "channel__handle", "since", "until"))


def _soon(row: Mapping[str, Any]) -> str:
    gaps = [gap for gap in (row["since"], row["until"]) if gap is not None]
    minutes = int(min(gaps).total_seconds() // 60)
    when = "at the same time" if not minutes else f"{minutes} min from this one"
    return f"Another post on {row['channel__handle']} is {when}."


Row = tuple[int, int, str]  # post, channel, its handle


def _links(planned: Any, zone: ZoneInfo) -> list[Row]:
    rows = planned.exclude(post__link="").annotate(day=TruncDate("moment", tzinfo=zone))
    twice = Window(Count("pk"), partition_by=[F("channel"), F("post__link"), F("day")])
    told = rows.annotate(times=twice).filter(times__gt=1)
    return list(told.values_list("post", "channel", "channel__handle"))


def _pictures(planned: Any, zone: ZoneInfo) -> list[Row]:
    rows = planned.annotate(
        day=TruncDate("moment", tzinfo=zone), picture=F("post__placements__media")
    ).exclude(picture=None)
    twice = Window(Count("pk"), partition_by=[F("channel"), F("picture"), F("day")])
    told = rows.annotate(times=twice).filter(times__gt=1)
    return list(told.values_list("post", "channel", "channel__handle").distinct())
