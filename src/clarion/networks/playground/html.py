"""The frame around every page, and the few shapes that pages share. No JavaScript anywhere."""

import json
import re
from collections.abc import Mapping
from html import escape
from importlib.resources import files
from typing import Any

from clarion.networks.limits.words import SURFACES
from clarion.networks.playground.clock import now, to_datetime
from clarion.networks.playground.messages import Heard
from clarion.networks.playground.web import Answer, Request, page
from clarion.networks.practice import PRACTISED

CSS = (files(__package__) / "playground.css").read_bytes()
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),  # with none, browsers hide whose form it was
)
NAV = (("/", "Feed"), ("/switchboard", "Switchboard"), ("/shop", "Demo shop"))
MARK = re.compile(r"https?://[^\s<>\"]+|(?<![\w@/.])@[\w.-]*\w")
ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


async def style(_: Request) -> Answer:
    return Answer(CSS, mime="text/css; charset=utf-8", headers=(("Cache-Control", "no-cache"),))


def frame(
    title: str, body: str, *, at: str = "", two: bool = False, status: int = 200
) -> Answer:
    """A whole page around `body`, which is HTML; `title` is text."""
    links = "".join(
        f'<a href="{path}"{" aria-current=page" if path == at else ""}>{name}</a>'
        for path, name in NAV
    )
    html = f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Playground</title>
<link rel="icon" href="{ICON}"><link rel="stylesheet" href="/playground.css"></head><body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><p class="notice"><strong>Playground: a practice network.</strong>
Nothing here is real.</p><div><a class="brand" href="/">Play<span>ground</span></a>
<nav aria-label="Main">{links}</nav></div></header>
<main id="main"{' class="two"' if two else ""}>{body}</main></body></html>"""
    return page(html, status, HEADERS)


def problem(sentence: str, status: int) -> Answer:
    body = (
        f'<h1>That did not work</h1><div class="card"><p>{escape(sentence)}</p>'
        '<p><a href="/">To the feed</a> · use your browser\'s back button to get to what '
        "you typed.</p></div>"
    )
    return frame("That did not work", body, status=status)


# --- shapes -------------------------------------------------------------------------------


def post_card(row: Any, numbers: Mapping[str, int]) -> str:
    """A post with everything in it. `row` is a post joined with handle and name."""
    answer = row["reply_to"]
    context = f'<p class="soft">In answer to {_thing(answer)}</p>' if answer else ""
    link = f"/p/{row['id']}"
    extra = json.loads(row["extra"])
    inside = f'<p class="text">{rich(row["text"])}</p>{media(row)}{_poll(extra.get("poll"))}'
    inside += _card(row["link"]) + _told(extra)
    if row["sensitive"]:
        inside = f"<details><summary>Sensitive content</summary>{inside}</details>"
    state = "" if row["ready_at"] <= now() else '<span class="on">Processing</span> '
    head = face(row["handle"], row["name"], "h2") + stands_as(row)
    return f"""<article class="card">{head}{context}{inside}
{figures(numbers)}<p class="soft">{state}<a href="{link}">{when(row["created_at"])}</a></p>
</article>"""


def stands_as(row: Any) -> str:
    """In which place of which network it stands, where that is not the usual one here."""
    practised = PRACTISED[row["practises"]].name if row["practises"] else ""
    place = SURFACES.get(row["surface"], "") if row["surface"] != "feed" else ""
    words = " · ".join(filter(None, [practised and f"Practice for {practised}", place]))
    return f'<p class="soft place">{escape(words)}</p>' if words else ""


def _poll(poll: Mapping[str, Any] | None) -> str:
    if not poll:
        return ""
    choices = "".join(f"<li>{escape(choice)}</li>" for choice in poll["choices"])
    return f'<ul class="poll">{choices}</ul><p class="soft">Open for {poll["hours"]} hours</p>'


def _told(extra: Mapping[str, Any]) -> str:
    """What was disclosed, and what the network was told beside the words."""
    marks = (("paid_partnership", "Paid partnership"), ("made_with_ai", "Made with AI"))
    told = [words for key, words in marks if extra.get(key)]
    told += [
        f"{key.replace('_', ' ')}: {value}" for key, value in extra.get("options", {}).items()
    ]
    return f'<p class="soft">{escape(" · ".join(told))}</p>' if told else ""


def face(handle: str, name: str, level: str = "p") -> str:
    color = sum(handle.encode()) % 6
    return (
        f'<div class="who"><span class="face f{color}" aria-hidden="true">'
        f"{escape(name[:1].upper())}</span><div><{level} class=name><a href="
        f'"/@{escape(handle)}">{escape(name)}</a></{level}>'
        f'<p class="soft">@{escape(handle)}</p></div></div>'
    )


def figures(numbers: Mapping[str, int]) -> str:
    inside = "".join(f"<li><b>{count:,}</b> {name}</li>" for name, count in numbers.items())
    return f'<ul class="numbers">{inside}</ul>'


def said(heard: Heard, anchor: str = "") -> str:
    spot = f' id="{escape(anchor)}"' if anchor else ""
    return (
        f'<div class="said"{spot}><p><b>{escape(heard.name)}</b> '
        f'<span class="soft">@{escape(heard.author)} · {when(heard.at)}</span></p>'
        f'<p class="text" lang="{escape(heard.language)}">{rich(heard.text)}</p></div>'
    )


def rich(text: str) -> str:
    """Text with its links and mentions made into links; everything else is escaped."""
    out, last = [], 0
    for found in MARK.finditer(text):
        out.append(escape(text[last : found.start()]))
        word, last = found[0], found.end()
        target = word if word[0] == "h" else f"/{word.lower()}"
        out.append(f'<a href="{escape(target)}" rel="nofollow ugc">{escape(word)}</a>')
    return "".join([*out, escape(text[last:])])


def when(at: int) -> str:
    moment = to_datetime(at)
    return f'<time datetime="{moment.isoformat()}">{moment:%d %b %Y, %H:%M:%S} UTC</time>'


def media(row: Any) -> str:
    media = json.loads(row["media"])
    if not media:
        return ""
    return f'<div class="media">{"".join(map(_medium, media))}</div>'


def _medium(medium: Mapping[str, Any]) -> str:
    source, alt = f"/media/{medium['id']}", escape(medium["alt"])
    if medium["mime"].startswith("video/"):
        return f'<video src="{source}" controls preload="metadata" aria-label="{alt}"></video>'
    if not medium["mime"].startswith("image/"):
        kind = medium["mime"].rpartition("/")[2]
        return f'<a class="link" href="{source}" download>Document ({escape(kind)})</a>'
    return f'<img src="{source}" alt="{alt}" loading="lazy">'


def _card(link: str) -> str:
    if not link:
        return ""
    return f'<a class="link" href="{escape(link)}" rel="nofollow ugc">{escape(link)}</a>'


def _thing(remote_id: str) -> str:
    found = re.match(r"p(\d+)", remote_id)
    return f'<a href="/p/{found[1]}">a post</a>' if found else "what somebody said"
