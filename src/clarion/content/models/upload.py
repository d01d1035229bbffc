"""A file on its way in: it may come in pieces, over days and over broken lines."""

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.content.models.media import Media
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem


class Upload(WorkItem):
    """A file that somebody is sending. What has arrived lies on disk and is gone on with."""

    class State(models.TextChoices):
        RECEIVING = "receiving", "Arriving"
        CHECKING = "checking", "Being checked"
        KEPT = "kept", "In the library"
        REFUSED = "refused", "Refused"

    flow = Flow(
        {
            State.RECEIVING: {State.CHECKING, State.REFUSED},
            State.CHECKING: {State.KEPT, State.REFUSED},
            State.KEPT: set(),
            State.REFUSED: set(),
        },
        start=State.RECEIVING,
        runs=frozenset({State.CHECKING}),
    )

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="uploads")
    file = models.UUIDField(
        default=uuid.uuid4, unique=True
    )  # what its bytes are called on disk
    key = models.CharField(max_length=200, blank=True)  # by which the sender knows it again
    name = models.CharField(max_length=200)
    folder = models.CharField(max_length=200, blank=True)  # where it will lie in the library
    alt = models.TextField(blank=True)
    size = models.PositiveBigIntegerField()  # bytes, in all
    received = models.PositiveBigIntegerField(default=0)  # bytes, so far
    progress = models.PositiveSmallIntegerField(default=0)  # percent of being checked
    sender = models.ForeignKey(Membership, models.CASCADE, related_name="+")
    media = models.ForeignKey(Media, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(WorkItem.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(received__lte=F("size")), name="no_more_than_was_announced"
            ),
            models.UniqueConstraint(
                fields=["sender", "key"],
                condition=Q(state="receiving") & ~Q(key=""),
                name="each_file_arrives_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> Path:
        return Path(settings.MEDIA_ROOT) / "incoming" / self.file.hex

    @property
    def arrived(self) -> int:
        """Bytes that are really here: what is gone is asked for again, never made zeros."""
        if self.state != self.State.RECEIVING:
            return self.received
        return min(self.received, self.path.stat().st_size if self.path.exists() else 0)
