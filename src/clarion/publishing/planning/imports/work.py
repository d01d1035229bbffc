"""Files of posts go on by themselves: a batch a turn, the next where this one ended."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from asgiref.sync import sync_to_async
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from clarion.accounts.actions import notify, solve
from clarion.accounts.journal import announce, record
from clarion.accounts.rights import Actor, worker
from clarion.channels.line import current
from clarion.content.models import Import, ImportRow
from clarion.kit.steps import Move, Outcome, Stay, Step
from clarion.networks.base import NetworkError
from clarion.networks.http import ask
from clarion.publishing.planning.imports.making import (
    Fetched,
    actor_of,
    make,
    next_rows,
    one_at_a_time,
)
from clarion.publishing.planning.imports.matching import match
from clarion.publishing.planning.imports.reading import look_at
from clarion.publishing.planning.imports.understanding import Reader

State, Row = Import.State, ImportRow.State
LOOKED_AT_ONCE = 2000  # rows
LINES = 8  # pictures fetched at once
LEFT = "{} has left the workspace. Whoever goes on with the import lends it their rights."


async def check(source: Import) -> Outcome:
    """Look at the next rows; when all were looked at, tell what is new and what is not."""
    by = actor_of(source)
    if by is None:
        return Move(State.READY, problem=LEFT.format(source.by))
    more = await sync_to_async(_check)(source, by)
    return Stay(at=timezone.now()) if more else Move(State.READY)


@transaction.atomic
def _check(source: Import, by: Actor) -> bool:
    one_at_a_time(source.workspace_id)
    rows = list(source.rows.filter(state=Row.UNSEEN).order_by("line")[:LOOKED_AT_ONCE])
    if rows:
        look_at(Reader(source, by), rows)
    else:
        match(source)
    announce(source.workspace_id, {"import"})
    return bool(rows)


async def carry_out(source: Import) -> Outcome:
    """Make the next posts. A worker that dies here leaves whole batches and no halves."""
    by = actor_of(source)
    if by is None:
        return Move(State.READY, problem=LEFT.format(source.by))
    rows = await sync_to_async(next_rows)(source)
    if not rows:
        return Move(State.READY)
    fetched = await _fetch({url for row in rows for url in row.wish.get("urls", ())})
    await sync_to_async(make)(source, rows, fetched, by)
    return Stay(at=timezone.now())


async def _fetch(urls: set[str]) -> Fetched:
    """The pictures behind these addresses, through the line that enters no private network."""
    lines = asyncio.Semaphore(LINES)

    async def one(url: str) -> tuple[str, bytes | str]:
        async with lines:
            try:
                answer = await ask(current(), "GET", url, writes=False, follow_redirects=True)
            except NetworkError as error:
                return url, str(error)
            return url, answer.content

    return dict(await asyncio.gather(*map(one, urls)))


def settled(results: Sequence[tuple[Import, Outcome]]) -> None:
    for source, outcome in results:
        if isinstance(outcome, Move):
            announce(source.workspace_id, {"import", "post"})


def told(results: Sequence[tuple[Import, Outcome]]) -> None:
    for source, outcome in results:
        announce(source.workspace_id, {"import", "post"})
        if isinstance(outcome, Move):
            _tell(source)


def _tell(source: Import) -> None:
    """A line in the journal, and a notice where rows need somebody."""
    tally: Any = source.rows.values_list("state").annotate(n=Count("pk"))
    counts = Counter(dict(tally))
    about = f"import:{source.pk}"
    record(worker(source.workspace_id), "import.done", f"Import {source.pk}", after=counts)
    if not counts[Row.WRONG]:
        solve(source.workspace_id, [about])
        return
    done, wrong = counts[Row.DONE], counts[Row.WRONG]
    notify(
        source.workspace_id,
        about,
        f"{source.name}: {done:,} posts imported, {wrong:,} rows need you",
        f"import/{source.pk}/",
        kind="task",
        to=source.member_id,
    )


def _load(rows: QuerySet[Import]) -> Sequence[Import]:
    return list(rows.select_related("workspace", "member__user", "member__workspace"))


step = partial(Step, Import, load=_load, batch=4, queue="ingest")
STEPS: tuple[Step[Any], ...] = (
    step(state=State.CHECKING, do=check, settled=settled),
    step(state=State.IMPORTING, do=carry_out, settled=told),
)
