"""What the short way brings in: clicks on our links, and what came of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from clarion.content.models import Link
from clarion.measurement.models import Click, Conversion

MOST = 20  # conversions that one click can bring


@dataclass(frozen=True)
class Target:
    """Where a tracked link leads, with the campaign parameters the analytics trade reads."""

    link_id: int
    url: str
    utm: Mapping[str, str]


def find_target(code: str) -> Target | None:
    if not code.isascii() or not code.isalnum() or len(code) > 20:
        return None
    link = (
        Link.objects.select_related("variant__channel", "variant__post__campaign")
        .filter(code=code)
        .first()
    )
    if link is None:
        return None
    post, channel = link.variant.post, link.variant.channel
    utm = {
        "utm_source": channel.network_key,
        "utm_medium": "social",
        "utm_campaign": slugify(post.campaign.name) if post.campaign else "none",
        "utm_content": f"post-{post.pk}",
    }
    return Target(link.pk, link.target, utm)


@transaction.atomic
def take_in(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep clicks and conversions. Each ref counts once, however often it is reported.

    Returns the reports about clicks that are not known (yet): another process may hold them.
    """
    _keep_clicks([r for r in rows if r["kind"] == "click"])
    reports = [r for r in rows if r["kind"] != "click"]
    found = _locked({r["click"] for r in reports})
    fitting = _within_most([r for r in reports if r["click"] in found])
    won = [_conversion(r, found[r["click"]]) for r in fitting]
    Conversion.objects.bulk_create(won, ignore_conflicts=True)
    return [r for r in reports if r["click"] not in found]


def _keep_clicks(rows: Sequence[Mapping[str, Any]]) -> None:
    asked = Link.objects.filter(pk__in={r["link"] for r in rows})
    links = set(asked.values_list("pk", flat=True))
    clicks = [_click(r) for r in rows if r["link"] in links]
    Click.objects.bulk_create(clicks, ignore_conflicts=True)


def _locked(refs: Collection[str]) -> dict[str, Click]:
    """Nobody else's until the transaction ends: two processes must not both see room."""
    clicks = Click.objects.select_related("link__variant__post__workspace").order_by("pk")
    return {c.ref: c for c in clicks.select_for_update(of=("self",)).filter(ref__in=refs)}


def _within_most(reports: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each report once, as many for each click as it can bring."""
    had: dict[str, set[str]] = defaultdict(set)
    asked = Conversion.objects.filter(click__ref__in={r["click"] for r in reports})
    for click, ref in asked.values_list("click__ref", "ref"):
        had[str(click)].add(ref)
    fitting = []
    for report in reports:
        refs = had[report["click"]]
        if report["ref"] not in refs and len(refs) < MOST:
            refs.add(report["ref"])
            fitting.append(report)
    return fitting


def _click(row: Mapping[str, Any]) -> Click:
    return Click(
        link_id=row["link"],
        ref=row["ref"],
        visitor=row["visitor"],
        robot=row["robot"],
        at=datetime.fromisoformat(row["at"]),
    )


def _conversion(row: Mapping[str, Any], click: Click) -> Conversion:
    workspace = click.link.variant.post.workspace
    return Conversion(
        workspace=workspace,
        click=click,
        kind=row["what"],
        value=Decimal(row["value"]),
        currency=row["currency"] or workspace.currency,
        ref=row["ref"],
        at=datetime.fromisoformat(row["at"]),
    )
