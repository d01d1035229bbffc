"""What was found out, with its source: what a strategy stands on."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from clarion.interfaces.web.door import Request, blaming, day_input, leaf, own, page
from clarion.research import actions
from clarion.research.models import Finding


class FindingForm(forms.Form):
    text = forms.CharField(
        label="What did you find out?",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
    )
    about = forms.ChoiceField(choices=Finding.About.choices, label="It is about")
    source = forms.CharField(
        required=False,
        max_length=1000,
        label="Where from",
        help_text="A link, a book, a conversation. A finding with a source is worth more.",
    )
    found_on = forms.DateField(required=False, label="When", widget=day_input())


@page
def show(request: Request) -> HttpResponse:
    return _show(request, FindingForm())


@page
@require_POST
def note(request: Request) -> HttpResponse:
    form = FindingForm(request.POST)
    if form.is_valid():
        with blaming(form):
            actions.note_finding(request.workspace, **form.cleaned_data, by=request.actor)
            messages.success(request, "Noted")
            return redirect("research", request.workspace.slug)
    return _show(request, form, 422)


@page
@require_POST
def strike(request: Request, pk: int) -> HttpResponse:
    actions.strike_finding(own(Finding.objects.all(), request, pk=pk), by=request.actor)
    messages.success(request, "Struck")
    return redirect("research", request.workspace.slug)


def _show(request: Request, form: FindingForm, status: int = 200) -> HttpResponse:
    about = request.GET.get("about", "")
    rows = request.workspace.findings.order_by("-found_on", "-pk")
    if about in Finding.About.values:
        rows = rows.filter(about=about)
    context = {
        "form": form,
        "findings": leaf(request, rows),
        "about": about,
        "kinds": [("", "All"), *Finding.About.choices],
        "may_plan": request.actor.can("plan"),
    }
    return render(request, "research/research.html", context, status=status)


HERE = "w/<slug:ws>/research/"
urlpatterns = [
    path(HERE, show, name="research"),
    path(f"{HERE}note/", note, name="finding-note"),
    path(f"{HERE}<int:pk>/strike/", strike, name="finding-strike"),
]
