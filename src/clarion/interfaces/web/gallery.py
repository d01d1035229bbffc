"""Every component in every state, on one page that exists only while debugging."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from clarion.interfaces.web.charts import Chart, Series
from clarion.interfaces.web.templatetags.ui import STATES

SPRITE = Path(__file__).resolve().parent / "static/vendor/icons.svg"
REACH = [220, 360, 410, 380, 405, 395, 280, 360, 385, 430, None, 470, 430, 300]
BEFORE = [190, 250, 300, 300, 310, 305, 200, 260, 290, 330, 320, 390, 330, 210]


@dataclass(frozen=True)
class Mark:
    """Stands for a network: what a glyph needs to know."""

    icon: str
    name: str


class Sample(forms.Form):
    name = forms.CharField(help_text="As people know it.", initial="Autumn menu")
    goal = forms.ChoiceField(choices=[("reach", "Reach"), ("visits", "Visits to the site")])
    starts = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    budget = forms.DecimalField(max_value=500)
    brief = forms.CharField(widget=forms.Textarea, required=False)
    channels = forms.MultipleChoiceField(
        choices=[("1", "First channel"), ("2", "Second channel")],
        widget=forms.CheckboxSelectMultiple,
    )
    pace = forms.ChoiceField(
        choices=[("even", "Evenly"), ("front", "Early")], widget=forms.RadioSelect
    )
    track = forms.BooleanField(label="Track links", help_text="Adds a short address.")


def show(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    return render(request, "components/gallery.html", _context())


def _context() -> dict[str, Any]:
    names = re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text())
    now = timezone.now()
    return {
        "form": Sample(),
        "asked": Sample(auto_id="asked_%s"),
        "wrong": Sample(
            {"name": "", "budget": "900", "goal": "reach", "channels": ["3"]}, auto_id="bad_%s"
        ),
        "states": list(STATES),
        "icons": [n for n in names if not n.startswith("b-")],
        "marks": [Mark(n, n.removeprefix("b-").title()) for n in names if n.startswith("b-")],
        "charts": _charts(),
        "points": REACH,
        "page": Paginator(range(100), 10).page(3),
        "views": [
            ("All", "#all", True, 12),
            ("Mine", "#mine", False, 3),
            ("Done", "#done", False),
        ],
        "now": now,
        "soon": now + timedelta(hours=3),
        "past": now - timedelta(minutes=12),
        "spent": Decimal("1234.50"),
        "people": ["Mara Lindt", "Joon Park", "Ines Duarte", "Sam Okoro"],
    }


def _charts() -> dict[str, Chart]:
    days = [f"{day} Nov" for day in range(1, 15)]
    before = Series("Period before", BEFORE)
    parts = [
        Series(name, [round((v or 0) * share) for v in BEFORE])
        for name, share in (("Comments", 0.5), ("Shares", 0.3), ("Saves", 0.2))
    ]
    return {
        "line": Chart("Reach over time", days, [Series("This period", REACH)], before=before),
        "bars": Chart("Engagements by kind", days, parts, kind="bar"),
        "rows": Chart(
            "Share of reach",
            ["Short films", "Recipes", "Behind the counter", "News"],
            [Series("Reach", [48, 31, 17, None])],
            kind="rows",
            unit="%",
        ),
        "nothing": Chart("Clicks", days[:3], [Series("Clicks", [None, None, None])]),
    }


urlpatterns = [path("gallery/", show, name="gallery")]
