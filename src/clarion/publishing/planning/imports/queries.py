"""How far an import is, and which posts an export holds."""

from typing import Any

from django.db.models import Count, QuerySet

from clarion.accounts.models import Workspace
from clarion.content.models import Import, ImportRow, Post


def counts(source: Import) -> dict[str, int]:
    """State -> how many rows; states without any are left out."""
    rows: Any = source.rows.order_by().values_list("state").annotate(n=Count("pk"))
    return dict(rows)


def shown(source: Import, state: str) -> QuerySet[ImportRow]:
    rows = source.rows.select_related("post").order_by("line")
    return rows.filter(state=state) if state in ImportRow.State.values else rows


def chosen(
    workspace: Workspace, channel: int | None, campaign: int | None, state: str
) -> QuerySet[Post]:
    """Posts to take out, oldest first; those in the bin stay there."""
    rows = Post.objects.filter(workspace=workspace).exclude(state=Post.State.BINNED)
    if channel:
        rows = rows.filter(variants__channel=channel)
    if campaign:
        rows = rows.filter(campaign=campaign)
    if state:
        rows = rows.filter(state=state)
    return rows.order_by("pk")
