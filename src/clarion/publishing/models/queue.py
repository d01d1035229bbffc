"""When a channel's posts go out if nobody chooses the hour: its slots, and how they are paced.

A queue has no list of its own. What is in it are the deliveries whose variant is `queued`, in
the order of their times.
"""

from django.db import models
from django.db.models import Q

from clarion.channels.models import Channel
from clarion.content.models import Label

DAY = 24 * 60  # minutes


class Queue(models.Model):
    """How one channel is paced. A channel without a row has no rules and is not paused."""

    channel = models.OneToOneField(Channel, models.CASCADE, related_name="queue")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.CharField(max_length=200, blank=True)
    apart_days = models.PositiveSmallIntegerField(default=0)  # same link or picture; 0: no rule
    apart_blocks = models.BooleanField(default=False)  # else a person is warned and may go on

    def __str__(self) -> str:
        return f"Queue of {self.channel}"


class Slot(models.Model):
    """A minute of the week at which the queue sends one post, on the clock of its channel."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField()  # 0 is Monday
    minute = models.PositiveSmallIntegerField()  # of the day, on the wall
    label = models.ForeignKey(  # kept for posts with this label; null: for those without one
        Label, models.SET_NULL, null=True, blank=True, related_name="slots"
    )

    class Meta:
        ordering = ["weekday", "minute"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "weekday", "minute"], name="each_slot_once"
            ),
            models.CheckConstraint(
                condition=Q(weekday__lt=7, minute__lt=DAY), name="slot_is_in_the_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.minute // 60:02}:{self.minute % 60:02}"
