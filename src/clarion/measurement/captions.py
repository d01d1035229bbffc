"""What captions and hashtag groups bring: posts with one against posts without it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clarion.accounts.models import Workspace
from clarion.content.models import Caption, CaptionUse
from clarion.measurement.tally import INTERACTIONS, Tally, tally
from clarion.numbers.proportions import Interval
from clarion.numbers.welch import apart, mean
from clarion.publishing.models import Delivery

FORMULA = "mean over posts of (likes + comments + shares) ÷ views"
AGAINST = (
    "that mean with it, less that mean of posts on the same channels without it (Welch, 95 %)"
)


@dataclass(frozen=True)
class Figure:
    """In per cent, or None with the reason."""

    value: float | None
    interval: Interval | None
    formula: str
    n: int
    reason: str = ""

    @property
    def low(self) -> float | None:
        return self.interval.low if self.interval else None

    @property
    def high(self) -> float | None:
        return self.interval.high if self.interval else None


@dataclass(frozen=True)
class CaptionResult:
    """One caption or group. Not a randomised test: a connection, not a cause."""

    source: Caption
    posts: int  # that hold it, out or not
    engagement: Figure
    difference: Figure
    verdict: str

    @property
    def caption(self) -> int:
        return self.source.pk

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def kind(self) -> str:
        return self.source.kind


def by_caption(workspace: Workspace) -> list[CaptionResult]:
    """All that are used, and those that still are to be; the most used first."""
    uses: dict[int, set[int]] = defaultdict(set)
    for caption, post in CaptionUse.objects.filter(caption__workspace=workspace).values_list(
        "caption", "post"
    ):
        uses[caption].add(post)
    live = Delivery.objects.filter(channel__workspace=workspace, state=Delivery.State.LIVE)
    rates = {
        post: rate for post, t in tally(live, "post").items() if (rate := _rate(t)) is not None
    }
    channels = _channels(live.values_list("variant__post", "channel").distinct())
    rows = Caption.objects.filter(workspace=workspace).order_by("name")
    found = [
        _result(c, uses[c.pk], rates, channels)
        for c in rows
        if c.dropped_at is None or uses[c.pk]
    ]
    return sorted(found, key=lambda r: -r.posts)


def _rate(known: Tally) -> float | None:
    """Reactions per view of one post in per cent, where its network tells views."""
    views = known.counts.get("views")
    if views is None or not views.total or not set(INTERACTIONS) & set(known.counts):
        return None
    return 100 * known.seen / views.total


def _channels(pairs: Iterable[tuple[int, int]]) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for post, channel in pairs:
        found[post].add(channel)
    return found


def _result(
    caption: Caption,
    posts: set[int],
    rates: Mapping[int, float],
    channels: Mapping[int, set[int]],
) -> CaptionResult:
    """Only posts of channels that used it at all are compared: publics differ."""
    where = {c for post in posts for c in channels.get(post, ())}
    with_it = [rates[p] for p in posts if p in rates]
    without = [rates[p] for p in rates if p not in posts and channels[p] & where]
    engagement = _mean(with_it)
    found = apart(with_it, without)
    n = len(with_it) + len(without)
    if found is None:
        there = f"there are {len(with_it)} and {len(without)}"
        why = f"Two posts with it and two without it are needed; {there}."
        return CaptionResult(
            caption, len(posts), engagement, Figure(None, None, AGAINST, n, why), "undecided"
        )
    difference = Figure(found.difference, found.interval, AGAINST, n)
    return CaptionResult(caption, len(posts), engagement, difference, found.verdict)


def _mean(values: Sequence[float]) -> Figure:
    if not values:
        return Figure(None, None, FORMULA, 0, "No post with it is live with known views.")
    middle, interval = mean(values)
    why = "" if interval else "One post says nothing about the next."
    return Figure(middle, interval, FORMULA, len(values), why)
