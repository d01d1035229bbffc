"""Simulated time: runs `speed` times as fast as real time and can be pushed forward.

People outside see real times only. Something that happens at a simulated moment has as its
time the real moment at which the clock reached it. All times are whole microseconds since 1970.
"""

import time
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime

HOUR = 3_600_000_000
DAY = 24 * HOUR
NEVER = 1 << 62
FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_000_000  # years 1 to 9999


def now() -> int:
    return time.time_ns() // 1000


def iso(at: int) -> str:
    return to_datetime(at).isoformat()


def to_datetime(at: int) -> datetime:
    """Clipped to the years a datetime can hold, which a fast clock may run past."""
    at = min(max(at, FIRST), LAST)
    return datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000)


def from_datetime(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


@dataclass(frozen=True)
class Tick:
    """From `real` on, the clock shows `sim` and runs `speed` times as fast."""

    real: int
    sim: int
    speed: float


@dataclass
class Clock:
    ticks: list[Tick] = field(default_factory=list)  # oldest first, never empty in use

    def sim(self, real: int) -> int:
        """What the clock showed at `real`. Before the first tick it ran like any clock."""
        at = bisect_right(self.ticks, real, key=lambda t: t.real)
        first = self.ticks[0]
        if at == 0:
            return first.sim - (first.real - real)
        tick = self.ticks[at - 1]
        return tick.sim + int((real - tick.real) * tick.speed)

    def real(self, sim: int) -> int:
        """When the clock reached `sim`; NEVER where it stands still before it."""
        at = bisect_right(self.ticks, sim, key=lambda t: t.sim)
        first = self.ticks[0]
        if at == 0:
            return first.real - (first.sim - sim)
        tick = self.ticks[at - 1]
        reached = min(NEVER, tick.real + _over(sim - tick.sim, tick.speed))
        return min(reached, self.ticks[at].real) if at < len(self.ticks) else reached

    def forward(self, real: int, by: int, speed: float | None = None) -> Tick:
        """A new tick: at `real` the clock jumps ahead by `by` and goes on at `speed`."""
        old = self.ticks[-1].speed
        tick = Tick(real, self.sim(real) + by, old if speed is None else speed)
        self.ticks.append(tick)
        return tick


def _over(distance: int, speed: float) -> int:
    if distance == 0:
        return 0
    return -int(-distance // speed) if speed else NEVER
