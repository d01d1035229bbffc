"""What the worker does for listening: search again and again, hear the stream in between."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.channels.work import reading
from clarion.kit.steps import Outcome, Stay, Step
from clarion.listening.actions import hear
from clarion.listening.models import Ear, Watch, host
from clarion.networks.base import Message, NetworkError, TryLater
from clarion.text.matching import matches

ROUND = timedelta(seconds=60)
WHILE = 15  # seconds at the stream before what was heard is written down
ENOUGH = 20  # messages that are written down at once
OVERLAP = timedelta(minutes=10)  # search indexes lag behind


async def search(watch: Watch) -> Outcome:
    """Hear what is new for these words. Safe to run twice."""
    network, now = watch.channel.network, timezone.now()
    if network.listening is None:
        return Stay(at=now + timedelta(days=1))
    found = await network.listening.search(
        watch.channel.call(), watch.words, watch.read_until - OVERLAP
    )
    also = {"read_until": now, "last_read_at": now}
    return Stay(at=now + ROUND, also=also, found=found)


def _write_down(watch: Watch, found: Sequence[Message]) -> None:
    if fresh := hear(watch, found):
        by = worker(watch.workspace_id)
        record(by, "mention.heard", f"Watch {watch.pk}", after={"mentions": len(fresh)})


async def overhear(ear: Ear) -> Outcome:
    """Listen to the stream for a while, or until there is enough to write down."""
    if not ear.watches:
        return Stay(at=timezone.now() + ROUND)
    found: list[Message] = []
    try:
        async with asyncio.timeout(WHILE):
            await _gather(ear, found)
    except TimeoutError:
        pass  # a quiet while is nothing to worry about: the next one begins at once
    except NetworkError as error:
        at = getattr(error, "at", None) or timezone.now() + ROUND
        return Stay(at=at, problem=str(error), also=_heard_now(ear, found), found=found)
    return Stay(at=timezone.now(), also=_heard_now(ear, found), found=found)


async def _gather(ear: Ear, found: list[Message]) -> None:
    """Put what matters into `found` until there is enough of it."""
    channel = ear.watches[0].channel
    if channel.network.streaming is None:
        raise TryLater("This network has no stream.", timezone.now() + timedelta(days=1))
    words = sorted({word for watch in ear.watches for word in watch.words.split()})
    async with aclosing(channel.network.streaming.stream(channel.call(), words)) as stream:
        async for message in stream:
            found += [message] if _wanted(ear, message) else []
            if len(found) >= ENOUGH:
                return


def _wanted(ear: Ear, message: Message) -> bool:
    return any(matches(watch.words, message.text) for watch in ear.watches)


def _heard_now(ear: Ear, found: Sequence[Message]) -> dict[str, Any]:
    return {"last_heard_at": timezone.now() if found else ear.last_heard_at}


def overheard(results: Sequence[tuple[Ear, Outcome]]) -> None:
    for ear, outcome in results:
        for watch in ear.watches:
            _write_down(watch, [m for m in outcome.found or () if matches(watch.words, m.text)])


def load_ears(rows: QuerySet[Ear]) -> Sequence[Ear]:
    ears = list(rows)
    live = Watch.objects.filter(live=True, state=Watch.State.ON, channel__state="open")
    watches = list(live.select_related("channel__workspace"))
    for ear in ears:
        ear.watches = [
            w
            for w in watches
            if (w.channel.network_key, host(w.channel)) == (ear.network_key, ear.server)
        ]
    return ears


def _load(rows: QuerySet[Watch]) -> Sequence[Watch]:
    return list(rows.select_related("channel__workspace"))


STEPS: tuple[Step[Any], ...] = (
    reading(Watch, search, _write_down, wait=ROUND * 5, load=_load, batch=50, queue="ingest"),
    Step(
        Ear, Ear.State.ON, overhear, load=load_ears, settled=overheard, batch=50, queue="listen"
    ),
)
CHORES = (Ear.adopt_channels,)
