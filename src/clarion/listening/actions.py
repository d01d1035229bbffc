"""Say what to listen for; make something of what was heard."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.rights import Actor
from clarion.channels.models import Channel
from clarion.community import actions as community
from clarion.community.models import Conversation
from clarion.content.checks import clean_text
from clarion.kit.errors import Conflict, NotYet
from clarion.listening.models import Mention, Watch
from clarion.networks.base import Message

LOOK_BACK = timedelta(days=7)  # how far a new watch reads back


@transaction.atomic
def watch(channel: Channel, words: str, *, live: bool = False, by: Actor) -> Watch:
    """Listen for words through a channel whose network can search.

    `live` hears the public stream too, as it happens. A large network says hundreds of things
    a second, and each of them costs this machine a little work.
    """
    by.must("listen", channel.workspace_id)
    words = " ".join(clean_text(words, "words").split())
    if not words or len(words) > 200:
        raise NotYet("Say which words to listen for, in 1 to 200 characters.", "words")
    if channel.network.listening is None:
        raise NotYet(f"{channel.network.name} cannot be searched.", "channel")
    if live and channel.network.streaming is None:
        raise NotYet(f"{channel.network.name} has no stream to listen to.", "live")
    now = timezone.now()
    found, fresh = Watch.objects.get_or_create(
        channel=channel,
        words=words,
        defaults={
            "workspace_id": channel.workspace_id,
            "state": Watch.State.ON,
            "live": live,
            "due_at": now,
            "read_until": now - LOOK_BACK,
        },
    )
    if not fresh:
        raise NotYet(f"“{words}” is watched there already.", "words")
    record(by, "watch.started", f"Watch {found.pk}", after={"words": words})
    return found


@transaction.atomic
def pause(watch: Watch, *, paused: bool = True, by: Actor) -> None:
    by.must("listen", watch.workspace_id)
    state = Watch.State.OFF if paused else Watch.State.ON
    if watch.state != state and not watch.move(state):
        raise Conflict("It is listening at this very moment. Try again.")
    record(by, "watch.paused" if paused else "watch.resumed", f"Watch {watch.pk}")


@transaction.atomic
def stop(watch: Watch, *, by: Actor) -> None:
    """Stop listening, and forget what was heard."""
    by.must("listen", watch.workspace_id)
    record(by, "watch.stopped", f"Watch {watch.pk}", before={"words": watch.words})
    watch.delete()


def hear(watch: Watch, found: Sequence[Message]) -> list[Mention]:
    """Write down what is new. Hearing the same thing twice is hearing it once.

    What our own accounts say is not news to us.
    """
    found = [community.storable(m) for m in found]
    ours = set(
        Channel.objects.filter(
            workspace=watch.workspace_id, network_key=watch.channel.network_key
        ).values_list("handle", flat=True)
    )
    have = set(
        watch.mentions.filter(remote_id__in=[m.remote_id for m in found]).values_list(
            "remote_id", flat=True
        )
    )
    fresh = {m.remote_id: m for m in found if m.remote_id not in have and m.author not in ours}
    return Mention.objects.bulk_create(
        [
            Mention(
                watch=watch,
                remote_id=m.remote_id,
                author=m.author[:300],
                author_name=m.author_name[:300],
                text=m.text,
                url=m.url,
                language=m.language[:20],
                at=m.at,
            )
            for m in fresh.values()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def take_up(mention: Mention, *, by: Actor) -> Conversation:
    """Make a mention ours to answer: it goes to the inbox."""
    by.must("answer", mention.watch.workspace_id, mention.watch.channel_id)
    said = Message(
        remote_id=mention.remote_id,
        kind="post",
        author=mention.author,
        author_name=mention.author_name,
        text=mention.text,
        at=mention.at,
        thread=mention.remote_id,
        url=mention.url,
    )
    conversation = community.open_conversation(mention.watch.channel, said)
    Mention.objects.filter(pk=mention.pk).update(conversation=conversation)
    record(
        by, "mention.taken_up", f"Mention {mention.pk}", after={"conversation": conversation.pk}
    )
    return conversation
