"""The board of ideas: catch one, sort it, make a draft of it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content import actions
from clarion.content.checks import clean_link, clean_text
from clarion.content.library import labels
from clarion.content.models import Idea, Media, Post
from clarion.kit.errors import NotYet

State = Idea.State
IDEA_MAX = 5000  # characters
STEP = 1024  # between two positions, so that one fits between for long


def board(workspace: Workspace) -> QuerySet[Idea]:
    """All ideas, each column from its top, with what they show."""
    rows = Idea.objects.filter(workspace=workspace).select_related("picture")
    return rows.prefetch_related("labels", "posts").order_by("position", "-pk")


@transaction.atomic
def catch(
    workspace: Workspace,
    text: str,
    *,
    link: str = "",
    picture: Media | None = None,
    names: Sequence[str] = (),
    by: Actor,
) -> Idea:
    """Put an idea on top of the new ones. `names` are labels."""
    _must_write(workspace.pk, by)
    idea = Idea(workspace=workspace, caught_by=by.name[:200])
    _fill(idea, text=text, link=link, picture=picture)
    idea.position = _edge(idea, State.NEW)
    idea.save()
    idea.labels.set(labels(workspace, names))
    record(by, "idea.caught", f"Idea {idea.pk}", after={"text": idea.text[:200]})
    return idea


@transaction.atomic
def rethink(idea: Idea, *, by: Actor, **changes: Any) -> Idea:
    """Change text, link, picture or labels (as `names`)."""
    _must_write(idea.workspace_id, by)
    before = {"text": idea.text[:200]}
    _fill(idea, **{k: v for k, v in changes.items() if k != "names"})
    idea.save()
    if "names" in changes:
        idea.labels.set(labels(idea.workspace, changes["names"]))
    record(by, "idea.changed", f"Idea {idea.pk}", before, {"text": idea.text[:200]})
    return idea


@transaction.atomic
def move(idea: Idea, state: str, before: Idea | None = None, *, by: Actor) -> Idea:
    """Into another column, above the idea `before`; without it to the end of the column."""
    _must_write(idea.workspace_id, by)
    if state not in State.values:
        raise NotYet(f"A column is one of {', '.join(State.values)}.", "state")
    if before is not None and before.workspace_id != idea.workspace_id:
        raise NotAllowed("That belongs to another workspace.")
    was = {"state": idea.state}
    idea.position = _between(idea, state, before)
    idea.state = state
    idea.save(update_fields=["state", "position"])
    record(by, "idea.moved", f"Idea {idea.pk}", was, {"state": state})
    return idea


@transaction.atomic
def drop(idea: Idea, *, by: Actor) -> None:
    """Forget an idea for good. Posts that were made of it stay."""
    _must_write(idea.workspace_id, by)
    record(by, "idea.dropped", f"Idea {idea.pk}", before={"text": idea.text[:200]})
    idea.delete()


@transaction.atomic
def draft(idea: Idea, channels: Sequence[Channel] = (), *, by: Actor) -> Post:
    """A draft for these channels that knows the idea it came from; the idea knows it too."""
    post = actions.write(
        idea.workspace,
        idea.text,
        list(channels),
        link=idea.link,
        media=[idea.picture] if idea.picture else [],
        labels=[label.name for label in idea.labels.all()],
        by=by,
    )
    post.idea = idea
    post.save(update_fields=["idea"])
    if idea.state in (State.NEW, State.PARKED):
        move(idea, State.NEXT, by=by)
    record(by, "idea.drafted", f"Idea {idea.pk}", after={"post": post.pk})
    return post


def _fill(idea: Idea, **said: Any) -> None:
    text = clean_text(said.get("text", idea.text), "text").strip()
    if not text:
        raise NotYet("Say the idea in a few words.", "text")
    if len(text) > IDEA_MAX:
        raise NotYet(f"An idea has at most {IDEA_MAX:,} characters.", "text")
    picture = said.get("picture", idea.picture)
    if picture is not None and picture.workspace_id != idea.workspace_id:
        raise NotAllowed("That belongs to another workspace.")
    idea.text, idea.picture = text, picture
    idea.link = clean_link(said.get("link", idea.link))


def _edge(idea: Idea, state: str) -> int:
    """Above all others of the column."""
    column = Idea.objects.filter(workspace=idea.workspace_id, state=state)
    return int(column.aggregate(top=Min("position"))["top"] or 0) - STEP


def _between(idea: Idea, state: str, before: Idea | None) -> int:
    column = Idea.objects.filter(workspace=idea.workspace_id, state=state).exclude(pk=idea.pk)
    if before is None or before.state != state:
        return int(column.aggregate(end=Max("position"))["end"] or 0) + STEP
    above = column.filter(position__lt=before.position).aggregate(at=Max("position"))["at"]
    if above is None:
        return before.position - STEP
    if before.position - above < 2:
        _spread(column)
        before.refresh_from_db(fields=["position"])
        return before.position - STEP // 2
    return int(above + before.position) // 2


def _spread(column: QuerySet[Idea]) -> None:
    rows = list(column.order_by("position", "-pk"))
    for n, row in enumerate(rows):
        row.position = n * STEP
    Idea.objects.bulk_update(rows, ["position"])


def _must_write(workspace_id: int, by: Actor) -> None:
    if not (by.workspace_id == workspace_id and by.can_somewhere("write")):
        by.must("write", workspace_id)
