"""Conversations: what people say to us, and what we say back."""

from django.db import models
from django.utils import timezone

from clarion.accounts.models import Membership, Workspace
from clarion.channels.models import Channel
from clarion.channels.models import Reader as ChannelReader
from clarion.content.models import Label
from clarion.networks.base import Draft
from clarion.publishing import models as outgoing
from clarion.publishing.models import Delivery


class Inbox(ChannelReader):
    """Reads what comes in on one channel, again and again."""

    ours: list[str] = []  # remote ids of recent posts worth polling; set when loaded


class Conversation(models.Model):
    """Somebody said something to us, and it is ours to answer."""

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        MENTION = "mention", "Mention"
        DIRECT = "direct", "Private message"
        QUOTE = "quote", "Quote"
        POST = "post", "Found by listening"

    class State(models.TextChoices):
        OPEN = "open", "To answer"
        DONE = "done", "Done"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="conversations")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="conversations")
    delivery = models.ForeignKey(
        Delivery, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    thread = models.TextField()  # the network's id of what belongs together
    kind = models.CharField(max_length=10, choices=Kind)
    author = models.CharField(max_length=300)  # handle of whoever began
    author_name = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    assigned_to = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="conversations"
    )
    labels = models.ManyToManyField(Label, related_name="conversations", blank=True)
    last_at = models.DateTimeField()
    opened_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)  # our first answer

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "thread", "author"], name="one_conversation_each"
            )
        ]
        indexes = [models.Index(fields=["workspace", "state", "-last_at"], name="inbox_order")]

    def __str__(self) -> str:
        return f"{self.author} on {self.channel}"


class Message(models.Model):
    """One thing that was said in a conversation, by them or by us."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="+")
    remote_id = models.TextField()
    ours = models.BooleanField(default=False)
    author = models.CharField(max_length=300)
    text = models.TextField()
    url = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "remote_id"], name="each_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"


class Reply(outgoing.Message):
    """An answer of ours on its way out: exactly once, like a post."""

    right = "answer"
    stopped_by = {"answers": True}

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="replies")
    to = models.ForeignKey(Message, models.CASCADE, related_name="+")
    text = models.TextField()
    by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return f"Reply {self.pk} on {self.channel}"

    @property
    def subject(self) -> str:
        return f"Conversation {self.conversation_id}"

    def draft(self) -> Draft:
        direct = self.conversation.kind == Conversation.Kind.DIRECT
        return Draft(
            text=self.text,
            reply_to=self.to.remote_id,
            root="" if direct else self.conversation.thread,
            direct=self.conversation.thread if direct else "",
        )


class PendingReply(models.Model):
    """An answer that somebody else has to agree to before it goes out."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for approval"
        APPROVED = "approved", "Approved"
        REJECTED = "rejected", "Rejected"
        SUPERSEDED = "superseded", "Another answer went out instead"
        WITHDRAWN = "withdrawn", "Withdrawn"

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="pending")
    text = models.TextField()
    by = models.CharField(max_length=200)
    member = models.ForeignKey(Membership, models.SET_NULL, null=True, related_name="+")
    seen = models.PositiveBigIntegerField(default=0)  # our newest answer when it was written
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)  # why not
    reply = models.OneToOneField(Reply, models.SET_NULL, null=True, related_name="pending")

    class Meta:
        indexes = [
            models.Index(
                fields=["conversation"],
                condition=models.Q(state="waiting"),
                name="reply_waits",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.text[:60]}"


class Note(models.Model):
    """A word about a conversation among ourselves. It never goes out."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes")
    by = models.CharField(max_length=200)
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.text[:60]
