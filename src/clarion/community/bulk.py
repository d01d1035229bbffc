"""Many conversations at once: labelled, handed to somebody, done with, or opened again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clarion.accounts import batches
from clarion.accounts.actions import notify
from clarion.accounts.batches import Outcome, Refusal, Tally, Was
from clarion.accounts.journal import Line, extend
from clarion.accounts.models import Batch, Membership, Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.community.models import Conversation
from clarion.content.labels import exchange, relabel
from clarion.content.library import labels
from clarion.content.sorting import named, people_of
from clarion.kit.errors import NotYet

State = Conversation.State
VERBS: Mapping[str, str] = {
    "done": "Done with",
    "reopen": "Opened again",
    "assign": "Assigned",
    "label": "Labelled",
    "unlabel": "Labels taken off",
}


@dataclass(frozen=True)
class How:
    labels: Sequence[str] = ()
    to: Membership | None = None


def act(
    workspace: Workspace, rows: Sequence[Conversation], verb: str, how: How, *, by: Actor
) -> Outcome:
    """Do it to each that allows it, in as many queries as for one. `verb`: a key of VERBS."""
    by.must("read", workspace.pk)
    batches.must_be_few(len(rows), "conversations")
    do = _DO.get(verb)
    if do is None:
        raise NotYet(f"“{verb[:20]}” cannot be done. Choose from {', '.join(VERBS)}.", "do")

    def step(tally: Tally) -> None:
        do(tally, tally.who_may(rows, lambda row: _must(row, by)), how, by)

    made = batches.do(workspace, f"conversations.{verb}", step, by=by)
    if verb == "assign" and made.done and how.to and how.to.pk != by.membership_id:
        _tell(workspace, how.to, len(made.done), by)
    return made


def take_back(batch: Batch, *, by: Actor) -> Outcome:
    """Give every conversation of it what it had before."""

    def back(tally: Tally, rows: Sequence[Was]) -> None:
        was = {row["id"]: row for row in rows}
        found = conversations(by.workspace_id).in_bulk(list(was))
        may = tally.who_may(found.values(), lambda row: _must(row, by))
        _BACK[batch.did.removeprefix("conversations.")](tally, may, was, by)

    return batches.take_back(batch, back, by=by)


def conversations(workspace_id: int) -> Any:
    """Conversations with what a bulk step asks of each of them."""
    rows = Conversation.objects.filter(workspace=workspace_id)
    return rows.select_related("assigned_to__user", "channel")


def _must(row: Conversation, by: Actor) -> None:
    by.must("answer", row.workspace_id, row.channel_id)


def _tell(workspace: Workspace, to: Membership, count: int, by: Actor) -> None:
    """One notice, however many they are."""
    what = "a conversation" if count == 1 else f"{count} conversations"
    text = f"{by.name} asks you to answer {what}"
    about = f"conversations-assigned:{to.pk}"
    notify(workspace.pk, about, text, "inbox/?view=mine", kind="task", to=to.pk)


# --- done and not done ----------------------------------------------------------------------


def _finish(state: str) -> Callable[[Tally, Sequence[Conversation], How, Actor], None]:
    said = "done" if state == State.DONE else "reopened"

    def do(tally: Tally, rows: Sequence[Conversation], _how: How, by: Actor) -> None:
        changed = [row for row in rows if row.state != state]
        _set(changed, by, f"conversation.{said}", state=state)
        tally.done += [{"id": row.pk, "state": row.state} for row in changed]
        same = f"It is {State(state).label.lower()} already."
        tally.refused += [Refusal(r.pk, str(r), same) for r in rows if r.state == state]

    return do


def _finish_back(
    tally: Tally, rows: Sequence[Conversation], was: Mapping[int, Was], by: Actor
) -> None:
    for state in State.values:
        these = [row for row in rows if was[row.pk]["state"] == state]
        said = "done" if state == State.DONE else "reopened"
        _set(these, by, f"conversation.{said}", state=state)
    tally.done += [{"id": row.pk} for row in rows]


# --- handed on ------------------------------------------------------------------------------


def _assign(tally: Tally, rows: Sequence[Conversation], how: How, by: Actor) -> None:
    if how.to is not None and how.to.workspace_id != by.workspace_id:
        raise NotAllowed("That person belongs to another workspace.")
    target = how.to.pk if how.to else None
    changed = [row for row in rows if row.assigned_to_id != target]
    after = {"assigned_to": str(how.to) if how.to else None}
    _set(changed, by, "conversation.assigned", after, assigned_to=target)
    tally.done += [
        {"id": row.pk, "assigned_to": row.assigned_to_id, "now": target} for row in changed
    ]
    same = f"{how.to.user} is asked already." if how.to else "Nobody is asked as it is."
    tally.refused += [Refusal(r.pk, str(r), same) for r in rows if r.assigned_to_id == target]


def _assign_back(
    tally: Tally, rows: Sequence[Conversation], was: Mapping[int, Was], by: Actor
) -> None:
    fine = [row for row in rows if row.assigned_to_id == was[row.pk]["now"]]
    people = people_of(by.workspace_id)
    before = {row.pk: was[row.pk]["assigned_to"] for row in fine}
    for target in set(before.values()):
        these = [row for row in fine if before[row.pk] == target]
        name = people.get(target)
        still = target if name else None
        _set(these, by, "conversation.assigned", {"assigned_to": name}, assigned_to=still)
    tally.done += [{"id": row.pk} for row in fine]
    why = "It was handed to somebody else since."
    tally.refused += [Refusal(r.pk, str(r), why) for r in rows if r.pk not in before]


def _set(
    rows: Sequence[Conversation],
    by: Actor,
    did: str,
    after: Mapping[str, Any] | None = None,
    **columns: Any,
) -> None:
    Conversation.objects.filter(pk__in=[row.pk for row in rows]).update(**columns)
    extend(by, [Line(did, f"Conversation {row.pk}", after=after or {}) for row in rows])


# --- labels ---------------------------------------------------------------------------------


def _label(tally: Tally, rows: Sequence[Conversation], how: How, by: Actor) -> None:
    _relabel(tally, rows, named(how.labels), [], by)


def _unlabel(tally: Tally, rows: Sequence[Conversation], how: How, by: Actor) -> None:
    _relabel(tally, rows, [], named(how.labels), by)


def _relabel(
    tally: Tally,
    rows: Sequence[Conversation],
    add: Sequence[str],
    remove: Sequence[str],
    by: Actor,
) -> None:
    if not rows:
        return
    space = rows[0].workspace
    told = relabel(rows, labels(space, add), labels(space, remove))
    changed = [row for row in rows if told[row.pk]["added"] or told[row.pk]["removed"]]
    tally.done += [{"id": row.pk, **told[row.pk]} for row in changed]
    same = "It has these labels already." if add else "It has none of these labels."
    tally.refused += [Refusal(r.pk, str(r), same) for r in rows if r not in changed]
    after = {"added": list(add), "removed": list(remove)}
    lines = [
        Line("conversation.labelled", f"Conversation {r.pk}", after=after) for r in changed
    ]
    extend(by, lines)


def _label_back(
    tally: Tally, rows: Sequence[Conversation], was: Mapping[int, Was], by: Actor
) -> None:
    add = [(row.pk, pk) for row in rows for pk in was[row.pk]["removed"]]
    remove = [(row.pk, pk) for row in rows for pk in was[row.pk]["added"]]
    exchange(Conversation, add, remove)
    tally.done += [{"id": row.pk} for row in rows]
    extend(by, [Line("conversation.labelled_back", f"Conversation {r.pk}") for r in rows])


_DO: Mapping[str, Callable[[Tally, Sequence[Conversation], How, Actor], None]] = {
    "done": _finish(State.DONE),
    "reopen": _finish(State.OPEN),
    "assign": _assign,
    "label": _label,
    "unlabel": _unlabel,
}
_BACK: Mapping[
    str, Callable[[Tally, Sequence[Conversation], Mapping[int, Was], Actor], None]
] = {
    "done": _finish_back,
    "reopen": _finish_back,
    "assign": _assign_back,
    "label": _label_back,
    "unlabel": _label_back,
}
