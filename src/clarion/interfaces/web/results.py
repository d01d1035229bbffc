"""What happened: of the workspace in a stretch of time, of a campaign, of a post."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.content.models import Post
from clarion.interfaces.web.charts import Chart, Series
from clarion.interfaces.web.door import Request, leaf, own, page
from clarion.interfaces.web.templatetags.figures import LABELS
from clarion.measurement import queries
from clarion.measurement.actions import engagement
from clarion.measurement.captions import by_caption
from clarion.measurement.goals import standing
from clarion.measurement.history import Growth, growth, readings, visits
from clarion.measurement.models import Conversion
from clarion.measurement.queries import Results, told
from clarion.measurement.tally import Tally, add, in_order, tally
from clarion.numbers.number import Number
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign

Context = dict[str, Any]
RANGES: Mapping[str, int | None] = {"7": 7, "28": 28, "90": 90, "all": None}
TILES = ("views", "interactions", "engagement_rate", "clicks", "conversions", "revenue")
COLUMNS = ("views", "interactions", "engagement_rate", "clicks", "conversions", "revenue")
REACTIONS = ("likes", "comments", "shares")


@dataclass(frozen=True)
class Stretch:
    """The posts published in some days, and in as many days before."""

    key: str
    since: datetime | None
    before: datetime | None

    @property
    def label(self) -> str:
        return f"Last {self.key} days" if self.since else "All time"

    def of(self, live: QuerySet[Delivery]) -> QuerySet[Delivery]:
        return live.filter(live_at__gte=self.since) if self.since else live

    def earlier(self, live: QuerySet[Delivery]) -> QuerySet[Delivery] | None:
        if self.since is None:
            return None
        return live.filter(live_at__gte=self.before, live_at__lt=self.since)


def _stretch(request: Request) -> Stretch:
    asked = request.GET.get("range", "28")
    key = asked if asked in RANGES else "28"
    days = RANGES[key]
    if days is None:
        return Stretch(key, None, None)
    today = timezone.localdate()
    midnight = time(tzinfo=request.workspace.zone)
    since = datetime.combine(today - timedelta(days=days - 1), midnight)
    return Stretch(key, since, since - timedelta(days=days))


# --- the workspace ----------------------------------------------------------------------------


@page
def show(request: Request) -> HttpResponse:
    stretch, live = _stretch(request), _live(request)
    posts, earlier = stretch.of(live), stretch.earlier(live)
    channels = tally(posts, "channel")
    found = told(add(channels.values()), request.workspace.currency)
    before = queries.results(earlier) if earlier is not None else None
    context = {
        "stretch": stretch,
        "ranges": _ranges(stretch),
        "results": found,
        "before": before,
        "tiles": _tiles(found, before if before and before.live else None),
        "charts": _charts(request, posts, stretch.since),
        "channels": _by_channel(request, channels),
        "captions": by_caption(request.workspace),
        **_table(request, posts),
    }
    return render(request, "results/results.html", context)


@page
def as_csv(request: Request) -> HttpResponse:
    """One row for each post of the stretch, with everything that is known about it."""
    rows = _posts(request, _stretch(request).of(_live(request)))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="results.csv"'
    sheet = csv.writer(answer)
    keys = [k for k in LABELS if not rows or k in rows[0][1].numbers]
    sheet.writerow(["post", "text", "published", *keys, "currency"])
    texts = dict(Post.objects.filter(pk__in=[pk for pk, _ in rows]).values_list("pk", "text"))
    first = _first_live(_live(request), [pk for pk, _ in rows])
    for pk, numbers in rows:
        values = [_known(numbers[k]) for k in keys]
        at = first[pk].isoformat() if pk in first else ""
        sheet.writerow([pk, _harmless(texts[pk]), at, *values, request.workspace.currency])
    return answer


def _known(number: Number) -> float | int | str:
    return "" if number.value is None else number.value


def _harmless(text: str) -> str:
    """A text that begins like a formula would be run by a spreadsheet."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _live(request: Request) -> QuerySet[Delivery]:
    return Delivery.objects.filter(
        channel__workspace=request.workspace, state=Delivery.State.LIVE
    )


