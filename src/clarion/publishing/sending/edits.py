"""Change the words of what is live, where the network can."""

from dataclasses import replace

from asgiref.sync import async_to_sync
from django.db import transaction

from clarion.accounts.journal import record
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.line import line
from clarion.content.checks import clean_text
from clarion.kit.errors import Conflict, NotYet
from clarion.networks.base import Draft, Edits, Live, NetworkError, Unsure
from clarion.publishing.models import Delivery

State = Delivery.State


def change(delivery: Delivery, text: str, *, by: Actor) -> None:
    """Other words for it, seen by everybody at once. Talks to the network."""
    network, draft = may_change(delivery, text, by=by)
    live = async_to_sync(_change)(network, delivery, draft)
    with transaction.atomic():
        before = {"said": delivery.said}
        Delivery.objects.filter(pk=delivery.pk).update(
            said=draft.text, url=live.url or delivery.url
        )
        delivery.refresh_from_db(fields=["said", "url"])
        record(by, "delivery.changed", str(delivery), before, {"said": draft.text})


def may_change(delivery: Delivery, text: str, *, by: Actor) -> tuple[Edits, Draft]:
    """All of `change` that needs no network. Nobody else approves it, so whoever does it must
    be allowed to, and where four eyes are asked for it cannot be done alone.
    """
    channel = delivery.channel
    for right in ("publish", "approve"):
        by.must(right, channel.workspace_id, channel.pk)
    if channel.workspace.four_eyes:
        raise NotAllowed(
            "In this workspace somebody else approves every word. Take it down and write it "
            "again, or add an answer below it."
        )
    editing = channel.network.editing
    if editing is None:
        raise NotYet(
            f"{channel.network.name} cannot change what is live. Take it down instead."
        )
    if delivery.state != State.LIVE or delivery.by_hand:
        raise Conflict("Only what Clarion posted and what is live can be changed.")
    draft = replace(delivery.draft(), text=clean_text(text, "text").strip())
    _must_fit(delivery, draft)
    return editing, draft


def _must_fit(delivery: Delivery, draft: Draft) -> None:
    check = delivery.channel.network.publish.check(draft, delivery.channel.limits)
    if blocking := [p.text for p in check if p.blocks and p.about == "text"]:
        raise NotYet(blocking[0], "text")
    if draft.text == delivery.said:
        raise NotYet("These are the words that stand there.", "text")


async def _change(editing: Edits, delivery: Delivery, draft: Draft) -> Live:
    async with line():
        try:
            return await editing.edit(delivery.channel.call(), delivery.remote_id, draft)
        except Unsure as lost:
            why = (
                f"It may have changed there, or not: look. {lost} Doing it again does no harm."
            )
            raise NotYet(why) from lost
        except NetworkError as error:
            raise NotYet(f"It stands as before. {error}") from error
