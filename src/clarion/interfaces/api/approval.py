"""Approval over the API: who has to agree, who has, what changed, and the rules for it."""

from datetime import datetime

from django.db.models import QuerySet
from ninja import Schema

from clarion.accounts.models import Membership
from clarion.channels.models import Channel
from clarion.content import queries
from clarion.content.agreement import approval, consent, rules
from clarion.content.models import ApprovalRule, ApprovalStep, Decision, Post
from clarion.content.models.rules import ESCALATE, REMIND
from clarion.interfaces.api.content import PostShape, posts, shown
from clarion.interfaces.api.door import Request, all_named, named, own
from clarion.interfaces.api.shapes import Gone, Id, In, Text, Word, kept_as
from clarion.interfaces.api.stage import Stage
from clarion.publishing import actions as publishing

stage = Stage()


# --- shapes ---------------------------------------------------------------------------------


class DecisionShape(Schema):
    """`link` is the client link that it came through."""

    id: int
    said: str
    by: str
    at: datetime
    note: str
    seal: str
    link: int | None = kept_as("link_id")


class StepStandingShape(Schema):
    """One step: `asked` are memberships, `yes` the names of those who agreed."""

    rule: str
    asked: list[int]
    needed: int
    clients: bool
    yes: list[str]
    passed: bool
    said: str


class ConsentShape(Schema):
    """`mine`: it is your turn. `seal` is what a yes covers now."""

    complete: bool
    said: str
    mine: bool
    seal: str
    steps: list[StepStandingShape]


class PieceShape(Schema):
    """`kind` is "same", "old" or "new"."""

    kind: str
    text: str


class ChangeShape(Schema):
    what: str
    pieces: list[PieceShape]


class ChangesShape(Schema):
    """What differs between two decisions, or between one and the post as it is now."""

    since: int | None
    until: int | None
    changes: list[ChangeShape]


class RuleStepShape(Schema):
    """Without `role` and `people`: whoever may approve. `quorum` 0 is everyone."""

    role: str
    people: list[int]
    quorum: int
    clients: bool

    @staticmethod
    def resolve_people(row: ApprovalStep) -> list[int]:
        return sorted(m.pk for m in row.people.all())


class RuleShape(Schema):
    """Without channels and labels it is about every post."""

    id: int
    name: str
    channels: list[int]
    labels: list[str]
    remind_hours: int
    escalate_hours: int
    steps: list[RuleStepShape]

    @staticmethod
    def resolve_channels(row: ApprovalRule) -> list[int]:
        return sorted(c.pk for c in row.channels.all())

    @staticmethod
    def resolve_labels(row: ApprovalRule) -> list[str]:
        return [label.name for label in row.labels.all()]

    @staticmethod
    def resolve_steps(row: ApprovalRule) -> list[ApprovalStep]:
        return list(row.steps.all())


class NoteIn(In):
    note: Text = ""


NO_NOTE = NoteIn()


class ApprovalIn(In):
    """`seal` is the one of the post as it was read: a yes covers these bytes and no others."""

    seal: Word
    note: Text = ""


class StepIn(In):
    """`people` are memberships. Without `role` and `people`: whoever may approve.

    `quorum` says how many have to agree, 0 everyone; `clients` whether a yes through a client
    link counts as one.
    """

    role: Word = ""
    people: list[Id] = []
    quorum: int = 1
    clients: bool = False


class RuleIn(In):
    """All of a rule. Without channels and labels it is about every post."""

    name: Word
    steps: list[StepIn]
    channels: list[Id] = []
    labels: list[Word] = []
    remind_hours: int = REMIND
    escalate_hours: int = ESCALATE


# --- posts ----------------------------------------------------------------------------------


@stage.many("posts.decisions", "GET /posts/{post}/decisions", DecisionShape, order="pk")
def list_decisions(request: Request, post: Id) -> QuerySet[Decision]:
    """Who asked, approved, sent back or noted what, oldest first."""
    return own(request, Post.objects.all(), post).decisions.all()


@stage.write("posts.ask", "POST /posts/{post}/ask", PostShape)
def ask(request: Request, post: Id, body: NoteIn = NO_NOTE) -> Post:
    """Ask for approval of those who have to agree."""
    row = own(request, posts(), post)
    approval.ask_for_approval(row, body.note, by=request.auth.actor)
    return shown(row)


@stage.write("posts.approve", "POST /posts/{post}/approve", PostShape)
def approve(request: Request, post: Id, body: ApprovalIn) -> Post:
    """Approve exactly the bytes with this seal.

    Once all who have to agree have, it is put on its way, where you or whoever asked may
    schedule it and its time is ahead.
    """
    row = own(request, posts(), post)
    agreed = approval.approve(row, body.seal, body.note, by=request.auth.actor)
    publishing.go_ahead(agreed, by=request.auth.actor)
    return shown(row)


