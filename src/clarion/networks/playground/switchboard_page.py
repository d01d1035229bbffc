"""The switchboard as a page: every fault, the clock, the people, each with its button."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from html import escape
from typing import Any

from clarion.networks.playground.control import only_here, stats
from clarion.networks.playground.html import frame
from clarion.networks.playground.place import Place
from clarion.networks.playground.switchboard import CALLS, KINDS
from clarion.networks.playground.talk import MOODS
from clarion.networks.playground.web import Answer, Handler, Request

SPEEDS = {"0": "stands still", "1": "as outside", "60": "a minute a second",
          "3600": "an hour a second", "86400": "a day a second"}  # fmt: skip
WHERE = {
    "public": "in public",
    "on": "below a post (its number)",
    "mention": "about an account (its handle)",
    "direct": "in private to an account (its handle)",
}
LABELS = {
    "answer_after": "Every answer takes (seconds)",
    "processing_seconds": "Films are chewed on (seconds)",
    "per_hour": "Posts an hour and account (0: any)",
    "talk": "Strangers talk (1 is usual)",
    "key_seconds": "Seconds until a key has to be refreshed (0: never)",
    "grant_seconds": "Seconds until an account has to be connected again (0: never)",
    "clicks_per_second": "Real visits to links a second",
    "subjects": "Subjects they talk about, with commas",
}


def routes(place: Place) -> list[tuple[str, str, Handler]]:
    return [("GET", "/switchboard", partial(show, place))]


async def show(place: Place, request: Request) -> Answer:
    only_here(request)
    left = f"{_faults(place)}{_say()}"
    right = f"{_time(place)}{_settings(place)}{_accounts()}{_stats(place)}"
    body = (
        f'<h1>Switchboard</h1><div class="column">{left}</div><div class="stack">{right}</div>'
    )
    return frame("Switchboard", body, at="/switchboard", two=True)


def _faults(place: Place) -> str:
    on: dict[str, list[str]] = {}
    for fault in place.switchboard.faults():
        whose = f"@{fault.account}" if fault.account else "everybody"
        often = f"the next {fault.left}" if fault.left else f"{fault.probability:.0%}"
        on.setdefault(fault.kind, []).append(f"{often} of {whose}, {CALLS[fault.calls]}")
    rows = "".join(_fault(kind, about, on.get(kind, ())) for kind, about in KINDS.items())
    fields = (
        _select("kind", "Fault", {k: k.replace("_", " ") for k in KINDS}),
        _select("calls", "Hits", CALLS),
        _input("account", "Account (empty: all)"),
        _input("next", "The next … requests", "number"),
        _input("probability", "Or this share of them, 0 to 1"),
        _input("seconds", "Seconds, where it takes some"),
    )
    return (
        f'<section class="card"><h2>What goes wrong</h2>{rows}</section>'
        '<section class="card"><h2>Exactly so</h2>'
        f"{_form('faults', ''.join(fields), 'Set this fault')}"
        f"{_form('faults/clear', '', 'Everything works again')}</section>"
    )


def _fault(kind: str, about: str, on: Any) -> str:
    name = kind.replace("_", " ")
    state = "".join(f' <span class="on">{escape(o)}</span>' for o in on)
    seconds = {"slow_down": "30", "slow": "5"}.get(kind, "0")
    choices = (("Next request", "next", "1"), ("Every second one", "probability", "0.5"),
               ("Off", "next", "0"))  # fmt: skip
    buttons = "".join(
        _form(
            "faults",
            _hidden(kind=kind, calls="all" if kind == "revoked" else "writes", seconds=seconds)
            + _hidden(**{key: value}),
            label,
            hint=f"{label}: {name}",
        )
        for label, key, value in choices
    )
    if kind == "twice":  # the inbox is only ever read
        buttons = buttons.replace('name="calls" value="writes"', 'name="calls" value="reads"')
    return (
        f'<div class="fault"><p><b>{name.capitalize()}</b>{state}<br>'
        f'<span class="soft">{about}</span></p><div class="row">{buttons}</div></div>'
    )


def _say() -> str:
    fields = (
        _input("author", "Who"),
        _select("where", "Where", WHERE),
        _input("target", "Which post or account"),
        _select("mood", "Mood", {m: m for m in MOODS}),
        '<label class="wide">What<textarea name="text" rows="2" required></textarea></label>',
    )
    return (
        '<section class="card"><h2>Let somebody say something</h2>'
        f"{_form('say', ''.join(fields), 'Say it', go=True)}</section>"
    )


def _time(place: Place) -> str:
    jumps = "".join(
        _form("time", _hidden(hours=hours), label)
        for label, hours in (("+1 hour", "1"), ("+1 day", "24"), ("+1 week", "168"))
    )
    speed = f"{place.clock.ticks[-1].speed:g}"
    select = _select("speed", "The clock", {speed: f"{speed} times as fast", **SPEEDS}, speed)
    return (
        f'<section class="card"><h2>Time</h2><div class="row">{jumps}</div>'
        f"{_form('time', select, 'Set the pace')}</section>"
    )


def _settings(place: Place) -> str:
    fields = "".join(
        _input(key, LABELS[key], value=str(value))
        for key, value in asdict(place.settings).items()
    )
    return (
        f'<section class="card"><h2>Settings</h2>{_form("settings", fields, "Keep")}</section>'
    )


def _accounts() -> str:
    return (
        '<section class="card"><h2>Accounts</h2>'
        f"{_form('revoke', _input('account', 'Handle'), 'Take its keys back')}"
        "<details><summary>Start again from nothing</summary><p>Every account, post and "
        f"message is deleted.</p>{_form('reset', '', 'Delete everything')}</details></section>"
    )


def _stats(place: Place) -> str:
    shown = {k: v for k, v in stats(place).items() if isinstance(v, int | float | str)}
    shown["simulated"] = stats(place)["simulated"][:16].replace("T", " ")
    shown |= {k: len(v) for k, v in stats(place).items() if isinstance(v, list)}
    rows = "".join(
        f'<tr><th scope="row">{escape(k.replace("_", " "))}</th><td class="n">{escape(str(v))}'
        "</td></tr>"
        for k, v in shown.items()
    )
    return f'<section class="card"><h2>What really happened</h2><table>{rows}</table></section>'


# --- parts of forms -----------------------------------------------------------------------


def _form(act: str, inside: str, label: str, *, go: bool = False, hint: str = "") -> str:
    fields = f'<div class="fields">{inside}</div>' if "<label" in inside else inside
    aria = f' aria-label="{escape(hint)}"' if hint else ""
    return (
        f'<form method="post" action="/control/{act}">{fields}'
        f"<button{' class=go' if go else ''}{aria}>{escape(label)}</button></form>"
    )


def _input(name: str, label: str, kind: str = "text", value: str = "") -> str:
    return (
        f'<label>{escape(label)}<input type="{kind}" name="{name}" value="{escape(value)}">'
        "</label>"
    )


def _select(name: str, label: str, options: Mapping[str, str], chosen: str = "") -> str:
    inside = "".join(
        f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(text)}'
        "</option>"
        for key, text in options.items()
    )
    return f'<label>{escape(label)}<select name="{name}">{inside}</select></label>'


def _hidden(**values: str) -> str:
    return "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in values.items())
