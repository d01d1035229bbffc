"""What can be shown: pictures and films, and the labels that sort them and posts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.networks.base import Captions
from clarion.networks.base import Media as Piece
from clarion.pictures import recipes
from clarion.pictures.recipes import Room, Shape

FINE = 1000  # a focal point is told in thousandths of width and height


def located(sha256: str, among: str = "") -> Path:
    """Where the bytes with this hash lie on this machine."""
    return Path(settings.MEDIA_ROOT) / among / sha256[:2] / sha256


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
    """A picture, film or document in the library. Its bytes lie under their own hash."""

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
    frame_rate = models.PositiveIntegerField(default=0)  # frames in 1,000 seconds of a film
    codecs = models.CharField(max_length=60, blank=True)  # of picture and sound: "h264,aac"
    pages = models.PositiveIntegerField(default=0)  # of a document
    source_sha256 = models.CharField(max_length=64, blank=True)  # of the file as it came
    look = models.BigIntegerField(null=True, blank=True)  # 64 bits that alike pictures share
    name = models.CharField(max_length=200)
    alt = models.TextField(blank=True)
    folder = models.CharField(max_length=200, blank=True)  # "Summer/Beach"; empty: the top
    starred = models.BooleanField(default=False)
    notes = models.TextField(blank=True)  # among ourselves; never goes out
    rights_by = models.CharField(max_length=200, blank=True)  # who granted us its use
    rights_scope = models.CharField(max_length=500, blank=True)  # for what, in words
    rights_until = models.DateTimeField(null=True, blank=True)  # null: for ever
    rights_told = models.DateTimeField(null=True, blank=True)  # the end people were told of
    focus_x = models.PositiveSmallIntegerField(null=True, blank=True)  # thousandths of width
    focus_y = models.PositiveSmallIntegerField(null=True, blank=True)  # thousandths of height
    captions = models.JSONField(default=dict, blank=True)  # language -> WebVTT
    captions_before = models.JSONField(default=dict, blank=True)  # each before its last change
    contrast = models.PositiveSmallIntegerField(null=True)  # of text in it, hundredths; 0: none
    labels = models.ManyToManyField(Label, related_name="media", blank=True)
    uploaded_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    binned_at = models.DateTimeField(null=True, blank=True)  # null: in the library

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "sha256"], name="each_picture_once"),
            models.CheckConstraint(
                condition=models.Q(focus_x=None, focus_y=None)
                | models.Q(focus_x__lte=FINE, focus_y__lte=FINE),
                name="focus_lies_inside",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "folder"], name="media_in_folder"),
            models.Index(fields=["workspace", "source_sha256"], name="media_by_source"),
        ]

    made: Mapping[str, Any] = {}  # recipe key -> rendition; set where it is sent

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return located(self.sha256)

    @property
    def focus(self) -> tuple[float, float] | None:
        """What must stay in sight when it is cut, as shares of width and height."""
        if self.focus_x is None or self.focus_y is None:
            return None
        return self.focus_x / FINE, self.focus_y / FINE

    def forbidden(self, at: datetime, zone: tzinfo) -> str:
        """Why it may not be shown at that time, or nothing."""
        if self.rights_until is None or at < self.rights_until:
            return ""
        until = timezone.localtime(self.rights_until, zone)
        by = f" from {self.rights_by}" if self.rights_by else ""
        return (
            f"The rights{by} to use {self.name} end on {until:%a} {until.day} {until:%b %Y}, "
            f"{until:%H:%M}. Renew them in the library, choose an earlier time, or take it out."
        )

    def failure(self, room: Room) -> str:
        """Why it could not be made to fit, or nothing."""
        recipe = recipes.fit(self.shape(), room)
        made = self.made.get(recipes.key(recipe)) if recipe else None
        return made.problem if made and not made.sha256 else ""

    def shape(self) -> Shape:
        return Shape(
            kind=self.kind,
            mime=self.mime,
            size=self.size,
            width=self.width,
            height=self.height,
            seconds=self.milliseconds / 1000,
            frame_rate=self.frame_rate / 1000,
            codecs=self.codecs.split(",") if self.codecs else (),
            pages=self.pages,
            focus=self.focus or (0.5, 0.5),
        )

    def signed(self) -> list[Any]:
        """What an approver agrees to: all of it that changes what goes out."""
        said: list[Any] = [self.sha256, self.alt, self.name]
        focus = [self.focus_x, self.focus_y] if self.focus else []
        beside = {"focus": focus, "captions": self.captions}
        filled = {key: value for key, value in beside.items() if value}
        return [*said, filled] if filled else said

    def piece(self, room: Room | None = None) -> Piece:
        """As a network gets it. With `room`: made to fit it; without a path while it is not
        made yet, so that what it will be can be checked, but not sent."""
        recipe = recipes.fit(self.shape(), room) if room else None
        whole = Piece(
            kind=self.kind,
            mime=self.mime,
            size=self.size,
            width=self.width,
            height=self.height,
            seconds=self.milliseconds / 1000,
            alt=self.alt,
            path=self.path,
            sha256=self.sha256,
            focus=self.focus,
            captions=[Captions(*each) for each in sorted(self.captions.items())],
        )
        return replace(whole, **self._remade(recipe)) if recipe else whole

    def _remade(self, recipe: recipes.Recipe) -> dict[str, Any]:
        """What differs from the original."""
        made = self.made.get(recipes.key(recipe))
        if made is None or not made.sha256:
            soon = recipes.expected(self.shape(), recipe)
            values = {"mime": soon.mime, "size": soon.size, "path": None, "sha256": ""}
            return {**values, "width": soon.width, "height": soon.height, "focus": None}
        return {
            "mime": made.mime,
            "size": made.size,
            "width": made.width,
            "height": made.height,
            "path": made.path,
            "sha256": made.sha256,
            "focus": None if "crop" in recipe else self.focus,
        }
