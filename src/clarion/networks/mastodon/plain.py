"""Statuses travel as HTML; here they become plain text, and a form to compare two by."""

import re
import unicodedata
from collections.abc import Mapping
from html.parser import HTMLParser
from urllib.parse import unquote

_SERVER_OF_MENTION = re.compile(r"(@\w(?:[\w.-]*\w)?)@\w(?:[\w.-]*\w)?")
_MENTIONS_IN_FRONT = re.compile(r"^(?:\s*@\w[\w.@-]*)+")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_KEPT = frozenset(("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "So"))
_AS_EMOJI = "\ufe0f"  # asks for the coloured form of a sign; servers add and drop it
_BREAKS = frozenset({"p", "div", "li", "blockquote", "pre", "ul", "ol", "h1", "h2", "h3"})
_SILENT = frozenset({"script", "style", "template"})


def plain(html: str) -> str:
    """What a reader sees, with links written out in full. Never markup, whatever comes in.

    >>> plain('<p>Hi<br>you &amp; <a href="https://a.example/b?c=1">a.example/b…</a></p><p>!</p>')
    'Hi\\nyou & https://a.example/b?c=1\\n\\n!'
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = "".join(reader.parts)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def likeness(text: str, *, answer: bool = False) -> str:
    """A form that survives a server's rendering: letters, digits and emoji, nothing else.

    Servers straighten quotes, shorten links, and show mentions without their server. An
    `answer` is compared without the mentions in front, which are put there when it is sent.

    >>> likeness("Hi @ann@a.example: https://B.example/x!") == likeness("hi @ann — b.example/x")
    True
    """
    text = unquote(_SCHEME.sub("", _SERVER_OF_MENTION.sub(r"\1", text)))
    if answer:
        text = _MENTIONS_IN_FRONT.sub("", text)
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in text if unicodedata.category(c) in _KEPT and c != _AS_EMOJI)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._href = ""
        self._link: list[str] | None = None
        self._silent = ""  # the tag whose content is not shown

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {key: value or "" for key, value in attrs}
        # Servers put a "RE: link" in front of a quote for readers that do not know quotes.
        if not self._silent and (tag in _SILENT or "quote-inline" in found.get("class", "")):
            self._silent = tag
        elif tag == "br":
            self._say("\n")
        elif tag == "a":
            self._open(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag == "a":
            self._close()
        elif tag in _BREAKS:
            self._say("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def close(self) -> None:
        super().close()
        self._close()

    def _say(self, text: str) -> None:
        if not self._silent:
            (self.parts if self._link is None else self._link).append(text)

    def _open(self, found: Mapping[str, str]) -> None:
        self._close()
        kind = f"{found.get('class', '')} {found.get('rel', '')}".split()
        named = {"mention", "hashtag", "u-url", "tag"} & set(kind)
        self._href = "" if named else found.get("href", "")
        self._link = []

    def _close(self) -> None:
        if self._link is None:
            return
        shown, self._link = "".join(self._link), None
        self._say(_link(shown, self._href))


def _link(shown: str, href: str) -> str:
    """The address where the text is only a shortened address, else both."""
    if not _SCHEME.match(href) or shown.startswith(("#", "@")):
        return shown
    bare = shown.strip().rstrip("…").rstrip(".")
    return href if bare in href else f"{shown} ({href})"
