"""Pages: let a post come again, and spread it over boards. Each date is seen first."""

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from clarion.content.models import Post
from clarion.interfaces.web.calendar_grid import day_of
from clarion.interfaces.web.door import Request, blaming, day_input, own, page, tell, undone
from clarion.kit.errors import NotYet
from clarion.kit.zones import instant, known_zone
from clarion.networks.base import Field
from clarion.publishing.models import Repeat
from clarion.publishing.planning import repeats, spreading
from clarion.publishing.planning.repeats import Terms
from clarion.publishing.planning.spreading import Stop

SLOTS, OWN = "slots", "own"
HOWS = [
    (SLOTS, "In free slots of its queue"),
    ("DAILY", "Every day"),
    ("WEEKLY", "Every week"),
    ("MONTHLY", "Every month"),
    ("YEARLY", "Every year"),
    (OWN, "By a rule of my own"),
]
WEEK = [
    *(("MO", "Monday"), ("TU", "Tuesday"), ("WE", "Wednesday"), ("TH", "Thursday")),
    *(("FR", "Friday"), ("SA", "Saturday"), ("SU", "Sunday")),
]


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


class Again(forms.Form):
    """When and how often a post comes again."""

    how = forms.ChoiceField(label="It comes", choices=HOWS, widget=forms.RadioSelect)
    every_days = forms.IntegerField(
        label="At least so many days apart",
        min_value=1,
        max_value=3650,
        required=False,
        help_text="Empty: 30.",
    )
    interval = forms.IntegerField(
        label="Only every … of them",
        min_value=1,
        max_value=99,
        required=False,
        help_text="2 leaves out every other day, week, month or year.",
    )
    weekdays = forms.MultipleChoiceField(
        label="On", choices=WEEK, required=False, widget=forms.CheckboxSelectMultiple
    )
    rule = forms.CharField(
        label="Rule",
        max_length=500,
        required=False,
        help_text="As in calendars: FREQ=MONTHLY;BYDAY=-1FR is the last Friday of each month.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    first_date = forms.DateField(label="From", required=False, widget=day_input())
    clock = forms.TimeField(label="At", required=False, widget=_clock())
    most = forms.IntegerField(
        label="At most so many times",
        min_value=1,
        max_value=repeats.MOST_MAX,
        required=False,
        help_text="Empty: without an end.",
    )
    season_from = forms.CharField(
        label="Season from",
        max_length=5,
        required=False,
        help_text="Month and day, like 11-15.",
    )
    season_to = forms.CharField(label="Season to", max_length=5, required=False)
    words = forms.CharField(
        label="Other wordings",
        required=False,
        help_text="Taken in turn. A line with --- begins the next one.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def terms(self) -> Terms:
        said = self.cleaned_data
        at: time | None = said["clock"]
        given = {
            "most": said["most"],
            "season": (said["season_from"].strip(), said["season_to"].strip()),
            "words": re.split(r"(?m)^\s*-{3,}\s*$", said["words"]),
        }
        if said["how"] == SLOTS:
            return Terms(every_days=said["every_days"] or 30, **given)
        return Terms(
            rule=self._rule(),
            first_date=said["first_date"],
            minute=at.hour * 60 + at.minute if at else None,
            **given,
        )

    def _rule(self) -> str:
        said = self.cleaned_data
        if said["how"] == OWN:
            if not said["rule"].strip():
                raise NotYet("Write a rule, or choose one of the others.", "rule")
            return str(said["rule"].strip())
        rule = f"FREQ={said['how']};INTERVAL={said['interval'] or 1}"
        if said["how"] == "WEEKLY" and said["weekdays"]:
            return f"{rule};BYDAY={','.join(said['weekdays'])}"
        return rule


class Boards(forms.Form):
    """Which of them, from when on, and how far apart."""

    start_date = forms.DateField(label="First day", widget=day_input())
    clock = forms.TimeField(label="At", widget=_clock())
    every_days = forms.IntegerField(
        label="Days between two of them", min_value=1, max_value=spreading.DAYS_MAX, initial=7
    )

    def __init__(self, field: Field, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        values: forms.Field = forms.CharField(
            label=f"{field.label}s",
            help_text="One a line, in the order they are to be used.",
            widget=forms.Textarea(attrs={"rows": 5}),
        )
        if field.choices:
            values = forms.MultipleChoiceField(
                label=f"{field.label}s",
                choices=[c for c in field.choices if c[0]],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields = {"values": values, **self.fields}

    def values(self) -> list[str]:
        said = self.cleaned_data["values"]
        lines = said.splitlines() if isinstance(said, str) else said
        return [line.strip() for line in lines if line.strip()]


# --- come again -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page
def again(request: Request, pk: int) -> HttpResponse:
    """The form, what it would come to, and what comes again already."""
    post = _post(request, pk)
    form = Again(request.POST or None, initial=_first_terms(request, post))
    row: Repeat | None = None
    times: list[datetime] = []
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            terms = form.terms()
            if request.POST.get("do") == "save":
                return _begun(request, repeats.start(post, terms, by=request.actor))
            row, times = _rehearsed(post, terms, request)
    context = {
        "form": form,
        "row": row,
        "times": times,
        "rows": [(r, _days(r), _skipped(r)) for r in post.repeats.order_by("-pk")],
    }
    return _shown(request, post, "queues/again.html", context, form)


def _rehearsed(post: Post, terms: Terms, request: Request) -> tuple[Repeat, list[datetime]]:
    """What saving would give: done, looked at, and rolled back."""
    with transaction.atomic():
        row = repeats.start(post, terms, by=request.actor)
        times = repeats.ahead(row)
        transaction.set_rollback(True)
    return row, times


def _begun(request: Request, row: Repeat) -> HttpResponse:
    if row.state == Repeat.State.ON:
        tell(request, "It comes again", _step(request, "repeat-stop", row))
    else:
        tell(request, "Saved. Somebody who may approve and schedule has to agree")
    return redirect(_page(request, row.origin_id))


def _first_terms(request: Request, post: Post) -> dict[str, Any]:
    at = post.planned_for or timezone.now()
    local = at.astimezone(known_zone(_zone_name(request, post)))
    return {
        "how": SLOTS,
        "every_days": 30,
        "interval": 1,
        "weekdays": [WEEK[local.weekday()][0]],
        "first_date": timezone.localdate(),
        "clock": local.time() if post.planned_for else time(9),
    }


def _days(row: Repeat) -> list[datetime]:
    return repeats.ahead(row) if row.state == Repeat.State.ON else []


def _skipped(row: Repeat) -> list[date]:
    """Days left out that are still to come."""
    days = (date.fromisoformat(day) for day in row.skipped)
    return [day for day in days if day >= timezone.localdate()]


@require_POST
@page
def skip(request: Request, pk: int) -> HttpResponse:
    """Leave out one day."""
    row, day = _repeat(request, pk), day_of(request.POST.get("day", ""))
    if day is None:
        raise NotYet("Choose one of the days shown.", "day")
    repeats.skip(row, day, by=request.actor)
    undo = f"{_step(request, 'repeat-put-back', row)}?day={day}"
    tell(request, f"Left out: {day:%a} {day.day} {day:%b %Y}", undo)
    return redirect(_page(request, row.origin_id))


@require_POST
@page
def put_back(request: Request, pk: int) -> HttpResponse:
    """It comes on that day after all."""
    row, day = _repeat(request, pk), day_of(request.GET.get("day", ""))
    if day is None:
        raise NotYet("Choose one of the days that are left out.", "day")
    repeats.put_back(row, day, by=request.actor)
    return undone(request, "It comes on that day after all", _page(request, row.origin_id))


# --- over boards ----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@page
def spread(request: Request, pk: int) -> HttpResponse:
    post = _post(request, pk)
    field = spreading.over(post)
    zone = known_zone(_zone_name(request, post))
    if field is None:
        return _shown(request, post, "queues/spread.html", {"zone": zone.key})
    begin = {"start_date": timezone.localdate(timezone=zone), "clock": time(9)}
    form = Boards(field, request.POST or None, initial=begin)
    stops: Sequence[Stop] = ()
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            said = form.cleaned_data
            at = instant(datetime.combine(said["start_date"], said["clock"]), zone)
            asked = field.key, form.values(), at, said["every_days"]
            stops = spreading.projected(post, *asked)
            save = request.POST.get("do") == "save"
            with transaction.atomic():  # looking is saving, rolled back: it refuses the same
                made = spreading.spread(post, *asked, by=request.actor)
                transaction.set_rollback(not save)
            if save:
                tell(request, f"{len(made)} posts, {said['every_days']} days apart")
                return redirect("post", request.workspace.slug, pk)
    context = {"form": form, "stops": stops, "field": field, "zone": zone.key}
    return _shown(request, post, "queues/spread.html", context, form)


# --- pieces ---------------------------------------------------------------------------------


def _shown(
    request: Request,
    post: Post,
    template: str,
    context: dict[str, Any],
    form: forms.Form | None = None,
) -> HttpResponse:
    may = [request.actor.can("publish", v.channel_id) for v in post.variants.all()]
    context |= {"post": post, "may": all(may)}
    status = 422 if form is not None and form.errors else 200
    with timezone.override(known_zone(_zone_name(request, post))):
        return render(request, template, context, status=status)


def _zone_name(request: Request, post: Post) -> str:
    """Of its first channel, as everywhere where its dates are worked out."""
    first = post.variants.select_related("channel__workspace").order_by("pk").first()
    return first.channel.zone_name if first else request.workspace.time_zone


def _post(request: Request, pk: int) -> Post:
    return own(Post.objects.select_related("workspace"), request, pk=pk)


def _repeat(request: Request, pk: int) -> Repeat:
    rows = Repeat.objects.select_related("origin__workspace")
    return own(rows, request, "origin__workspace", pk=pk)


def _page(request: Request, post: int) -> str:
    return reverse("post-again", args=[request.workspace.slug, post])


def _step(request: Request, name: str, row: Repeat) -> str:
    return reverse(name, args=[request.workspace.slug, row.pk])


HERE = "w/<slug:ws>/"
urlpatterns = [
    path(f"{HERE}posts/<int:pk>/again/", again, name="post-again"),
    path(f"{HERE}posts/<int:pk>/spread/", spread, name="post-spread"),
    path(f"{HERE}queues/repeats/<int:pk>/skip/", skip, name="repeat-skip"),
    path(f"{HERE}queues/repeats/<int:pk>/put-back/", put_back, name="repeat-put-back"),
]
