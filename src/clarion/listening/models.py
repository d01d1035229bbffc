"""Words we want to hear about, and what we heard."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.kit.steps import Recurring


class Watch(Recurring):
    """Words, and the channel through which we listen for them."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="watches")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="watches")
    words = models.CharField(max_length=200)
    live = models.BooleanField(default=False)  # hear the public stream too, as it happens
    read_until = models.DateTimeField(default=timezone.now)
    last_read_at = models.DateTimeField(null=True, blank=True)

    class Meta(Recurring.Meta):
        constraints = [
            models.UniqueConstraint(fields=["channel", "words"], name="each_watch_once")
        ]

    def __str__(self) -> str:
        return self.words


class Ear(Recurring):
    """One line to the public stream of one server, shared by all live watches there."""

    network_key = models.CharField(max_length=20)
    server = models.CharField(max_length=255)  # host of the channels' own addresses
    last_heard_at = models.DateTimeField(null=True, blank=True)

    class Meta(Recurring.Meta):
        constraints = [
            models.UniqueConstraint(fields=["network_key", "server"], name="one_ear_per_server")
        ]

    def __str__(self) -> str:
        return f"{self.network_key} {self.server}"

    watches: Sequence[Watch] = ()  # all live ones on this server; set when loaded

    @classmethod
    def adopt_channels(cls) -> int:
        """Make an ear for every server on which somebody wants to hear the stream."""
        live = Watch.objects.filter(live=True, state=Watch.State.ON)
        channels = Channel.objects.filter(
            pk__in=live.values("channel"), state=Channel.State.OPEN
        )
        have = set(cls.objects.values_list("network_key", "server"))
        wanted = {(c.network_key, host(c)) for c in channels if c.network.streaming} - have
        rows = [
            Ear(network_key=key, server=server, state=cls.State.ON, due_at=timezone.now())
            for key, server in wanted
        ]
        return len(Ear.objects.bulk_create(rows, ignore_conflicts=True))


def host(channel: Channel) -> str:
    return urlsplit(channel.url).netloc


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
