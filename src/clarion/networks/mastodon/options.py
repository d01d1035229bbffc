"""What the composer may ask for this network, and how those answers become a request."""

from collections.abc import Mapping, Sequence
from typing import Any

from clarion.networks.base import Draft, Field

VISIBILITIES = (
    ("", "As the account is set"),
    ("public", "Public"),
    ("unlisted", "Quiet public: not in timelines and search"),
    ("private", "Followers only"),
)
DURATIONS = (
    ("300", "5 minutes"),
    ("3600", "1 hour"),
    ("21600", "6 hours"),
    ("86400", "1 day"),
    ("259200", "3 days"),
    ("604800", "7 days"),
)
OPTIONS = (
    Field(
        "visibility",
        "Who can see it",
        kind="choice",
        required=False,
        choices=VISIBILITIES,
    ),
    Field(
        "warning",
        "Content warning",
        hint="Shown in place of the post until the reader opens it. Counts towards the length.",
        required=False,
    ),
    Field(
        "language",
        "Language",
        hint="Two or three letters, such as en or de. Empty: the language of the post.",
        required=False,
    ),
    Field(
        "poll",
        "Poll choices",
        hint="One per line, or separated by |. A poll cannot have media.",
        required=False,
    ),
    Field(
        "poll_seconds",
        "The poll is open for",
        kind="choice",
        default="86400",
        required=False,
        choices=DURATIONS,
    ),
    Field("poll_multiple", "Several choices may be picked", kind="flag", required=False),
)


def warning(draft: Draft) -> str:
    return draft.options.get("warning", "").strip()


def language(draft: Draft) -> str:
    """The ISO 639 code: "de" for "de-AT"."""
    said = draft.options.get("language", "") or next(iter(draft.languages), "")
    return said.strip().split("-")[0].lower()


def choices(draft: Draft) -> Sequence[str]:
    lines = draft.options.get("poll", "").replace("|", "\n").splitlines()
    return [line.strip() for line in lines if line.strip()]


def poll(draft: Draft) -> Mapping[str, Any] | None:
    if not (options := choices(draft)):
        return None
    return {
        "options": list(options),
        "expires_in": int(draft.options.get("poll_seconds") or 86_400),
        "multiple": draft.options.get("poll_multiple", "") in ("1", "on", "true", "yes"),
    }
