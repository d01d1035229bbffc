"""What can be shown: pictures and films, and the labels that sort them and posts."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.networks.base import Media as Piece


class Label(models.Model):
    """A word of our own that sorts posts and media: a topic, a category of a queue."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="labels")
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="each_label_once")
        ]

    def __str__(self) -> str:
        return self.name


class Media(models.Model):
    """A picture or film in the library: its bytes lie in the media folder under their hash."""

    class Kind(models.TextChoices):
        IMAGE = "image", "Picture"
        VIDEO = "video", "Film"
        DOCUMENT = "document", "Document"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="media")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    mime = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()  # bytes
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    milliseconds = models.PositiveIntegerField(default=0)  # a film runs; 0: it stands still
    name = models.CharField(max_length=200)
    alt = models.TextField(blank=True)
    labels = models.ManyToManyField(Label, related_name="media", blank=True)
    uploaded_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="each_picture_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / self.sha256[:2] / self.sha256

    def piece(self) -> Piece:
        return Piece(
            kind=self.kind,
            mime=self.mime,
            size=self.size,
            width=self.width,
            height=self.height,
            seconds=self.milliseconds / 1000,
            alt=self.alt,
            path=self.path,
            sha256=self.sha256,
        )