@stage.write("posts.send-back", "POST /posts/{post}/send-back", PostShape)
def send_back(request: Request, post: Id, body: NoteIn) -> Post:
    """Say no, with what should change."""
    row = own(request, posts(), post)
    approval.send_back(row, body.note, by=request.auth.actor)
    return shown(row)


@stage.write("posts.note", "POST /posts/{post}/notes", PostShape)
def note(request: Request, post: Id, body: NoteIn) -> Post:
    """Write a word among ourselves. It never goes out."""
    row = own(request, posts(), post)
    approval.add_note(row, body.note, by=request.auth.actor)
    return shown(row)


@stage.one("posts.approval", "GET /posts/{post}/approval", ConsentShape)
def get_approval(request: Request, post: Id) -> dict[str, object]:
    """Who has to agree, who has, and who is asked now."""
    row = own(request, posts(), post)
    told = consent.of(row)
    steps = [
        {
            "rule": name,
            "asked": [m.pk for m in step.asked],
            "needed": step.needed,
            "clients": step.clients,
            "yes": step.yes,
            "passed": step.passed,
            "said": step.said,
        }
        for name, steps in told.rules
        for step in steps
    ]
    mine = told.asks(request.auth.actor.membership_id)
    return {
        "complete": told.complete,
        "said": told.said,
        "mine": mine,
        "seal": row.seal(),
        "steps": steps,
    }


@stage.one("posts.changes", "GET /posts/{post}/changes", ChangesShape)
def get_changes(
    request: Request, post: Id, since: Id | None = None, until: Id | None = None
) -> dict[str, object]:
    """What differs, word by word: pictures, channels and time too.

    `since` and `until` are decisions about the post; left out: the last approval, and now.
    """
    row = own(request, posts(), post)
    path = "post__workspace"
    said = Decision.objects.filter(post=row)
    first = named(request, said, since, "decisions", path) or queries.last_approval(row)
    last = named(request, said, until, "decisions", path)
    after = last.content if last else row.content()
    found = queries.changes(first.content if first else {}, after, queries.channel_names(row))
    return {
        "since": first.pk if first else None,
        "until": last.pk if last else None,
        "changes": [
            {"what": c.what, "pieces": [{"kind": k, "text": t} for k, t in c.pieces]}
            for c in found
        ],
    }


# --- rules ----------------------------------------------------------------------------------


def _rules() -> QuerySet[ApprovalRule]:
    return ApprovalRule.objects.prefetch_related("channels", "labels", "steps__people")


@stage.many("rules.list", "GET /rules", RuleShape, order="pk")
def list_rules(request: Request) -> QuerySet[ApprovalRule]:
    """Approval rules, oldest first. Those that match a post add up."""
    return _rules().filter(workspace=request.auth.workspace)


@stage.one("rules.get", "GET /rules/{rule}", RuleShape)
def get_rule(request: Request, rule: Id) -> ApprovalRule:
    """One approval rule."""
    return own(request, _rules(), rule)


@stage.write("rules.create", "POST /rules", RuleShape, status=201)
def make_rule(request: Request, body: RuleIn) -> ApprovalRule:
    """A new approval rule. What waits for approval follows it at once."""
    return _set(request, body, None)


@stage.write("rules.set", "PUT /rules/{rule}", RuleShape)
def set_rule(request: Request, rule: Id, body: RuleIn) -> ApprovalRule:
    """Put this in the place of an approval rule."""
    return _set(request, body, own(request, ApprovalRule.objects.all(), rule))


@stage.write("rules.drop", "DELETE /rules/{rule}", Gone)
def drop_rule(request: Request, rule: Id) -> dict[str, int]:
    """Nobody has to agree because of it any more."""
    rules.drop_rule(own(request, ApprovalRule.objects.all(), rule), by=request.auth.actor)
    return {"id": rule}


def _set(request: Request, body: RuleIn, rule: ApprovalRule | None) -> ApprovalRule:
    channels = all_named(request, Channel.objects.all(), body.channels, "channels")
    kept = rules.set_rule(
        request.auth.workspace,
        body.name,
        [_wanted(request, step) for step in body.steps],
        rule=rule,
        channels=channels,
        label_names=body.labels,
        remind_hours=body.remind_hours,
        escalate_hours=body.escalate_hours,
        by=request.auth.actor,
    )
    return _rules().get(pk=kept.pk)


def _wanted(request: Request, step: StepIn) -> rules.Wanted:
    rows = Membership.objects.select_related("user")
    people = all_named(request, rows, step.people, "people")
    return rules.Wanted(step.role, people, step.quorum, step.clients)
