"""The append-only journal: every row carries the hash of the one before it.

The seal of a row is SHA-256 over the previous seal and the row's own canonical JSON, so that a
changed, removed or inserted row breaks the chain at that row. The head of each chain stands
in a row of its own: cutting off the end shows too. Someone who can rewrite the whole database
can rewrite the whole chain; keep the seal that `clarion journal verify` prints somewhere else
to rule that out.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from clarion.accounts.models import JournalEntry, JournalHead, Workspace
from clarion.accounts.rights import Actor
from clarion.kit.rows import insert


@dataclass(frozen=True)
class Line:
    """One thing that was done, before it is written down."""

    did: str
    about: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """`broken_at` is the first row that does not fit, or None."""

    rows: int
    seal: str
    broken_at: int | None = None
    reason: str = ""


def record(
    by: Actor,
    did: str,
    about: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write one line, in the transaction of the change itself."""
    extend(by, [Line(did, about, before or {}, after or {})])


@transaction.atomic
def extend(by: Actor, lines: Sequence[Line]) -> None:
    """Write lines in order. Writers of one workspace wait for each other at its head."""
    if not lines:
        return
    JournalHead.objects.get_or_create(workspace_id=by.workspace_id)
    head = JournalHead.objects.select_for_update().get(workspace_id=by.workspace_id)
    now = timezone.now()
    entries = []
    for line in lines:
        head.seq += 1
        entry = JournalEntry(
            workspace_id=by.workspace_id,
            seq=head.seq,
            at=now,
            by=by.name[:200],
            by_kind=by.kind,
            did=line.did,
            about=line.about[:200],
            before=_plain(line.before),
            after=_plain(line.after),
            previous=head.seal,
        )
        head.seal = entry.seal = seal(entry)
        entries.append(entry)
    insert(entries)
    head.save()
    announce(by.workspace_id, {line.did.split(".")[0] for line in lines})


def seal(entry: JournalEntry) -> str:
    """SHA-256, in hex, over the previous seal and what this row says."""
    said = [
        entry.previous,
        entry.workspace_id,
        entry.seq,
        entry.at.isoformat(),
        entry.by,
        entry.by_kind,
        entry.did,
        entry.about,
        entry.before,
        entry.after,
    ]
    return hashlib.sha256(_canonical(said).encode()).hexdigest()


def verify(workspace: Workspace) -> Verdict:
    """Walk the whole chain. Reads rows in chunks: any length fits in memory."""
    previous, rows = "", 0
    for entry in workspace.journal.order_by("seq").iterator(chunk_size=1000):
        rows += 1
        if entry.seq != rows:
            return Verdict(rows, previous, rows, f"Row {rows} is missing.")
        if entry.previous != previous:
            return Verdict(rows, previous, entry.seq, "It does not follow the row before it.")
        if seal(entry) != entry.seal:
            return Verdict(rows, previous, entry.seq, "It was changed after it was written.")
        previous = entry.seal
    head = JournalHead.objects.filter(workspace=workspace).first()
    if head and (head.seq, head.seal) != (rows, previous):
        return Verdict(rows, previous, rows + 1, "The end of the journal was cut off.")
    return Verdict(rows, previous)


def _plain(values: Mapping[str, Any]) -> Any:
    return json.loads(_canonical(values))


def _canonical(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, sort_keys=True, separators=(",", ":"))


def announce(workspace_id: int, kinds: set[str]) -> None:
    """Tell open pages that something moved; they hear it when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_notify('clarion', %s)", [f"{workspace_id} {' '.join(sorted(kinds))}"]
        )
