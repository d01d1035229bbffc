"""What somebody found out, with its source: the first thing a strategy stands on."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace


class Finding(models.Model):
    """One thing that is true out there, as far as we know, and where we know it from."""

    class About(models.TextChoices):
        MARKET = "market", "The market"
        AUDIENCE = "audience", "The audience"
        COMPETITOR = "competitor", "A competitor"
        TREND = "trend", "A trend"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="findings")
    about = models.CharField(max_length=20, choices=About)
    text = models.TextField()
    source = models.TextField(blank=True)  # a link, a book, a conversation
    found_on = models.DateField()
    found_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.text[:60]
