"""What is known of something that may be out, for the person who has to decide.

Nothing here guesses: what was handed over and looked for stands in the journal, and what stands
on the network is read at the moment somebody asks.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from asgiref.sync import async_to_sync
from django.utils import timezone

from clarion.accounts.models import JournalEntry
from clarion.accounts.rights import Actor
from clarion.channels.line import line
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import Live, Message, NetworkError, Recalls
from clarion.publishing.models import SKEW, Delivery
from clarion.publishing.sending.confirming import note_live

State = Delivery.State
DID = ("delivery.unsure", "delivery.held", "delivery.retried")
SHOWN = 20  # posts of the account that a person is shown


@dataclass(frozen=True)
class Said:
    """Something that was heard of the network, and when."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Evidence:
    """What is on record. None is not known, never zero."""

    since: datetime | None  # when it was first handed over without a certain answer
    times: int | None  # how often it was handed over
    answer: Said | None  # what came back last when it was handed over
    looks: int | None  # how often the network was asked whether it is there, in vain
    found: Said | None  # what the last look came to


@dataclass(frozen=True)
class Candidate:
    """A post of the account that may be this one."""

    post: Message
    alike: bool  # our words stand in it


@dataclass(frozen=True)
class Seen:
    """What the network shows of the account's posts, or in `problem` why nothing is seen."""

    at: datetime
    since: datetime | None = None
    posts: Sequence[Candidate] = ()
    more: int = 0  # posts that are not shown
    problem: str = ""


@dataclass
class _Record:
    """The journal of one delivery since it may be out."""

    lines: list[JournalEntry] = field(default_factory=list)

    def last(self, *, looked: bool) -> Said | None:
        found = [e for e in self._heard(looked=looked) if e.after.get("problem")]
        return Said(found[-1].at, found[-1].after["problem"]) if found else None

    def looks(self) -> int | None:
        """How often, where each line says whether it was a look."""
        told = [e.after.get("looked") for e in self.lines if e.did != "delivery.retried"]
        return None if None in told else sum(told)

    def tries_before(self) -> int | None:
        """Before somebody tried again, where that was written down."""
        retried = [e.after.get("tries") for e in self.lines if e.did == "delivery.retried"]
        return None if None in retried else sum(retried)

    def _heard(self, *, looked: bool) -> list[JournalEntry]:
        return [e for e in self.lines if e.after.get("looked") is looked]


def known(deliveries: Collection[Delivery]) -> dict[int, Evidence]:
    """Id -> what is on record, for those that may be out and are not known to be."""
    doubtful = {
        str(d)[:200]: d
        for d in deliveries
        if d.maybe_out and d.state in (State.HELD, State.UNSURE)
    }
    if not doubtful:
        return {}
    records = {d.pk: _Record() for d in doubtful.values()}
    spaces = {d.channel.workspace_id for d in doubtful.values()}
    entries = JournalEntry.objects.filter(
        workspace__in=spaces, about__in=doubtful, did__in=DID
    ).order_by("seq")
    for entry in entries:
        delivery = doubtful[entry.about]
        if delivery.first_sent_at is None or entry.at >= delivery.first_sent_at:
            records[delivery.pk].lines.append(entry)
    return {d.pk: _evidence(d, records[d.pk]) for d in doubtful.values()}


def _evidence(delivery: Delivery, record: _Record) -> Evidence:
    before = record.tries_before()
    times = None if before is None else delivery.tries + before
    return Evidence(
        since=delivery.first_sent_at,
        times=times or None,
        answer=record.last(looked=False),
        looks=record.looks(),
        found=record.last(looked=True),
    )


# --- what stands there ----------------------------------------------------------------------


def seen(delivery: Delivery, *, by: Actor) -> Seen:
    """The account's posts from the time in question, those with our words first. Talks to the
    network; raises Conflict for what is not in doubt.
    """
    recall = _may_ask(delivery, by)
    now = timezone.now()
    if isinstance(recall, str):
        return Seen(now, problem=recall)
    since = (delivery.first_sent_at or delivery.stamp) - SKEW
    try:
        found = async_to_sync(_recent)(delivery, recall, since)
    except NetworkError as error:
        name = delivery.channel.network.name
        return Seen(now, since, problem=f"{name} does not show them at the moment. {error}")
    posts = _candidates(delivery, found)
    return Seen(now, since, posts[:SHOWN], max(0, len(posts) - SHOWN))


def this_is_it(delivery: Delivery, remote_id: str, *, by: Actor) -> None:
    """A person recognised it among what `seen` shows."""
    note_live(delivery, the_one(delivery, remote_id, by=by), by=by)


def the_one(delivery: Delivery, remote_id: str, *, by: Actor) -> Live:
    """The network is asked again: only what stands there, and is no other post of ours, can be
    it. NotYet where it is not.
    """
    look = seen(delivery, by=by)
    if look.problem:
        raise NotYet(look.problem, "remote_id")
    for one in look.posts:
        if one.post.remote_id == remote_id:
            return Live(remote_id, one.post.url)
    raise NotYet(
        "That post does not stand there any more. Look again, then decide.", "remote_id"
    )


def _may_ask(delivery: Delivery, by: Actor) -> Recalls | str:
    """Whom to ask, or why nobody can be asked."""
    channel = delivery.channel
    by.must("publish", channel.workspace_id, channel.pk)
    if delivery.state != State.HELD or not delivery.maybe_out:
        raise Conflict("It is not in doubt any more. Look at it again.")
    if channel.network.recall is None:
        return f"{channel.network.name} shows no program what an account posted. Look there."
    if not channel.is_open:
        return f"Connect {channel.handle} again first, on the Channels page. Or look there."
    return channel.network.recall


async def _recent(delivery: Delivery, recall: Recalls, since: datetime) -> Sequence[Message]:
    async with line():
        return await recall.recent(delivery.channel.call(), since)


def _candidates(delivery: Delivery, found: Sequence[Message]) -> list[Candidate]:
    """Without what is known to be another post of ours, and what came after the last look."""
    ours = Delivery.objects.filter(
        channel=delivery.channel_id, remote_id__in=[m.remote_id for m in found]
    )
    taken = set(ours.values_list("remote_id", flat=True))
    until = delivery.state_since + SKEW + timedelta(seconds=1)
    words = delivery.draft().text.strip()
    left = [
        Candidate(m, bool(words) and words in m.text)
        for m in found
        if m.remote_id not in taken and m.at <= until
    ]
    return sorted(left, key=lambda one: (not one.alike, one.post.at))
