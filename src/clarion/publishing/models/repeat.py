"""Posts that come again: evergreens through the queue, or by a rule of the calendar."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from clarion.content.models import Post
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem
from clarion.publishing.models.queue import DAY

MONTH_DAY = 5  # characters of "11-30"


class Repeat(WorkItem):
    """What a post that comes again has to keep to. Each time is a post of its own.

    Without a `rule` it is an evergreen: its queues give it the next free slots that are far
    enough apart. With one (RFC 5545) it comes at `minute` on the days the rule gives, on the
    clock of each of its channels.
    """

    class State(models.TextChoices):
        ON = "on", "On"
        OFF = "off", "Stopped"
        OVER = "over", "Over"

    flow = Flow(
        {
            State.ON: {State.OFF, State.OVER},
            State.OFF: {State.ON},
            State.OVER: {State.ON},
        },
        start=State.OFF,
        runs=frozenset({State.ON}),
    )

    origin = models.ForeignKey(Post, models.CASCADE, related_name="repeats")
    rule = models.CharField(max_length=500, blank=True)  # RRULE, without its start
    first_date = models.DateField(null=True, blank=True)  # of the rule
    minute = models.PositiveSmallIntegerField(null=True, blank=True)  # of the day, on the wall
    skipped = models.JSONField(default=list, blank=True)  # days of the rule that are left out
    every_days = models.PositiveSmallIntegerField(default=30)  # at least, between two
    season_from = models.CharField(max_length=MONTH_DAY, blank=True)  # "11-15"; empty: always
    season_to = models.CharField(max_length=MONTH_DAY, blank=True)  # with that day
    most = models.PositiveSmallIntegerField(null=True, blank=True)  # times; null: no end
    words = models.JSONField(default=list, blank=True)  # other wordings, taken in turn
    writers = models.JSONField(default=list, blank=True)  # user ids of who wrote those
    agreed_seal = models.CharField(max_length=64, blank=True)  # of what was said yes to
    agreed_by = models.CharField(max_length=200, blank=True)

    class Meta(WorkItem.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(rule="")
                | Q(first_date__isnull=False, minute__isnull=False, minute__lt=DAY),
                name="a_rule_has_a_start",
            )
        ]

    def __str__(self) -> str:
        return f"Repeat {self.pk}"

    @property
    def how_often(self) -> str:
        """In words, where they are known: "every 2 weeks on Mon, Thu at 09:00"."""
        if not self.rule:
            return f"at least {self.every_days} days apart, in slots of its queue"
        minute = self.minute or 0
        return f"{_words(self.rule)} at {minute // 60:02}:{minute % 60:02}"

    def terms(self) -> dict[str, Any]:
        """All that somebody agrees to who lets it come again."""
        return {
            "rule": self.rule,
            "first_date": self.first_date and self.first_date.isoformat(),
            "minute": self.minute,
            "every_days": self.every_days,
            "season": [self.season_from, self.season_to],
            "most": self.most,
            "words": self.words,
        }

    def in_season(self, day: date) -> bool:
        """A season may reach over New Year."""
        start, end, here = self.season_from, self.season_to, f"{day:%m-%d}"
        if not start or not end:
            return True
        return start <= here <= end if start <= end else here >= start or here <= end


UNITS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}
DAYS = {"MO": "Mon", "TU": "Tue", "WE": "Wed", "TH": "Thu", "FR": "Fri"} | {
    "SA": "Sat",
    "SU": "Sun",
}


def _words(rule: str) -> str:
    """A common rule in words; any other as it is written."""
    parts = dict(piece.split("=", 1) for piece in rule.split(";") if "=" in piece)
    unit, every = UNITS.get(parts.pop("FREQ", "")), parts.pop("INTERVAL", "1")
    days = [DAYS.get(day, "") for day in parts.pop("BYDAY", "").split(",") if day]
    if unit is None or parts or not all(days):
        return rule
    often = f"every {unit}" if every == "1" else f"every {every} {unit}s"
    return f"{often} on {', '.join(days)}" if days else often


class Repetition(models.Model):
    """One more time: a post of its own, and the one it was made from."""

    repeat = models.ForeignKey(  # null: spread by hand over boards
        Repeat, models.SET_NULL, null=True, blank=True, related_name="repetitions"
    )
    origin = models.ForeignKey(Post, models.CASCADE, related_name="repetitions")
    post = models.OneToOneField(Post, models.CASCADE, related_name="repetition")
    number = models.PositiveIntegerField()  # counts from 1; the origin is 0
    on = models.DateField(null=True, blank=True)  # the day of the rule it stands for

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["repeat", "number"], name="each_repetition_once"),
            models.UniqueConstraint(fields=["repeat", "on"], name="each_day_of_a_rule_once"),
        ]

    def __str__(self) -> str:
        return f"Post {self.post_id}, number {self.number} of post {self.origin_id}"
