"""What a person can do about one delivery: try again, say what they saw, give up, take down."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.interfaces.web.by_hand import people
from clarion.interfaces.web.door import Request, own, page, toast
from clarion.kit.errors import NotYet
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery
from clarion.publishing.sending import by_hand, confirming, edits, evidence


@require_POST
@page
def act(request: Request, pk: int, do: str) -> HttpResponse:
    rows = Delivery.objects.select_related(
        "channel__workspace", "variant__post__workspace", "variant__channel", "hand__user"
    )
    delivery = own(rows, request, pk=pk, path="channel__workspace")
    problem = ""
    try:
        said = ACTS[do](request, delivery)
    except NotYet as reason:
        if not reason.about:
            raise
        said, problem = "", str(reason)
    return _answer(request, delivery, said, problem)


def _answer(request: Request, delivery: Delivery, said: str, problem: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        context = {
            "delivery": delivery,
            "problem": problem,
            "typed_url": request.POST.get("url", ""),
            "may_publish": request.actor.can("publish", delivery.channel_id),
            "with_post": "with_post" in request.POST,
            "typed_text": request.POST.get("text", ""),
            "people": people(request),
            "evidence": evidence.known([delivery]),
        }
        response = render(
            request, "composer/_delivery.html", context, status=422 if problem else 200
        )
        return toast(response, said) if said else response
    if problem:
        messages.error(request, problem)
    else:
        messages.success(request, said)
    name, args = (
        ("needs-you", [])
        if "with_post" in request.POST
        else ("post", [delivery.variant.post_id])
    )
    return redirect(reverse(name, args=[request.workspace.slug, *args]))


def _retry(request: Request, delivery: Delivery) -> str:
    publishing.retry(delivery, by=request.actor)
    looks = delivery.state == Delivery.State.UNSURE
    return "Looking on the network first, then trying again" if looks else "Trying again"


def _not_there(request: Request, delivery: Delivery) -> str:
    publishing.retry(delivery, not_there=True, by=request.actor)
    return "Sending it again, on your word that it is not there"


def _is_live(request: Request, delivery: Delivery) -> str:
    confirming.say_it_is_live(delivery, request.POST.get("url", "").strip(), by=request.actor)
    return "Noted: it is live"


def _drop(request: Request, delivery: Delivery) -> str:
    publishing.drop(delivery, by=request.actor)
    delivery.refresh_from_db()
    return f"Given up on {delivery.channel.handle}"


def _by_hand(request: Request, delivery: Delivery) -> str:
    chosen = request.POST.get("to", "")
    people = request.workspace.memberships.select_related("user")
    to = get_object_or_404(people, pk=int(chosen)) if chosen.isdigit() else None
    by_hand.hand_over(delivery, to, by=request.actor)
    delivery.refresh_from_db()
    return f"{to.user if to else 'Whoever may publish'} posts it"


def _by_itself(request: Request, delivery: Delivery) -> str:
    by_hand.take_back(delivery, by=request.actor)
    delivery.refresh_from_db()
    return "Clarion posts it"


def _change(request: Request, delivery: Delivery) -> str:
    edits.change(delivery, request.POST.get("text", ""), by=request.actor)
    return f"Changed on {delivery.channel.handle}"


def _take_down(request: Request, delivery: Delivery) -> str:
    publishing.take_down(delivery, by=request.actor)
    return f"Taken down on {delivery.channel.handle}"


ACTS: dict[str, Callable[[Request, Delivery], str]] = {
    "retry": _retry,
    "not-there": _not_there,
    "is-live": _is_live,
    "drop": _drop,
    "by-hand": _by_hand,
    "by-itself": _by_itself,
    "change": _change,
    "take-down": _take_down,
}
urlpatterns = [
    path(f"w/<slug:ws>/deliveries/<int:pk>/{do}/", act, {"do": do}, name=f"delivery-{do}")
    for do in ACTS
]