def _ranges(stretch: Stretch) -> list[tuple[str, str, bool]]:
    names = {"7": "7 days", "28": "28 days", "90": "90 days", "all": "All"}
    return [(words, f"?range={key}", key == stretch.key) for key, words in names.items()]


def _tiles(found: Results, before: Results | None = None) -> list[Context]:
    return [
        {"label": LABELS[k], "number": found[k], "before": before[k] if before else None}
        for k in TILES
    ]


def _charts(request: Request, posts: QuerySet[Delivery], since: datetime | None) -> list[Chart]:
    zone, today = request.workspace.zone, timezone.localdate()
    start = timezone.localdate(since) if since else None
    grown = growth(posts, ("views", *REACTIONS), (start, today), zone)
    return [
        _line("Views, running total", grown, ("views",)),
        _line("Reactions, running total", grown, REACTIONS),
    ]


def _line(title: str, grown: Growth, metrics: Sequence[str]) -> Chart:
    labels = [f"{day.day} {day:%b}" for day in grown.days]
    return Chart(title, labels, [Series(LABELS[m], grown.totals[m]) for m in metrics])


def _by_channel(request: Request, known: Mapping[int, Tally]) -> list[tuple[Channel, Results]]:
    channels = Channel.objects.filter(pk__in=known).order_by("handle", "pk")
    return [(c, told(known[c.pk], request.workspace.currency)) for c in channels]


# --- the table of posts -----------------------------------------------------------------------


def _table(request: Request, posts: QuerySet[Delivery]) -> Context:
    """Sorted by a column, highest first; posts where it is not known come last."""
    asked = request.GET.get("sort", "views")
    sort = asked if asked in COLUMNS else "views"
    order = in_order(posts, sort, request.workspace.currency)
    shown: Page[Any] = Paginator(order, 20).get_page(request.GET.get("page"))
    known = dict(_posts(request, posts.filter(variant__post__in=list(shown))))
    return {
        "rows": _with_posts([(pk, known[pk]) for pk in shown]),
        "pages": shown,
        "sort": sort,
        "columns": _columns(request, sort),
    }


def _posts(request: Request, posts: QuerySet[Delivery]) -> list[tuple[int, Results]]:
    currency = request.workspace.currency
    return [(pk, told(known, currency)) for pk, known in tally(posts, "post").items()]


def _with_posts(rows: Sequence[tuple[int, Results]]) -> list[Context]:
    pks = [pk for pk, _ in rows]
    posts = Post.objects.filter(pk__in=pks).prefetch_related("variants__channel").in_bulk()
    first = _first_live(Delivery.objects.filter(state=Delivery.State.LIVE), pks)
    return [
        {"post": posts[pk], "at": first.get(pk), "cells": [(LABELS[k], r[k]) for k in COLUMNS]}
        for pk, r in rows
    ]


def _first_live(live: QuerySet[Delivery], posts: Sequence[int]) -> dict[int, datetime]:
    rows = live.filter(variant__post__in=posts).order_by("-live_at")
    return {pk: at for pk, at in rows.values_list("variant__post", "live_at") if at}


def _columns(request: Request, sort: str) -> list[Context]:
    query = request.GET.copy()
    query.pop("page", None)
    found = []
    for key in COLUMNS:
        query["sort"] = key
        found.append({"label": LABELS[key], "query": query.urlencode(), "here": key == sort})
    return found


# --- a campaign -------------------------------------------------------------------------------


