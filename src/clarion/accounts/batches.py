"""One thing done to many rows: what came of each, and the one way back for all of them.

Nothing is half done in silence: each row is done whole or refused with its reason, and what was
done is kept with what it was before. The way back gives each row its own earlier value.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from clarion.accounts.models import Batch, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.kit.errors import Conflict, NotYet

MOST = 500  # rows at once
OPEN = timedelta(hours=1)  # how long the way back stays open
KEPT = timedelta(days=1)
Row = TypeVar("Row", bound=Model)
Was = dict[str, Any]  # what one row was before, with its "id"


@dataclass(frozen=True)
class Refusal:
    """Why not, for one row."""

    id: int
    title: str
    problem: str


@dataclass(frozen=True)
class Outcome:
    """What came of it. `batch` is the id of the way back, None where nothing was done."""

    done: Sequence[int]
    refused: Sequence[Refusal]
    batch: int | None = None


@dataclass
class Tally:
    """What came of each row so far."""

    done: list[Was]
    refused: list[Refusal]

    def each(self, rows: Iterable[Row], act: Callable[[Row], Was | None]) -> None:
        """Do it to each row, whole or not at all. `act` returns what the row was before."""
        for row in rows:
            try:
                with transaction.atomic():
                    self.done.append({"id": row.pk, **(act(row) or {})})
            except (NotYet, NotAllowed) as why:
                self.refused.append(Refusal(row.pk, str(row), str(why)))

    def who_may(self, rows: Iterable[Row], must: Callable[[Row], None]) -> list[Row]:
        """The rows that `must` does not refuse."""
        fine = []
        for row in rows:
            try:
                must(row)
            except (NotYet, NotAllowed) as why:
                self.refused.append(Refusal(row.pk, str(row), str(why)))
            else:
                fine.append(row)
        return fine


def must_be_few(count: int, what: str) -> None:
    if count > MOST:
        raise NotYet(
            f"Those are {count:,} {what}, and at most {MOST} are changed at once. "
            "Choose fewer, with a filter or a shorter time."
        )
    if not count:
        raise NotYet(f"Choose some {what} first.")


@transaction.atomic
def do(workspace: Workspace, did: str, act: Callable[[Tally], None], *, by: Actor) -> Outcome:
    """Run `act`, and keep the way back from all that it did."""
    tally = Tally([], [])
    act(tally)
    if not tally.done:
        return Outcome([], tally.refused)
    Batch.objects.filter(at__lt=timezone.now() - KEPT).delete()
    kept = Batch.objects.create(workspace=workspace, by=by.name, did=did, rows=tally.done)
    return Outcome([was["id"] for was in tally.done], tally.refused, kept.pk)


@transaction.atomic
def take_back(
    batch: Batch, act: Callable[[Tally, Sequence[Was]], None], *, by: Actor
) -> Outcome:
    """Give every row what it was before. Works once, within the hour."""
    by.must("read", batch.workspace_id)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at:
        raise Conflict("That has been undone already.")
    if batch.at < timezone.now() - OPEN:
        raise NotYet("That can no longer be undone: it is more than an hour ago.")
    tally = Tally([], [])
    act(tally, batch.rows)
    batch.undone_at = timezone.now()
    batch.save(update_fields=["undone_at"])
    return Outcome([was["id"] for was in tally.done], tally.refused)
