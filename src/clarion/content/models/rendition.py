"""A medium as one network takes it: cut, made smaller, written in another format."""

from pathlib import Path

from django.db import models

from clarion.content.models.media import Media, located
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem


class Rendition(WorkItem):
    """A medium made by a recipe, once. The same recipe gives the same bytes."""

    class State(models.TextChoices):
        WAITING = "waiting", "Being prepared"
        MADE = "made", "Ready"
        FAILED = "failed", "Could not be made"

    flow = Flow(
        {
            State.WAITING: {State.MADE, State.FAILED},
            State.MADE: {State.WAITING},
            State.FAILED: {State.WAITING},
        },
        start=State.WAITING,
        runs=frozenset({State.WAITING}),
    )

    media = models.ForeignKey(Media, models.CASCADE, related_name="renditions")
    recipe = models.JSONField()  # what to do, see pictures/recipes.py
    key = models.CharField(max_length=64)  # SHA-256 of the recipe
    progress = models.PositiveSmallIntegerField(default=0)  # percent
    sha256 = models.CharField(max_length=64, blank=True)  # empty: not made yet
    mime = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    width = models.PositiveIntegerField(default=0)  # pixels
    height = models.PositiveIntegerField(default=0)

    class Meta(WorkItem.Meta):
        constraints = [
            models.UniqueConstraint(fields=["media", "key"], name="each_rendition_once")
        ]

    def __str__(self) -> str:
        return f"Rendition {self.pk} of {self.media_id}"

    @property
    def path(self) -> Path:
        return located(self.sha256, "made")