@page
def of_campaign(request: Request, pk: int) -> HttpResponse:
    rows = Campaign.objects.select_related("workspace", "goal")
    campaign = own(rows, request, pk=pk)
    live = _live(request).filter(variant__post__campaign=campaign)
    channels = tally(live, "channel")
    found = told(add(channels.values()), request.workspace.currency)
    far = queries.Progress(found[campaign.goal_metric], campaign.goal_value)
    start = campaign.starts_on or timezone.localdate(campaign.created_at)
    context = {
        "campaign": campaign,
        "results": found,
        "tiles": _tiles(found),
        "progress": far,
        "standing": standing(far, start, campaign.ends_on, timezone.localdate()),
        "charts": _charts(request, live, None),
        "channels": _by_channel(request, channels),
        "lessons": campaign.lessons.order_by("pk")[:50],
        **_best(campaign),
    }
    return render(request, "results/campaign.html", context)


def _best(campaign: Campaign) -> Context:
    """The best posts, and whether the two best truly differ in how often people react."""
    order = queries.ranked(campaign)
    pair = [r.delivery for r in order[:2]]
    found = engagement(pair[0], pair[1]) if len(pair) == 2 else None
    if found is None:
        return {"ranked": order[:10], "pair": pair}
    low, high = 100 * found.interval.low, 100 * found.interval.high
    most = max(abs(low), abs(high), 0.1)
    scale = {name: 50 + 50 * value / most for name, value in (("low", low), ("high", high))}
    middle = 50 + 50 * 100 * found.difference / most
    return {
        "ranked": order[:10],
        "pair": pair,
        "comparison": found,
        "paid": any(delivery.paid_since for delivery in pair),
        "points": {"low": low, "high": high, "difference": 100 * found.difference},
        "drawn": {**scale, "width": scale["high"] - scale["low"], "middle": middle},
    }


# --- a post -----------------------------------------------------------------------------------


@page
def of_post(request: Request, pk: int) -> HttpResponse:
    post = own(Post.objects.select_related("campaign", "workspace"), request, pk=pk)
    live = _live(request).filter(variant__post=post)
    found = queries.results(live)
    corrections = "corrections" in request.GET
    context = {
        "post": post,
        "results": found,
        "tiles": _tiles(found),
        "charts": [*_charts(request, live, None), *_visits(request, live)],
        "deliveries": _deliveries(request, live),
        "readings": leaf(request, readings(post, corrections=corrections), 30),
        "corrections": corrections,
        "conversions": _conversions(post),
        "conversations": _conversations(post),
        "may_spend": request.actor.can_somewhere("spend"),
    }
    return render(request, "results/post.html", context)


def _visits(request: Request, live: QuerySet[Delivery]) -> list[Chart]:
    by_day = visits(live, request.workspace.zone)
    if not by_day:
        return []
    first, today = min(by_day), timezone.localdate()
    count = min((today - first).days, 89)
    days: list[date] = [today - timedelta(days=n) for n in range(count, -1, -1)]
    labels = [f"{day.day} {day:%b}" for day in days]
    values = [by_day.get(day, 0) for day in days]
    title = "Visits through tracked links, by day"
    return [Chart(title, labels, [Series("Visits", values)], kind="bar")]


def _deliveries(request: Request, live: QuerySet[Delivery]) -> list[tuple[Delivery, list[Any]]]:
    known, currency = tally(live, "variant"), request.workspace.currency
    rows = live.filter(part=0).select_related("channel", "variant").order_by("channel", "pk")
    found = [(d, told(known[d.variant_id], currency)) for d in rows]
    return [(d, [(LABELS[k], numbers[k]) for k in COLUMNS]) for d, numbers in found]


def _conversions(post: Post) -> QuerySet[Conversion]:
    rows = Conversion.objects.filter(click__link__variant__post=post)
    return rows.order_by("-at", "-pk")[:20]


def _conversations(post: Post) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(delivery__variant__post=post).select_related("channel")
    return rows.order_by("-last_at", "-pk")[:10]


HERE = "w/<slug:ws>/"
urlpatterns = [
    path(f"{HERE}results/", show, name="results"),
    path(f"{HERE}results/posts.csv", as_csv, name="results-csv"),
    path(f"{HERE}campaigns/<int:pk>/results/", of_campaign, name="campaign-results"),
    path(f"{HERE}posts/<int:pk>/results/", of_post, name="post-results"),
]
