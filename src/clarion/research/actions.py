"""Write down what was found out, and strike what turned out wrong."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from clarion.accounts.journal import record
from clarion.accounts.models import Workspace
from clarion.accounts.rights import Actor
from clarion.kit.errors import NotYet
from clarion.research.models import Finding


@transaction.atomic
def note_finding(
    workspace: Workspace,
    text: str,
    *,
    about: str = Finding.About.MARKET,
    source: str = "",
    found_on: date | None = None,
    by: Actor,
) -> Finding:
    """A finding needs words; a source makes it worth more."""
    by.must("plan", workspace.pk)
    if not text.strip():
        raise NotYet("Say what you found out.", "text")
    if about not in Finding.About.values:
        raise NotYet(f"A finding is about one of: {', '.join(Finding.About.values)}.", "about")
    finding = Finding.objects.create(
        workspace=workspace,
        about=about,
        text=text.strip()[:5000],
        source=source.strip()[:1000],
        found_on=found_on or timezone.localdate(timezone=workspace.zone),
        found_by=by.name,
    )
    record(by, "finding.noted", f"Finding {finding.pk}", after={"text": finding.text[:200]})
    return finding


@transaction.atomic
def strike_finding(finding: Finding, *, by: Actor) -> None:
    by.must("plan", finding.workspace_id)
    record(by, "finding.struck", f"Finding {finding.pk}", before={"text": finding.text[:200]})
    finding.delete()
