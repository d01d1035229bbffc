"""How numbers grew: every total a network ever told is kept, also those it took back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import Lag, TruncDate

from clarion.content.models import Post
from clarion.measurement.models import Click, Reading
from clarion.publishing.models import Delivery

MOST_POINTS = 120  # of a line; longer stretches are shown by the week
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Growth:
    """Running totals at the end of each day or week. None: nothing was known yet."""

    days: Sequence[date]
    totals: Mapping[str, Sequence[int | None]]  # metric -> a value for each of `days`


def growth(
    deliveries: QuerySet[Delivery],
    metrics: Sequence[str],
    span: tuple[date | None, date],
    zone: ZoneInfo,
) -> Growth:
    """One query, whatever the number of posts: sums of what each reading added or took back."""
    gained = _gained(deliveries, metrics, zone)
    first = min((day for day, _ in gained), default=None)
    start = span[0] or first
    if start is None:
        return Growth((), dict.fromkeys(metrics, ()))
    days = _days(start, span[1])
    return Growth(days, {m: _running(m, gained, days) for m in metrics})


def _gained(
    deliveries: QuerySet[Delivery], metrics: Sequence[str], zone: ZoneInfo
) -> dict[tuple[date, str], int]:
    try:
        ours, params = deliveries.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return {}
    # Only the text of our own query is put in; its values and ours are parameters.
    sql = f"""
        SELECT (read_at AT TIME ZONE %s)::date, metric, sum(total - before)
        FROM (
            SELECT read_at, metric, total, coalesce(lag(total) OVER (
                PARTITION BY delivery_id, metric ORDER BY read_at, id), 0) AS before
            FROM measurement_reading
            WHERE metric = ANY(%s) AND delivery_id IN ({ours})
        ) told GROUP BY 1, 2"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [zone.key, list(metrics), *params])
        return {(day, metric): int(n) for day, metric, n in cursor.fetchall()}


def _days(start: date, end: date) -> list[date]:
    step = DAY if (end - start).days < MOST_POINTS else WEEK
    count = max((end - start) // step, 0)
    # Counted back from the end, so that the last point is always today.
    return [end - step * n for n in range(count, -1, -1)]


def _running(
    metric: str, gained: Mapping[tuple[date, str], int], days: Sequence[date]
) -> list[int | None]:
    mine = sorted((day, n) for (day, of), n in gained.items() if of == metric)
    total, at, found = 0, 0, []
    for day in days:
        while at < len(mine) and mine[at][0] <= day:
            total += mine[at][1]
            at += 1
        found.append(total if at else None)
    return found


# --- one post ---------------------------------------------------------------------------------


def readings(post: Post, *, corrections: bool = False) -> QuerySet[Reading]:
    """Every reading, newest first; `before` is what the network said last, or None.

    A total below the one before it is a correction by the network.
    """
    before = Window(
        Lag("total"),
        partition_by=[F("delivery"), F("metric")],
        order_by=[F("read_at").asc(), F("pk").asc()],
    )
    rows = Reading.objects.filter(delivery__variant__post=post).annotate(before=before)
    if corrections:
        rows = rows.filter(before__gt=F("total"))
    return rows.select_related("delivery__channel").order_by("-read_at", "-pk")


def visits(deliveries: QuerySet[Delivery], zone: ZoneInfo) -> dict[date, int]:
    """Day -> visits through tracked links, robots left out. A day without one is not in it."""
    clicks = Click.objects.filter(link__variant__in=deliveries.values("variant"))
    days = clicks.annotate(day=TruncDate("at", tzinfo=zone)).values("day")
    rows = days.annotate(n=Count("pk", filter=Q(robot=False))).filter(n__gt=0).order_by("day")
    return dict(rows.values_list("day", "n"))
