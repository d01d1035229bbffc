"""What the composer may ask for this network, and how those answers become a request."""

from collections.abc import Mapping
from typing import Any

from clarion.networks.base import Draft, Field

VISIBILITIES = (
    ("", "As the account is set"),
    ("public", "Public"),
    ("unlisted", "Quiet public: not in timelines and search"),
    ("private", "Followers only"),
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
    Field("poll_multiple", "Several choices may be picked", kind="flag", required=False),
)


def warning(draft: Draft) -> str:
    return draft.options.get("warning", "").strip()


def language(draft: Draft) -> str:
    """The ISO 639 code: "de" for "de-AT"."""
    said = draft.options.get("language", "") or next(iter(draft.languages), "")
    return said.strip().split("-")[0].lower()


def poll(draft: Draft) -> Mapping[str, Any] | None:
    if draft.poll is None:
        return None
    return {
        "options": list(draft.poll.choices),
        "expires_in": draft.poll.hours * 3600,
        "multiple": draft.options.get("poll_multiple", "") in ("1", "on", "true", "yes"),
    }
