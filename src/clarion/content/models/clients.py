"""A door for people without an account: they see chosen posts, and say what they think."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.content.models.post import Post
from clarion.kit.secrets import KeyHashField
from clarion.strategy.models import Campaign


class ClientLink(models.Model):
    """Opens chosen posts, a campaign or a stretch of days to whoever holds its key.

    It opens no wider than whoever made it could: what they may no longer do, it may not. Only
    the hashes of its key and passcode are kept.
    """

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="client_links")
    maker = models.ForeignKey(Membership, models.CASCADE, related_name="client_links")
    name = models.CharField(max_length=100)  # whom it is for; stands on the watermark
    posts = models.ManyToManyField(Post, related_name="+", blank=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField(null=True)  # in the workspace's zone, like `last_day`
    last_day = models.DateField(null=True)
    may_comment = models.BooleanField(default=True)
    may_approve = models.BooleanField(default=False)
    watermark = models.BooleanField(default=True)
    key_hash = KeyHashField()
    hint = models.CharField(max_length=12)  # its first letters, to tell links apart
    passcode = models.CharField(max_length=200, blank=True)  # a slow hash: people choose it
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()
