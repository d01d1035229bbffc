"""Findings over the API."""

from datetime import date, datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.interfaces.api.door import Request, own
from clarion.interfaces.api.shapes import Gone, Id, In, Text, Word, one_of
from clarion.interfaces.api.stage import Stage
from clarion.research import actions
from clarion.research.models import Finding

stage = Stage()
ABOUT = one_of(Finding.About)


class FindingShape(Schema):
    id: int
    about: str
    text: str
    source: str
    found_on: date
    found_by: str
    created_at: datetime


class FindingIn(In):
    """`about` is one of market, audience, competitor, trend."""

    text: Text
    about: Word = "market"
    source: Text = ""
    found_on: date | None = None


@stage.many("findings.list", "GET /findings", FindingShape)
def list_findings(request: Request, about: str | None = ABOUT) -> QuerySet[Finding]:
    """What was found out, newest first."""
    rows = request.auth.workspace.findings.all()
    return rows.filter(about=about) if about else rows


@stage.one("findings.get", "GET /findings/{finding}", FindingShape)
def get_finding(request: Request, finding: Id) -> Finding:
    """One finding."""
    return own(request, Finding.objects.all(), finding)


@stage.write("findings.note", "POST /findings", FindingShape, status=201)
def note_finding(request: Request, body: FindingIn) -> Finding:
    """Write down what was found out."""
    me = request.auth
    return actions.note_finding(me.workspace, by=me.actor, **body.given())


@stage.write("findings.strike", "DELETE /findings/{finding}", Gone)
def strike_finding(request: Request, finding: Id) -> Gone:
    """Strike what turned out wrong."""
    actions.strike_finding(own(request, Finding.objects.all(), finding), by=request.auth.actor)
    return Gone(id=finding)
