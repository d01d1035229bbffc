"""Page: is it out? What is on record, and what stands on the network, for whoever decides."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path

from clarion.interfaces.web.door import Request, own, page
from clarion.kit.errors import NotYet
from clarion.publishing.models import Delivery
from clarion.publishing.sending import evidence

HERE = "w/<slug:ws>/deliveries/<int:pk>/in-doubt/"


@page
def show(request: Request, pk: int) -> HttpResponse:
    """The account's own posts from that time, each with “This is it”."""
    rows = Delivery.objects.select_related(
        "channel__workspace", "variant__post__workspace", "variant__channel", "after", "first"
    )
    delivery = own(rows, request, pk=pk, path="channel__workspace")
    if delivery.state != Delivery.State.HELD or not delivery.maybe_out:
        messages.info(request, "It is not in doubt any more.")
        return redirect("post", request.workspace.slug, delivery.variant.post_id)
    problem = ""
    if request.method == "POST":
        try:
            evidence.this_is_it(delivery, request.POST.get("post", ""), by=request.actor)
        except NotYet as reason:
            problem = str(reason)
        else:
            messages.success(request, f"Noted: it is live on {delivery.channel.handle}")
            return redirect("post", request.workspace.slug, delivery.variant.post_id)
    context = {
        "delivery": delivery,
        "words": delivery.draft().text,
        "known": evidence.known([delivery]).get(delivery.pk),
        "seen": evidence.seen(delivery, by=request.actor),
        "problem": problem,
    }
    return render(request, "in_doubt/show.html", context, status=422 if problem else 200)


urlpatterns = [path(HERE, show, name="delivery-in-doubt")]
