"""Words we want to hear about, and what we heard."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.kit.flow import Flow
from clarion.kit.steps import WorkItem


class Watch(WorkItem):
    """Words, and the channel through which we listen for them."""

    class State(models.TextChoices):
        ON = "on", "Listening"
        OFF = "off", "Paused"

    flow = Flow(
        {State.ON: {State.OFF}, State.OFF: {State.ON}},
        start=State.ON,
        runs=frozenset({State.ON}),
    )

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="watches")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="watches")
    words = models.CharField(max_length=200)
    read_until = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta(WorkItem.Meta):
        constraints = [
            models.UniqueConstraint(fields=["channel", "words"], name="each_watch_once")
        ]

    def __str__(self) -> str:
        return self.words


class Mention(models.Model):
    """Somebody said it, in public, without saying it to us."""

    watch = models.ForeignKey(Watch, models.CASCADE, related_name="mentions")
    remote_id = models.TextField()
    author = models.CharField(max_length=300)
    author_name = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    url = models.TextField(blank=True)
    language = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    heard_at = models.DateTimeField(default=timezone.now)
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["watch", "remote_id"], name="each_mention_once")
        ]
        indexes = [models.Index(fields=["watch", "-at"], name="mention_stream")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"
