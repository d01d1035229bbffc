"""A chart is words, a drawing and a table of the same numbers; the drawing is made here.

Everything is plain SVG in a box of 1000 by 1000 that the page stretches, with no style in it:
colours come from classes, so one drawing serves light, dark and print.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

SIZE = 1000
COLOURS = 6
Value = float | int | None  # None: not known, which is not zero


@dataclass(frozen=True)
class Series:
    name: str
    values: Sequence[Value]


@dataclass(frozen=True)
class Chart:
    """What a page wants drawn. `labels` name the points of every series, in their order.

    kind: "line"; "bar" (several series are stacked); "rows" (one series, lying, long names).
    before: the same figures for the period before, drawn as a broken line.
    unit: said after each value ("%", "min"), or "" for a plain count.
    """

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    kind: Literal["line", "bar", "rows"] = "line"
    before: Series | None = None
    unit: str = ""
    csv_url: str = ""
    low: bool = False  # half the height, for a small card
    summary: str = ""  # one sentence that says what there is to see

    def __post_init__(self) -> None:
        for line in self.lines:
            if len(line.values) != len(self.labels):
                raise ValueError(
                    f"{line.name} has {len(line.values)} values for {len(self.labels)} labels."
                )

    @property
    def lines(self) -> Sequence[Series]:
        return [*self.series, self.before] if self.before else list(self.series)

    @property
    def known(self) -> bool:
        return any(v is not None for line in self.lines for v in line.values)


@dataclass(frozen=True)
class Mark:
    """One thing to draw: a path and the class that colours it."""

    path: str
    css: str


@dataclass(frozen=True)
class Hit:
    """The strip of one label: words beside the pointer, and the dots to light up."""

    x: str
    width: str
    words: str
    dots: Sequence[Mark]


@dataclass(frozen=True)
class Tick:
    at: str  # percent, or SVG units for the grid
    label: str
    css: str = ""


@dataclass(frozen=True)
class Drawing:
    marks: Sequence[Mark]
    hits: Sequence[Hit]
    rules: Sequence[Tick]  # from the bottom up
    days: Sequence[Tick]


def draw(chart: Chart) -> Drawing:
    """The chart as paths. Gaps stay gaps: a value that is not known is never drawn as zero."""
    rules = scale(chart)
    paper = _Paper(chart, low=rules[0], high=rules[-1])
    return Drawing(
        marks=list(paper.marks()),
        hits=list(paper.hits()),
        rules=[
            Tick(_n(paper.y(value)), short(value), "zero" if value == 0 else "")
            for value in rules
        ],
        days=list(paper.days()),
    )


def scale(chart: Chart) -> list[float]:
    """Round values for the axis, from at or below zero to at or above the highest.

    >>> scale(Chart("t", ["a", "b"], [Series("s", [3, 870])]))
    [0.0, 250.0, 500.0, 750.0, 1000.0]
    """
    tops = _stacked(chart) if chart.kind == "bar" else _flat(chart)
    low, high = min([0.0, *tops]), max([0.0, *tops])
    step = _round_step((high - low) / 4) if high > low else 1.0
    first, last = math.floor(low / step), math.ceil(high / step)
    return [index * step for index in range(first, max(last, first + 1) + 1)]


def short(value: float) -> str:
    """
    >>> [short(v) for v in (0, 0.25, 950, 12_500, 3_000_000)]
    ['0', '0.25', '950', '12.5k', '3M']
    """
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.3g}".rstrip() + letter
    return f"{value:.3g}"


def exact(value: Value, unit: str = "") -> str:
    if value is None:
        return "not known"
    text = f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"
    if not unit:
        return text
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}"


def spark(values: Sequence[Value], width: int = 100, height: int = 28) -> tuple[str, str]:
    """The line and the area under it, for a drawing of this size; empty for too few values."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return "", ""
    low, high = min(known), max(known)
    span = (high - low) or 1
    points = [
        (i / (len(values) - 1) * width, height - 3 - (v - low) / span * (height - 6))
        for i, v in enumerate(values)
        if v is not None
    ]
    line = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return line, f"{line}L{_n(points[-1][0])} {height}L{_n(points[0][0])} {height}Z"


