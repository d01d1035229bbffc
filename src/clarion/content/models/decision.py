"""What was decided about posts."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership
from clarion.content.models.clients import ClientLink
from clarion.content.models.post import Post


class Decision(models.Model):
    """What somebody decided about a post, and every byte they decided about."""

    class Said(models.TextChoices):
        ASKED = "asked", "Asked for approval"
        APPROVED = "approved", "Approved"
        RETURNED = "returned", "Sent back"
        VOIDED = "voided", "Approval void: the post was changed"
        NOTED = "noted", "Wrote a note"
        LATE = "late", "Not approved in time"

    post = models.ForeignKey(Post, models.CASCADE, related_name="decisions")
    said = models.CharField(max_length=10, choices=Said)
    by = models.CharField(max_length=200)
    member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    link = models.ForeignKey(ClientLink, models.SET_NULL, null=True, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    note = models.TextField(blank=True)
    seal = models.CharField(max_length=64)
    content = models.JSONField()

    def __str__(self) -> str:
        return f"{self.by} {self.said}"
