"""A campaign goes on to another brand: which, when, and on which of its channels."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from clarion.accounts.models import Membership
from clarion.channels.models import Channel
from clarion.content.copying import Copied, How, begins, channels_of, copy_campaign, copyable
from clarion.interfaces.web.door import Request, blaming, day_input, own, page
from clarion.strategy.models import Campaign


class CopyForm(forms.Form):
    """A field for each channel of the campaign, with the channels of the other brand."""

    into = forms.ModelChoiceField(
        Campaign.objects.none(),
        required=False,
        label="Into the campaign",
        empty_label="The one of the same name, or a new one",
    )
    starts_on = forms.DateField(
        required=False,
        widget=day_input(),
        label="Starts on",
        help_text="Everything keeps its distance to the start, and its hour of the day.",
    )
    days = forms.IntegerField(
        required=False,
        initial=0,
        label="Or moved by days",
        help_text="7 is a week later, -7 a week earlier. Only where no start is chosen.",
    )

    def __init__(self, source: Campaign, brand: Membership, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        campaigns = brand.workspace.campaigns.filter(archived_at=None).order_by("name", "pk")
        self.fields["into"].queryset = campaigns  # type: ignore[attr-defined]
        if begins(source) is None:
            del self.fields["starts_on"]
        rows = Channel.objects.filter(workspace=brand.workspace)
        rows = rows.exclude(state=Channel.State.GONE).select_related("workspace")
        for channel in channels_of(source):
            self.fields[f"channel_{channel.pk}"] = forms.ModelChoiceField(
                rows.order_by("network_key", "handle"),
                required=False,
                label=f"{channel.network.name} {channel.handle}",
                empty_label="Left out",
                initial=rows.filter(network_key=channel.network_key).first(),
            )

    def how(self) -> How:
        said = self.cleaned_data
        channels = {
            int(name.removeprefix("channel_")): channel
            for name, channel in said.items()
            if name.startswith("channel_") and channel
        }
        return How(channels, said["days"] or 0, said.get("starts_on"))


def other_brands(request: Request) -> QuerySet[Membership]:
    """Where else this person is a member."""
    rows = request.user.memberships.exclude(workspace=request.workspace)
    return rows.select_related("workspace", "user").order_by("workspace__name")


@page
def copy(request: Request, pk: int) -> HttpResponse:
    """Choose the brand, then how. Copying again adds only what is new."""
    source = own(Campaign.objects.select_related("workspace"), request, pk=pk)
    brands = other_brands(request)
    context = {"campaign": source, "posts": copyable(source).count(), "brands": brands}
    if "into" not in request.GET:
        return render(request, "campaigns/copy.html", context)
    brand = get_object_or_404(brands, workspace__slug=request.GET["into"])
    form = CopyForm(source, brand, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with blaming(form):
            into = form.cleaned_data["into"] or brand.workspace
            how, there = form.how(), brand.actor()
            made = copy_campaign(source, into, how, by=request.actor, there=there)
            messages.success(request, _told(made))
            return redirect("campaign", brand.workspace.slug, made.campaign.pk)
    context |= {"form": form, "brand": brand.workspace}
    return render(request, "campaigns/copy.html", context, status=422 if form.errors else 200)


def _told(made: Copied) -> str:
    n = len(made.posts)
    said = [f"{n} {'post' if n == 1 else 'posts'} copied as drafts."]
    if made.here:
        said.append(f"{made.here} had been copied before and stay as they are.")
    if made.undated:
        said.append(f"{made.undated} have no time, because theirs would have passed.")
    if made.left:
        said.append(f"{made.left} are left: copy once more for them.")
    return " ".join(said)


urlpatterns = [path("w/<slug:ws>/campaigns/<int:pk>/copy/", copy, name="campaign-copy")]
