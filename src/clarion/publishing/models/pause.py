"""What somebody stopped, until somebody lets it go on."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.networks import registry
from clarion.strategy.models import Campaign


class Pause(models.Model):
    """Somebody stopped what was to go out, until somebody lets it go on. Nothing is lost by it.

    It reaches as far as it is named: a network, a channel, a campaign; with nothing, all of
    the brand.
    """

    class How(models.TextChoices):
        """What became of what was missed meanwhile."""

        SPREAD = "spread", "Given new times, one after the other"
        ASK = "ask", "Left for a person to decide, one by one"
        DRAFT = "draft", "Put back among the drafts"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="pauses")
    network_key = models.CharField(max_length=20, blank=True)
    channel = models.ForeignKey(
        Channel, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="pauses"
    )
    answers = models.BooleanField(default=False)  # it stops answers, too
    promotions = models.BooleanField(default=False)  # and orders of promotions
    why = models.TextField()
    statement = models.TextField(blank=True)  # what to tell whoever asks meanwhile
    began_at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=200, blank=True)
    how = models.CharField(max_length=10, choices=How, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "network_key", "channel", "campaign"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="paused_once",
            )
        ]

    def __str__(self) -> str:
        return f"Pause of {self.what}"

    @property
    def what(self) -> str:
        """What it stops, in words."""
        if self.campaign:
            return f"the campaign {self.campaign}"
        if self.channel:
            return f"{self.channel.handle} ({self.channel.network.name})"
        if self.network_key:
            return f"all of {registry.get(self.network_key).name}"
        return "everything"

    def stops(self, channel: Channel, campaign_id: int | None) -> bool:
        """Does it reach a post of this campaign on this channel?"""
        return (
            self.workspace_id == channel.workspace_id
            and self.network_key in ("", channel.network_key)
            and self.channel_id in (None, channel.pk)
            and self.campaign_id in (None, campaign_id)
        )
