"""Which column of a file means what: guessed from its title or from what stands in it."""

import re
from collections.abc import Callable, Mapping, Sequence

# What a column can mean -> what it is for, and titles that other programs give it.
FIELDS: Mapping[str, tuple[str, str]] = {
    "id": ("Id", "id, key, ref, reference, post id, external id"),
    "text": ("Text", "text, message, caption, content, post, copy, body, words, post text"),
    "thread": ("Thread", "thread, more, more parts, replies"),
    "channels": (
        "Channels",
        (
            "channels, channel, account, accounts, profile, profiles, network, networks, page, "
            "social profile, social network"
        ),
    ),
    "date": (
        "Date",
        (
            "date, day, when, datum, publish date, scheduled date, scheduled at, schedule, "
            "publish at, date and time, date & time, posting time, scheduled time, planned for"
        ),
    ),
    "time": ("Time", "time, hour, uhrzeit, publish time"),
    "link": ("Link", "link, url, website, web address, landing page"),
    "media": (
        "Pictures",
        (
            "media, pictures, picture, image, images, photo, photos, image url, image urls, "
            "picture url, media url, media urls, video, attachment, file"
        ),
    ),
    "alt": ("Picture description", "alt, alt text, picture description, image description"),
    "labels": ("Labels", "labels, label, tags, tag, category, categories"),
    "campaign": ("Campaign", "campaign, campaigns"),
    "first_comment": ("First comment", "first comment, comment"),
    "surface": ("Format", "surface, format, post type, type, placement"),
    "then": ("Then", "then, action, what then"),
}
TITLES = {key: title for key, (title, _) in FIELDS.items()}
_KNOWN = {name: key for key, (_, names) in FIELDS.items() for name in names.split(", ")}
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([T ]\d{1,2}:\d\d.*)?")
_TIME = re.compile(r"\d{1,2}:\d\d(:\d\d)?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)
_PICTURE = re.compile(r"\S+\.(png|jpe?g|webp|gif|mp4|mov)(\?\S*)?", re.IGNORECASE)
_SLASHED = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./]\d{2,4}")


def by_title(titles: Sequence[str]) -> dict[str, int]:
    """What is called like something known. The first column of a name has it."""
    found: dict[str, int] = {}
    for at, title in enumerate(titles):
        plain = " ".join(re.sub(r"[_*:()\[\]-]+", " ", title).split()).casefold()
        key = _KNOWN.get(plain)
        if key and key not in found:
            found[key] = at
    return found


def by_content(sample: Sequence[Sequence[str]], handles: Sequence[str]) -> dict[str, int]:
    """What most cells of a column look like, for a file whose columns have no titles."""
    ours = {handle.casefold().lstrip("@") for handle in handles}
    columns = list(zip(*_even(sample), strict=True))
    found: dict[str, int] = {}
    for at, cells in enumerate(columns):
        key = _looks_like([c for c in cells if c], ours)
        if key and key not in found:
            found[key] = at
    rest = [at for at in range(len(columns)) if at not in found.values()]
    if rest:
        found["text"] = max(rest, key=lambda at: sum(len(c) for c in columns[at]))
    return found


def _even(sample: Sequence[Sequence[str]]) -> list[list[str]]:
    width = max((len(row) for row in sample), default=0)
    return [[*row, *[""] * (width - len(row))] for row in sample]


def _looks_like(cells: Sequence[str], handles: set[str]) -> str:
    tests: Mapping[str, Callable[[str], object]] = {
        "date": _DATE.fullmatch,
        "time": _TIME.fullmatch,
        "media": _PICTURE.fullmatch,
        "link": _WEB.fullmatch,
        "channels": lambda c: c.casefold().lstrip("@") in handles,
    }
    for key, test in tests.items():
        if cells and sum(1 for c in cells if test(c)) > len(cells) / 2:
            return key
    return ""


def day_first(cells: Sequence[str]) -> bool | None:
    """Whether 03/04/2026 is 3 April here: told by a day above 12. None: nothing tells."""
    pairs = [(int(m[1]), int(m[2])) for c in cells if (m := _SLASHED.match(c))]
    if any(b > 12 for _, b in pairs):
        return False
    return True if any(a > 12 for a, _ in pairs) else None
