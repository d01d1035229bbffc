"""What is held stands there already: a person looked and found it; no machine guesses."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.rights import Actor
from clarion.content.checks import clean_link
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import Live
from clarion.publishing.actions import freeze, on_with
from clarion.publishing.models import Delivery
from clarion.publishing.troubles import settled

State = Delivery.State


def say_it_is_live(delivery: Delivery, url: str, *, by: Actor) -> None:
    """A person looked and found it: no machine has to guess any more."""
    note_live(delivery, at_address(delivery, url, by=by), by=by)


def at_address(delivery: Delivery, url: str, *, by: Actor) -> Live:
    """What a person found there. Its address is all that is known of it, so its results are not
    counted.
    """
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    _must_be_held(delivery)
    url = new_address(delivery, url)
    return Live(url, url)


def _must_be_held(delivery: Delivery) -> None:
    if delivery.state != State.HELD or delivery.by_hand:
        raise Conflict("It is not held any more.")


@transaction.atomic
def note_live(delivery: Delivery, there: Live, *, by: Actor) -> None:
    """What is held stands there already; what follows it in its thread goes on."""
    by.must("publish", delivery.channel.workspace_id, delivery.channel_id)
    _must_be_held(delivery)
    if not delivery.move(State.UNSURE):
        raise Conflict("Somebody else was quicker.")
    found: dict[str, Any] = {"remote_id": there.remote_id, "url": there.url, "maybe_out": True}
    found |= {"live_at": timezone.now(), **delivery.trace()}
    delivery.move(State.LIVE, **found)
    freeze([delivery])
    on_with([delivery])
    settled([delivery])
    record(by, "delivery.confirmed", str(delivery), after={"url": there.url})


def new_address(delivery: Delivery, url: str) -> str:
    """The address of a post that a person saw. NotYet where it cannot be this one's."""
    url = clean_link(url)
    if not url:
        raise NotYet("Paste the address of the post as your browser shows it.", "url")
    if Delivery.objects.filter(channel=delivery.channel_id, remote_id=url).exists():
        raise NotYet("That address is noted for another post already.", "url")
    return url
