"""What the worker does for listening: search again and again, hear the stream in between."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.rights import worker
from clarion.channels.models import reachable
from clarion.channels.work import tell_shut
from clarion.kit.steps import Outcome, Stay, Step
from clarion.listening.actions import hear
from clarion.listening.models import Watch
from clarion.networks.base import NetworkError
from clarion.publishing.outgoing import heed

ROUND = timedelta(seconds=60)
OVERLAP = timedelta(minutes=10)  # search indexes lag behind


async def search(watch: Watch) -> Outcome:
    """Hear what is new for these words. Safe to run twice."""
    network, now = watch.channel.network, timezone.now()
    if network.listening is None:
        return Stay(at=now + timedelta(days=1))
    try:
        found = await network.listening.search(
            watch.channel.call(), watch.words, watch.read_until - OVERLAP
        )
    except NetworkError as error:
        return Stay(
            at=getattr(error, "at", None) or now + ROUND * 5, problem=str(error), found=error
        )
    also = {"read_until": now, "last_read_at": now}
    return Stay(at=now + ROUND, also=also, found=list(found))


def heard(results: Sequence[tuple[Watch, Outcome]]) -> None:
    for watch, outcome in results:
        if isinstance(outcome.found, list) and (fresh := hear(watch, outcome.found)):
            by = worker(watch.workspace_id)
            record(by, "mention.heard", f"Watch {watch.pk}", after={"mentions": len(fresh)})
    for channel in heed(results):
        tell_shut(channel)


def _load(rows: QuerySet[Watch]) -> Sequence[Watch]:
    return list(rows.select_related("channel__workspace"))


STEPS: tuple[Step[Any], ...] = (
    Step(
        Watch,
        Watch.State.ON,
        search,
        load=_load,
        ready=reachable,
        settled=heard,
        batch=50,
        queue="ingest",
    ),
)