# --- how it is drawn ------------------------------------------------------------------------


class _Paper:
    def __init__(self, chart: Chart, low: float, high: float) -> None:
        self.chart, self.low, self.high = chart, low, high
        self.count = max(len(chart.labels), 1)

    def x(self, index: int) -> float:
        if self.chart.kind == "bar" or self.count == 1:
            return (index + 0.5) / self.count * SIZE
        return index / (self.count - 1) * SIZE

    def y(self, value: float) -> float:
        return SIZE - (value - self.low) / (self.high - self.low) * SIZE

    def marks(self) -> Iterator[Mark]:
        if self.chart.kind == "bar":
            yield from self.bars()
        else:
            for number, series in enumerate(self.chart.series):
                alone = number == 0 and len(self.chart.series) == 1
                yield from self.line(series, css(number), area=alone)
        if self.chart.before:
            yield from self.line(self.chart.before, "ch-0", extra=" before")

    def line(
        self, series: Series, colour: str, *, area: bool = False, extra: str = ""
    ) -> Iterator[Mark]:
        for run in _runs(series.values):
            points = [(self.x(i), self.y(v)) for i, v in run]
            path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
            if len(run) == 1:
                yield Mark(path + "h0", f"ch-dot alone {colour}")
                continue
            if area:
                floor = _n(self.y(max(self.low, 0)))
                edge = f"L{_n(points[-1][0])} {floor}L{_n(points[0][0])} {floor}Z"
                yield Mark(path + edge, f"ch-a {colour}")
            yield Mark(path, f"ch-l{extra} {colour}")

    def bars(self) -> Iterator[Mark]:
        wide = SIZE / self.count * 0.7
        floors = [0.0] * self.count
        for number, series in enumerate(self.chart.series):
            path = ""
            for i, value in enumerate(series.values):
                if value:
                    left, base = self.x(i) - wide / 2, floors[i]
                    top, bottom = self.y(base + value), self.y(base)
                    path += f"M{_n(left)} {_n(bottom)}V{_n(top)}h{_n(wide)}V{_n(bottom)}z"
                    floors[i] += value
            if path:
                yield Mark(path, f"ch-b {css(number)}")

    def hits(self) -> Iterator[Hit]:
        wide = SIZE / self.count
        for i, label in enumerate(self.chart.labels):
            words = [label]
            words += [
                f"{line.name}: {exact(line.values[i], self.chart.unit)}"
                for line in self.chart.lines
            ]
            left = min(max(self.x(i) - wide / 2, 0), SIZE - wide)
            yield Hit(_n(left), _n(wide), "\n".join(words), list(self.dots(i)))

    def dots(self, i: int) -> Iterator[Mark]:
        if self.chart.kind == "bar":
            return
        for number, series in enumerate(self.chart.series):
            value = series.values[i]
            if value is not None:
                yield Mark(f"M{_n(self.x(i))} {_n(self.y(value))}h0", f"ch-dot {css(number)}")

    def days(self, most: int = 6) -> Iterator[Tick]:
        every = max(1, math.ceil((self.count - 1) / most))
        for i in range(0, len(self.chart.labels), every):
            edge = {0.0: "first", float(SIZE): "last"}.get(self.x(i), "")
            yield Tick(f"{_n(self.x(i) / SIZE * 100)}%", self.chart.labels[i], edge)


def css(number: int) -> str:
    """The colour class of the series with this number."""
    return f"ch-{number % COLOURS + 1}"


def _runs(values: Sequence[Value]) -> Iterator[list[tuple[int, float]]]:
    run: list[tuple[int, float]] = []
    for i, value in enumerate(values):
        if value is not None:
            run.append((i, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _flat(chart: Chart) -> list[float]:
    return [v for line in chart.lines for v in line.values if v is not None]


def _stacked(chart: Chart) -> list[float]:
    columns = zip(*(series.values for series in chart.series), strict=True)
    sums = [float(sum(v for v in column if v)) for column in columns]
    before = [v for v in chart.before.values if v is not None] if chart.before else []
    return [*sums, *before]


def _round_step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice >= rough * 0.999)


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
