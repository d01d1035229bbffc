"""Who is here, and what the journal says, ready to be shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Substr
from django.utils import timezone

from clarion.accounts.models import ApiToken, Invitation, JournalEntry, Membership, Workspace
from clarion.accounts.rights import ROLES


def members(workspace: Workspace) -> list[Membership]:
    """Everybody, those with most rights first; each knows how many tokens act for them."""
    rows = workspace.memberships.select_related("user", "workspace")
    order = list(ROLES)
    found = list(rows.annotate(token_count=Count("tokens")).order_by("joined_at", "pk"))
    return sorted(found, key=lambda m: order.index(m.role))


def open_invitations(workspace: Workspace) -> QuerySet[Invitation]:
    """Those that still open the door, the newest first."""
    still = workspace.invitations.filter(accepted_at=None, expires_at__gt=timezone.now())
    return still.order_by("-created_at")


def tokens_of(membership: Membership) -> QuerySet[ApiToken]:
    return membership.tokens.order_by("-created_at", "-pk")


# --- the journal ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which lines of the journal somebody wants to see. Empty is all."""

    by: str = ""
    kind: str = ""  # what it is about: the first word of `did`
    words: str = ""  # somewhere in what was done or to what
    since: date | None = None
    until: date | None = None  # this day too

    def of(self, workspace: Workspace) -> QuerySet[JournalEntry]:
        """The newest first."""
        rows = JournalEntry.objects.filter(workspace=workspace)
        if self.by:
            rows = rows.filter(by=self.by)
        if self.kind:
            rows = rows.filter(did__startswith=f"{self.kind}.")
        if self.words:
            rows = rows.filter(Q(about__icontains=self.words) | Q(did__icontains=self.words))
        if self.since:
            rows = rows.filter(at__gte=_midnight(self.since, workspace))
        if self.until:
            rows = rows.filter(at__lt=_midnight(self.until + timedelta(days=1), workspace))
        return rows.order_by("-seq")


def _midnight(day: date, workspace: Workspace) -> datetime:
    return datetime.combine(day, time(), tzinfo=workspace.zone)


def kinds(workspace: Workspace) -> list[str]:
    """What lines of this journal are about: post, campaign, person…"""
    first = Substr("did", 1, StrIndex("did", Value(".")) - 1)
    rows = workspace.journal.annotate(kind=first).values_list("kind", flat=True)
    return sorted(set(rows.distinct()))


def hands(workspace: Workspace) -> list[str]:
    """Everybody who ever did something here."""
    return sorted(set(workspace.journal.values_list("by", flat=True).distinct()))


@dataclass(frozen=True)
class Change:
    """One thing that was different afterwards."""

    key: str
    before: Any
    after: Any


def changes(entry: JournalEntry) -> list[Change]:
    """What a line changed, or told, key by key. Equal values are left out."""
    before: Mapping[str, Any] = entry.before
    after: Mapping[str, Any] = entry.after
    keys = dict.fromkeys([*before, *after])
    rows = (Change(key, before.get(key), after.get(key)) for key in keys)
    return [row for row in rows if row.before != row.after]


def as_row(entry: JournalEntry) -> dict[str, Any]:
    """A line as it is exported: everything that its seal covers, and the seal."""
    return {
        "seq": entry.seq,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "by_kind": entry.by_kind,
        "did": entry.did,
        "about": entry.about,
        "before": entry.before,
        "after": entry.after,
        "previous": entry.previous,
        "seal": entry.seal,
    }
