"""What a person typed, made fit to be kept, or a sentence that says why not."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from clarion.kit.errors import NotYet
from clarion.networks.base import Network

TEXT_MAX = 50_000  # characters; the longest network takes 40,000
LINK_MAX = 2_000
POLL_HOURS = 24  # where nobody says for how long
POLL_HOURS_MAX = 24 * 365


def clean_text(text: str, about: str) -> str:
    """The text with plain line ends. PostgreSQL keeps neither NUL nor half an emoji."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > TEXT_MAX:
        raise NotYet(
            f"The text has {len(text):,} characters; no network takes more than {TEXT_MAX:,}. "
            "Shorten it, or split it over several posts.",
            about,
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotYet(
            "The text holds half a character (a broken emoji). Delete it and type it again.",
            about,
        ) from None
    if "\x00" in text:
        raise NotYet(
            "The text holds an invisible control character. Paste it as plain text.", about
        )
    return text


def clean_link(link: str) -> str:
    """A web address, or nothing."""
    link = clean_text(link, "link").strip()
    if not link:
        return ""
    try:
        parts = urlsplit(link)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
        fine = fine and not any(c.isspace() or c < " " for c in link)
    except ValueError:
        fine = False
    if not fine or len(link) > LINK_MAX:
        raise NotYet(
            "The link must be a web address that starts with http:// or https://.", "link"
        )
    return link


def clean_poll(poll: Mapping[str, Any]) -> dict[str, Any]:
    """The choices in their order, and for how many hours one may vote; nothing for no poll."""
    choices = [clean_text(str(c), "poll").strip() for c in poll.get("choices") or ()]
    choices = [choice for choice in choices if choice]
    if not choices:
        return {}
    try:
        hours = int(poll.get("hours") or POLL_HOURS)
    except (TypeError, ValueError):
        hours = 0
    if not 1 <= hours <= POLL_HOURS_MAX:
        raise NotYet(f"A poll is open for 1 to {POLL_HOURS_MAX} hours.", "poll")
    return {"choices": choices, "hours": hours}


def clean_surface(network: Network, surface: str) -> str:
    """A place that the network has."""
    if network.surface(surface) is None:
        names = ", ".join(s.name for s in network.surfaces)
        raise NotYet(f"{network.name} has no “{surface[:40]}”. It has: {names}.", "surface")
    return surface


def clean_options(network: Network, options: Mapping[str, str]) -> dict[str, str]:
    """Only what the network asks for, only values it offers."""
    found = {}
    for field in network.options:
        value = clean_text(str(options.get(field.key, "") or ""), field.key)
        if value and field.choices and value not in dict(field.choices):
            raise NotYet(
                f"{network.name}: “{value[:40]}” is not a choice for {field.label}.", field.key
            )
        if value:
            found[field.key] = value
    return found
