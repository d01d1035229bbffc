"""What people say about a post or a report, kept with it: comments, and other words for it."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.channels.models import Channel
from clarion.content.models.clients import ClientLink
from clarion.content.models.post import Post
from clarion.strategy.models import Campaign


class Thread(models.Model):
    """One matter and what was said about it. `proposal` holds other words for the post.

    With a post it is about the post, or about its results; with a campaign about that one's
    results; with neither about the report of the whole workspace.
    """

    class Place(models.TextChoices):
        POST = "post", "The post"
        RESULTS = "results", "The results"

    class Outcome(models.TextChoices):
        NONE = "", "Open"
        TAKEN = "taken", "Taken over"
        DECLINED = "declined", "Declined"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="threads")
    place = models.CharField(max_length=10, choices=Place)
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="threads")
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, related_name="threads")
    internal = models.BooleanField(default=True)  # no client link ever shows it
    proposal = models.TextField(blank=True)  # the words that are suggested
    instead_of = models.TextField(blank=True)  # what stood there when they were
    part = models.PositiveSmallIntegerField(default=0)  # of the thread of posts: 0 is the first
    channel = models.ForeignKey(  # the words are this channel's own
        Channel, models.CASCADE, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "place", "post"], name="thread_place")]

    def __str__(self) -> str:
        return f"Thread {self.pk}"


class Comment(models.Model):
    """One thing said in a thread. Who is mentioned in it was told."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    by = models.CharField(max_length=200)
    member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    link = models.ForeignKey(ClientLink, models.SET_NULL, null=True, related_name="comments")
    text = models.TextField()
    mentions = models.ManyToManyField(Membership, related_name="+", blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"
