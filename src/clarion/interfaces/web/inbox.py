"""The inbox: what people said to us, one list; each conversation with its person beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from clarion.accounts.queries import members
from clarion.community import actions, queries
from clarion.community.models import Conversation, Reply
from clarion.community.pending import may_submit, waiting
from clarion.community.queries import VIEWS, Wanted
from clarion.content.models import Label
from clarion.interfaces.web.door import Request, own, page, tell, undone
from clarion.interfaces.web.writing import begin, end, others
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing

Context = dict[str, Any]


class Answer(forms.Form):
    """What goes out. `seen` says how much of our own side the writer has seen."""

    text = forms.CharField(widget=forms.Textarea, strip=False, required=False)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


# --- pages ------------------------------------------------------------------------------------


@page
def show(request: Request) -> HttpResponse:
    return render(request, "inbox/inbox.html", _list(request))


@page
def conversation(request: Request, pk: int) -> HttpResponse:
    return _answered(request, _conversation(request, pk))


@page
def part_list(request: Request) -> HttpResponse:
    """The list alone, as it is now."""
    here = request.GET.get("here", "")
    context = {**_list(request), "here": int(here) if here.isdecimal() else None}
    return render(request, "inbox/_list.html", context)


@page
def part_thread(request: Request, pk: int) -> HttpResponse:
    """What was said: the end of it, or what came before `earlier`."""
    return _thread(request, _conversation(request, pk))


def _thread(request: Request, found: Conversation) -> HttpResponse:
    cursor = request.GET.get("earlier", "")
    context = {"conversation": found, "thread": queries.thread(found, cursor)}
    part = "inbox/_earlier.html" if cursor else "inbox/_thread.html"
    return render(request, part, {**context, **_can(request, found)})


def _answered(
    request: Request,
    found: Conversation,
    form: Answer | None = None,
    other: str = "",
    status: int = 200,
    *,
    sent: bool = False,
) -> HttpResponse:
    """The conversation, with the form as it was left; the whole page where it was asked for."""
    context = {**_talk(request, found, form), "other": other, "sent": sent}
    if request.headers.get("HX-Request"):
        return render(request, "inbox/_convo.html", context, status=status)
    return render(request, "inbox/inbox.html", {**_list(request), **context}, status=status)


def _list(request: Request) -> Context:
    wanted, who = _wanted(request), request.membership
    cursor = request.GET.get("before", "")
    return {
        "cursor": cursor,
        "wanted": wanted,
        "query": _query(wanted),
        "pile": queries.inbox(who, wanted, cursor),
        "views": _views(wanted, queries.counts(who)),
        "kinds": Conversation.Kind.choices,
        "feeds": queries.feeds(request.workspace),
        "here": None,
        "labels": _labels(request),
        "may_pick": request.actor.can_somewhere("answer"),
        "team": members(request.workspace),
    }


def _labels(request: Request) -> list[Label]:
    """Those that some conversation has."""
    rows = Label.objects.filter(workspace=request.workspace, conversations__isnull=False)
    return list(rows.distinct())


def _views(wanted: Wanted, counts: dict[str, int]) -> list[Context]:
    return [
        {
            "words": words,
            "query": _query(replace(wanted, view=key)),
            "here": key == wanted.view,
            "count": counts.get(key),
        }
        for key, words in VIEWS.items()
    ]


def _talk(request: Request, found: Conversation, form: Answer | None) -> Context:
    thread = queries.thread(found, request.GET.get("earlier", ""))
    return {
        "conversation": found,
        "here": found.pk,
        "wanted": _wanted(request),
        "query": _query(_wanted(request)),
        "thread": thread,
        "form": form or Answer(initial={"seen": thread.last_answer}),
        "waiting_since": queries.waiting_since(found),
        "before": queries.before(found),
        "people": queries.can_answer(found),
        "limits": found.channel.limits,
        **_can(request, found),
    }


def _can(request: Request, found: Conversation) -> Context:
    return {
        "may_answer": request.actor.can("answer", found.channel_id),
        "may_submit": may_submit(request.actor, found),
        "pending": waiting(request.workspace).filter(conversation=found),
        "writing": others(found, request.membership),
    }


def _wanted(request: HttpRequest) -> Wanted:
    return wanted_of(request.GET.dict())


def wanted_of(asked: Mapping[str, str]) -> Wanted:
    """The filter in an address. What makes no sense there filters nothing."""
    view, kind = asked.get("view", "open"), asked.get("kind", "")
    return Wanted(
        view if view in VIEWS else "open",
        _number(asked.get("channel", "")),
        kind if kind in Conversation.Kind.values else "",
        _number(asked.get("label", "")),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _query(wanted: Wanted) -> str:
    said = {
        "view": wanted.view,
        "channel": wanted.channel,
        "kind": wanted.kind,
        "label": wanted.label,
    }
    kept = {k: v for k, v in said.items() if v and v != "open"}
    return f"?{urlencode(kept)}" if kept else ""


def _conversation(request: Request, pk: int) -> Conversation:
    rows = Conversation.objects.select_related(
        "channel__workspace",
        "workspace",
        "assigned_to__user",
        "delivery__variant__post__campaign",
    )
    return own(rows, request, pk=pk)


# --- what can be done -------------------------------------------------------------------------


@page
@require_POST
def answer(request: Request, pk: int) -> HttpResponse:
    found, form = _conversation(request, pk), Answer(request.POST)
    seen = (
        None if "anyway" in request.POST or not form.is_valid() else form.cleaned_data["seen"]
    )
    try:
        actions.answer(found, request.POST.get("text", ""), seen=seen, by=request.actor)
    except Conflict as reason:
        return _answered(request, found, form, str(reason), status=409)
    except NotYet as reason:
        form.add_error("text", str(reason))
        return _answered(request, found, form, status=422)
    end(found, request.membership)
    if not request.headers.get("HX-Request"):
        return redirect(_address(request, pk))
    return _answered(request, found, sent=True)


@page
@require_POST
def writing(request: Request, pk: int) -> HttpResponse:
    """Somebody is typing here: whoever else looks at it sees that."""
    found = _conversation(request, pk)
    request.actor.must("answer", request.workspace.pk, found.channel_id)
    begin(found, request.membership)
    return HttpResponse(status=204)


@page
@require_POST
def done(request: Request, pk: int) -> HttpResponse:
    """Done with it, and on to the next one."""
    found = _conversation(request, pk)
    following = queries.following(found, request.membership, _wanted(request))
    actions.finish(found, by=request.actor)
    undo = reverse("conversation-reopen", args=[request.workspace.slug, pk])
    tell(request, f"Done with {found.author}", undo)
    return redirect(_address(request, following))


@page
@require_POST
def reopen(request: Request, pk: int) -> HttpResponse:
    found = _conversation(request, pk)
    actions.finish(found, done=False, by=request.actor)
    return undone(request, f"{found.author} waits for an answer again", _address(request, pk))


@page
@require_POST
def assign(request: Request, pk: int) -> HttpResponse:
    """Ask somebody to answer. `to` is a membership, or empty for nobody."""
    found = _conversation(request, pk)
    to, was = request.POST.get("to", request.GET.get("to", "")), found.assigned_to_id or ""
    person = (
        own(request.workspace.memberships.select_related("user"), request, pk=to)
        if to.isdecimal()
        else None
    )
    actions.assign(found, person, by=request.actor)
    words = f"{person.user} answers {found.author}" if person else "Nobody is asked to answer"
    if "to" in request.GET:
        return undone(request, words, _address(request, pk))
    undo = reverse("conversation-assign", args=[request.workspace.slug, pk])
    tell(request, words, f"{undo}?to={was}")
    return redirect(_address(request, pk))


@page
@require_POST
def note(request: Request, pk: int) -> HttpResponse:
    found = _conversation(request, pk)
    actions.add_note(found, request.POST.get("note", ""), by=request.actor)
    if request.headers.get("HX-Request"):
        return _answered(request, found)
    return redirect(_address(request, pk))


@page
@require_POST
def retry(request: Request, pk: int, reply: int) -> HttpResponse:
    publishing.retry(_reply(request, pk, reply), by=request.actor)
    return _after_reply(request, pk)


@page
@require_POST
def drop(request: Request, pk: int, reply: int) -> HttpResponse:
    actions.drop(_reply(request, pk, reply), by=request.actor)
    return _after_reply(request, pk)


def _reply(request: Request, pk: int, reply: int) -> Reply:
    rows = Reply.objects.select_related("conversation", "channel")
    return own(rows, request, pk=reply, conversation=pk, path="conversation__workspace")


def _after_reply(request: Request, pk: int) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _thread(request, _conversation(request, pk))
    return redirect(_address(request, pk))


def _address(request: Request, pk: int | None) -> str:
    ws = request.workspace.slug
    at = reverse("conversation", args=[ws, pk]) if pk else reverse("inbox", args=[ws])
    return at + _query(_wanted(request))


HERE = "w/<slug:ws>/inbox/"
urlpatterns = [
    path(HERE, show, name="inbox"),
    path(f"{HERE}list/", part_list, name="inbox-list"),
    path(f"{HERE}<int:pk>/", conversation, name="conversation"),
    path(f"{HERE}<int:pk>/thread/", part_thread, name="conversation-thread"),
    path(f"{HERE}<int:pk>/answer/", answer, name="conversation-answer"),
    path(f"{HERE}<int:pk>/writing/", writing, name="conversation-writing"),
    path(f"{HERE}<int:pk>/done/", done, name="conversation-done"),
    path(f"{HERE}<int:pk>/reopen/", reopen, name="conversation-reopen"),
    path(f"{HERE}<int:pk>/assign/", assign, name="conversation-assign"),
    path(f"{HERE}<int:pk>/note/", note, name="conversation-note"),
    path(f"{HERE}<int:pk>/replies/<int:reply>/retry/", retry, name="reply-retry"),
    path(f"{HERE}<int:pk>/replies/<int:reply>/drop/", drop, name="reply-drop"),
]
