"""Pages: approval rules. Who has to agree before a post goes out, by channel and by label."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clarion.accounts.models import Membership
from clarion.channels.models import Channel
from clarion.content.agreement import rules
from clarion.content.agreement.consent import Consents
from clarion.content.agreement.rules import DECIDING, STEPS_MAX, Wanted
from clarion.content.models import ApprovalRule
from clarion.content.models.rules import ESCALATE, REMIND
from clarion.interfaces.web.door import Request, own, page, tell
from clarion.kit.errors import NotYet


@dataclass
class TypedStep:
    role: str = ""
    people: list[int] = field(default_factory=list)
    quorum: str = "1"
    clients: bool = False


@dataclass
class Typed:
    """A rule as it stands in the form, fit to be kept or not."""

    name: str = ""
    channels: list[int] = field(default_factory=list)
    labels: str = ""
    remind: str = str(REMIND)
    escalate: str = str(ESCALATE)
    steps: list[TypedStep] = field(default_factory=lambda: [TypedStep()])


@require_GET
@page
def show(request: Request) -> HttpResponse:
    known = Consents(request.workspace)
    asked = [(rule, known.by(rule)) for rule in known.rules]
    context = {
        "rules": asked,
        "otherwise": known.told([], [], [], []) if not known.rules else None,
        "may": request.actor.can("settings"),
        "remind": REMIND,
        "escalate": ESCALATE,
    }
    return render(request, "approvals/rules.html", context)


@require_http_methods(["GET", "POST"])
@page
def edit(request: Request, pk: int | None = None) -> HttpResponse:
    """One rule. “Another step” and “Drop this step” keep what was typed and ask again."""
    request.actor.must("settings", request.workspace.pk)
    rule = own(ApprovalRule.objects.all(), request, pk=pk) if pk else None
    if request.method == "GET":
        return _form(request, rule, _of(rule) if rule else Typed())
    typed = _read(request.POST)
    if request.POST.get("do") == "more":
        typed.steps.append(TypedStep())
        return _form(request, rule, typed)
    if (gone := request.POST.get("drop", "")).isdecimal():
        del typed.steps[int(gone) : int(gone) + 1]
        return _form(request, rule, typed)
    try:
        kept = _keep(request, rule, typed)
    except NotYet as reason:
        return _form(request, rule, typed, reason)
    tell(request, f"“{kept}” counts from now on")
    return redirect("approval-rules", request.workspace.slug)


@require_POST
@page
def drop(request: Request, pk: int) -> HttpResponse:
    rule = own(ApprovalRule.objects.all(), request, pk=pk)
    rules.drop_rule(rule, by=request.actor)
    tell(request, f"“{rule.name}” no longer counts")
    return redirect("approval-rules", request.workspace.slug)


def _form(
    request: Request, rule: ApprovalRule | None, typed: Typed, problem: NotYet | None = None
) -> HttpResponse:
    people = Membership.objects.filter(workspace=request.workspace).select_related("user")
    able = [m for m in people.order_by("pk") if m.actor().can_somewhere("approve")]
    channels = Channel.objects.filter(workspace=request.workspace)
    context = {
        "rule": rule,
        "typed": typed,
        "problem": problem,
        "people": able,
        "roles": DECIDING,
        "channels": channels.exclude(state=Channel.State.GONE).order_by("pk"),
        "labels": request.workspace.labels.all()[:200],
        "full": len(typed.steps) >= STEPS_MAX,
    }
    return render(request, "approvals/rule.html", context, status=422 if problem else 200)


def _of(rule: ApprovalRule) -> Typed:
    return Typed(
        name=rule.name,
        channels=[c.pk for c in rule.channels.all()],
        labels=", ".join(label.name for label in rule.labels.all()),
        remind=str(rule.remind_hours),
        escalate=str(rule.escalate_hours),
        steps=[
            TypedStep(s.role, [m.pk for m in s.people.all()], str(s.quorum), s.clients)
            for s in rule.steps.all()
        ],
    )


def _read(form: QueryDict) -> Typed:
    count = min(_number(form.get("steps", ""), 1), STEPS_MAX)
    return Typed(
        name=form.get("name", ""),
        channels=_ids(form.getlist("channels")),
        labels=form.get("labels", ""),
        remind=form.get("remind", ""),
        escalate=form.get("escalate", ""),
        steps=[
            TypedStep(
                role=form.get(f"role-{n}", ""),
                people=_ids(form.getlist(f"people-{n}")),
                quorum=form.get(f"quorum-{n}", ""),
                clients=f"clients-{n}" in form,
            )
            for n in range(count)
        ],
    )


def _keep(request: Request, rule: ApprovalRule | None, typed: Typed) -> ApprovalRule:
    here = request.workspace
    people = Membership.objects.filter(workspace=here).select_related("user").in_bulk()
    return rules.set_rule(
        here,
        typed.name,
        [
            Wanted(
                step.role,
                [people[pk] for pk in step.people if pk in people],
                _number(step.quorum, -1),
                step.clients,
            )
            for step in typed.steps
        ],
        rule=rule,
        channels=list(Channel.objects.filter(workspace=here, pk__in=typed.channels)),
        label_names=typed.labels.split(","),
        remind_hours=_number(typed.remind, 0),
        escalate_hours=_number(typed.escalate, 0),
        by=request.actor,
    )


def _ids(texts: list[str]) -> list[int]:
    return [number for text in texts if (number := _number(text, 0))]


def _number(text: str, otherwise: int) -> int:
    """A whole number that a person typed; `otherwise` where it is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else otherwise


HERE = "w/<slug:ws>/approval-rules/"
urlpatterns: list[Any] = [
    path(HERE, show, name="approval-rules"),
    path(f"{HERE}new/", edit, name="approval-rule-new"),
    path(f"{HERE}<int:pk>/", edit, name="approval-rule"),
    path(f"{HERE}<int:pk>/drop/", drop, name="approval-rule-drop"),
]
