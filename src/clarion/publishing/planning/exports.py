"""Posts as a table that spreadsheets open and our own import takes in again."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from clarion.accounts.models import Workspace
from clarion.channels.models import Channel
from clarion.content.models import FEED, Media, Post
from clarion.kit.zones import known_zone
from clarion.publishing.planning.imports.columns import TITLES
from clarion.publishing.planning.imports.understanding import own_id
from clarion.text.sheets import csv_lines, workbook

FORMATS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/jsonl",
}
COLUMNS = tuple(key for key in TITLES if key != "then")
CHUNK = 500
EXAMPLES = (
    {
        "text": "Fresh bread at seven",
        "channels": "",
        "date": "",
        "time": "07:00",
        "link": "https://example.com/bread",
        "labels": "bread; morning",
    },
)


def content_type(form: str) -> str:
    return FORMATS[form]


def written(workspace: Workspace, posts: QuerySet[Post], form: str) -> Iterator[str] | bytes:
    """The posts in one of FORMATS; a workbook is whole, the others come in pieces."""
    rows = _rows(workspace, posts)
    if form == "jsonl":
        return (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    table = _table(rows)
    return workbook(table, "Posts") if form == "xlsx" else csv_lines(table)


def template(workspace: Workspace, form: str) -> Iterator[str] | bytes:
    """A file to fill in: the columns, and one post as an example for one's own channel."""
    channel = Channel.objects.filter(workspace=workspace).exclude(state="gone").first()
    day = timezone.localdate(timezone=workspace.zone) + timedelta(days=7)
    rows = [
        {**row, "channels": channel.handle if channel else "", "date": day.isoformat()}
        for row in EXAMPLES
    ]
    table = [[TITLES[k] for k in TITLES], *[[row.get(k, "") for k in TITLES] for row in rows]]
    return workbook(table, "Posts") if form == "xlsx" else csv_lines(table)


def _table(rows: Iterator[dict[str, str]]) -> Iterator[list[str]]:
    yield [TITLES[key] for key in COLUMNS]
    for row in rows:
        yield [row[key] for key in COLUMNS]


def _rows(workspace: Workspace, posts: QuerySet[Post]) -> Iterator[dict[str, str]]:
    taken = Media.objects.filter(workspace=workspace).values_list("name", flat=True)
    names = Counter(name.casefold() for name in taken)
    found = posts.select_related("campaign").prefetch_related(
        "variants__channel__workspace", "placements__media", "labels"
    )
    for post in found.iterator(chunk_size=CHUNK):
        yield _row(workspace, post, names)


def _row(workspace: Workspace, post: Post, names: Mapping[str, int]) -> dict[str, str]:
    variants = sorted(post.variants.all(), key=lambda v: v.channel_id)
    zones = {v.channel.zone_name for v in variants}
    zone = known_zone(zones.pop() if len(zones) == 1 else workspace.time_zone)
    at = post.planned_for.astimezone(zone) if post.planned_for else None
    surfaces = {v.surface for v in variants}
    said: dict[str, Any] = {
        "id": own_id(post, workspace.slug),
        "text": post.text,
        "thread": "\n---\n".join(post.more),
        "channels": "; ".join(f"{v.channel.network_key}:{v.channel.handle}" for v in variants),
        "date": f"{at:%Y-%m-%d}" if at else "",
        "time": f"{at:%H:%M}" if at else "",
        "link": post.link,
        "media": "; ".join(_name(m, names) for m in post.pieces()),
        "alt": " | ".join(m.alt for m in post.pieces()),
        "labels": "; ".join(label.name for label in post.labels.all()),
        "campaign": post.campaign.name if post.campaign else "",
        "first_comment": post.first_comment,
        "surface": surfaces.pop() if len(surfaces) == 1 else FEED,
    }
    return said


def _name(medium: Media, names: Mapping[str, int]) -> str:
    """By name where there is but one of it, and no sign in it that parts names from names."""
    plain = names[medium.name.casefold()] == 1 and not set(medium.name) & set(";|\n,")
    return medium.name if plain else f"#{medium.pk}"
