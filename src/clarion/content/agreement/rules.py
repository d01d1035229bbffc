"""Say who has to agree before posts go out. What waits already follows the new rules."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from clarion.accounts.journal import record
from clarion.accounts.models import Membership, Workspace
from clarion.accounts.rights import ROLES, Actor, NotAllowed
from clarion.channels.models import Channel
from clarion.content.checks import clean_text
from clarion.content.library import labels
from clarion.content.models import ApprovalRule, ApprovalStep
from clarion.content.models.rules import ESCALATE, HOURS_MAX, REMIND
from clarion.kit.errors import NotYet

STEPS_MAX = 10
DECIDING = [role for role, may in ROLES.items() if "approve" in may]  # roles that may approve


@dataclass(frozen=True)
class Wanted:
    """One step as somebody asks for it. Without people and role: whoever may approve."""

    role: str = ""
    people: Sequence[Membership] = ()
    quorum: int = 1  # 0: everyone
    clients: bool = False


@transaction.atomic
def set_rule(
    workspace: Workspace,
    name: str,
    steps: Sequence[Wanted],
    *,
    rule: ApprovalRule | None = None,
    channels: Sequence[Channel] = (),
    label_names: Sequence[str] = (),
    remind_hours: int = REMIND,
    escalate_hours: int = ESCALATE,
    by: Actor,
) -> ApprovalRule:
    """A new rule, or `rule` as it shall be from now on."""
    by.must("settings", workspace.pk)
    before = told(rule) if rule else {}
    rule = rule or ApprovalRule(workspace=workspace)
    rule.name = _name(workspace, name, rule)
    rule.remind_hours = _hours(remind_hours, "remind_hours")
    rule.escalate_hours = _hours(escalate_hours, "escalate_hours")
    if any(c.workspace_id != workspace.pk for c in channels):
        raise NotAllowed("That belongs to another workspace.")
    _must_be_steps(workspace, steps)
    rule.save()
    rule.channels.set(channels)
    rule.labels.set(labels(workspace, label_names))
    _put(rule, steps)
    did = "rule.changed" if before else "rule.made"
    record(by, did, f"Approval rule {rule.name}", before, told(rule))
    return rule


@transaction.atomic
def drop_rule(rule: ApprovalRule, *, by: Actor) -> None:
    """From now on nobody has to agree because of it."""
    by.must("settings", rule.workspace_id)
    record(by, "rule.dropped", f"Approval rule {rule.name}", before=told(rule))
    rule.delete()


def told(rule: ApprovalRule) -> dict[str, object]:
    """All of a rule, as the journal keeps it."""
    return {
        "name": rule.name,
        "channels": sorted(rule.channels.values_list("handle", flat=True)),
        "labels": sorted(rule.labels.values_list("name", flat=True)),
        "remind_hours": rule.remind_hours,
        "escalate_hours": rule.escalate_hours,
        "steps": [
            {
                "role": step.role,
                "people": [str(m.user) for m in step.people.select_related("user")],
                "quorum": step.quorum,
                "clients": step.clients,
            }
            for step in rule.steps.all()
        ],
    }


def _put(rule: ApprovalRule, steps: Sequence[Wanted]) -> None:
    rule.steps.all().delete()
    for position, wanted in enumerate(steps):
        step = ApprovalStep.objects.create(
            rule=rule,
            position=position,
            role="" if wanted.people else wanted.role,
            quorum=wanted.quorum,
            clients=wanted.clients,
        )
        step.people.set(wanted.people)


def _must_be_steps(workspace: Workspace, steps: Sequence[Wanted]) -> None:
    if not 1 <= len(steps) <= STEPS_MAX:
        raise NotYet(f"A rule has 1 to {STEPS_MAX} steps.", "steps")
    for number, step in enumerate(steps, 1):
        if why := _wrong(workspace, step):
            raise NotYet(f"Step {number}: {why}", "steps")


def _wrong(workspace: Workspace, step: Wanted) -> str:
    if any(m.workspace_id != workspace.pk for m in step.people):
        return "somebody of it is in another workspace."
    if step.role and step.role not in DECIDING:
        return f"“{step.role[:20]}” may not approve. Choose one of {', '.join(DECIDING)}."
    if unable := [m for m in step.people if not m.actor().can_somewhere("approve")]:
        return f"{unable[0].user} may not approve posts. Give them another role first."
    if not 0 <= step.quorum <= 1000:
        return "say how many have to agree, or 0 for everyone."
    if step.people and step.quorum > len(step.people) + step.clients:
        return f"{step.quorum} have to agree, and only {len(step.people)} are named."
    return ""


def _name(workspace: Workspace, name: str, rule: ApprovalRule) -> str:
    name = " ".join(clean_text(name, "name").split())
    if not 1 <= len(name) <= 100:
        raise NotYet("Give the rule a name of 1 to 100 characters.", "name")
    if workspace.approval_rules.filter(name__iexact=name).exclude(pk=rule.pk).exists():
        raise NotYet("There is a rule of that name already.", "name")
    return name


def _hours(hours: int, about: str) -> int:
    if not 1 <= hours <= HOURS_MAX:
        raise NotYet(f"Choose 1 to {HOURS_MAX} hours before the post's time.", about)
    return hours
