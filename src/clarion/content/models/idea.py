"""What might become a post one day."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.content.models.media import Label, Media


class Idea(models.Model):
    """A thought on the board: it stands in one column, and posts are made from it."""

    class State(models.TextChoices):
        NEW = "new", "New"
        NEXT = "next", "Next"
        DONE = "done", "Done"
        PARKED = "parked", "Parked"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="ideas")
    text = models.TextField()
    link = models.TextField(blank=True)
    picture = models.ForeignKey(
        Media, models.SET_NULL, null=True, blank=True, related_name="ideas"
    )
    labels = models.ManyToManyField(Label, related_name="ideas", blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.NEW)
    position = models.BigIntegerField(default=0)  # in its column, the smallest on top
    caught_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "state", "position"], name="idea_on_board")
        ]

    def __str__(self) -> str:
        return self.text[:60]
