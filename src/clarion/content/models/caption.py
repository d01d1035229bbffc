"""Words that are written once and used often: captions and groups of hashtags."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.content.models.post import Post


class Caption(models.Model):
    """A saved text, known by a short name: what `/name` puts into a post."""

    class Kind(models.TextChoices):
        CAPTION = "caption", "Caption"
        HASHTAGS = "hashtags", "Hashtag group"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="captions")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=40)  # small letters, digits and hyphens
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    dropped_at = models.DateTimeField(null=True, blank=True)  # its uses still count

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "name"],
                condition=models.Q(dropped_at=None),
                name="each_caption_name_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CaptionUse(models.Model):
    """A post whose words hold a caption, or all hashtags of a group, as it was when written."""

    caption = models.ForeignKey(Caption, models.CASCADE, related_name="uses")
    post = models.ForeignKey(Post, models.CASCADE, related_name="caption_uses")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caption", "post"], name="each_caption_use_once")
        ]

    def __str__(self) -> str:
        return f"{self.caption_id} in {self.post_id}"
