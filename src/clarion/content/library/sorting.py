"""Words, rights and marks of what is in the library."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from clarion.accounts.actions import solve
from clarion.accounts.journal import record
from clarion.accounts.rights import Actor
from clarion.content.checks import clean_text
from clarion.content.library.keeping import (
    clean_alt,
    clean_folder,
    labels,
    must_change,
)
from clarion.content.models import Media
from clarion.content.models.media import FINE
from clarion.kit.errors import NotYet
from clarion.text import captions as text

NOTES_MAX = 10_000  # characters
AT_ONCE = 500  # media
LANGUAGES_MAX = 20
PLAIN = ("name", "alt", "folder", "starred", "notes")
RIGHTS = ("rights_by", "rights_scope", "rights_until")


@transaction.atomic
def change(media: Media, *, by: Actor, **changes: Any) -> Media:
    """Change name, alt, folder, starred, notes, rights_by, rights_scope, rights_until, focus,
    labels. `focus`: shares of width and height, or None. What an approver agreed to may change.
    """
    must_change(media, by)
    media = Media.objects.select_for_update().get(pk=media.pk)
    before = _said(media, changes)
    for key, value in changes.items():
        if key == "labels":
            media.labels.set(labels(media.workspace, value))
        elif key == "focus":
            media.focus_x, media.focus_y = _focus(value)
        else:
            setattr(media, key, _clean(key, value))
    media.save()
    if (after := _said(media, changes)) != before:
        record(by, "media.changed", f"Media {media.pk}", before, after)
    if "rights_until" in changes:
        solve(media.workspace_id, [f"rights:{media.pk}"])
    return media


def _said(media: Media, changes: Collection[str]) -> dict[str, Any]:
    found = {key: getattr(media, key) for key in changes if key != "labels"}
    if "labels" in changes:
        found["labels"] = sorted(label.name for label in media.labels.all())
    return found


def _clean(key: str, value: Any) -> Any:
    if key == "alt":
        return clean_alt(value)
    if key == "folder":
        return clean_folder(value)
    if key == "starred":
        return bool(value)
    if key == "rights_until":
        return value
    return _line(key, value)


LONGEST: Mapping[str, int] = {
    "name": 200,
    "notes": NOTES_MAX,
    "rights_by": 200,
    "rights_scope": 500,
}


def _line(key: str, value: str) -> str:
    value, most = clean_text(value, key).strip(), LONGEST[key]
    if len(value) > most:
        raise NotYet(f"That is too long: at most {most:,} characters fit here.", key)
    if key == "name" and not value:
        raise NotYet("Give it a name.", "name")
    return value


def _focus(value: tuple[float, float] | None) -> tuple[int, int] | tuple[None, None]:
    if value is None:
        return None, None
    x, y = value
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise NotYet(
            "The focal point lies inside the picture: both shares are 0 to 1.", "focus"
        )
    return round(x * FINE), round(y * FINE)


@transaction.atomic
def sort(media: Sequence[Media], *, by: Actor, **changes: Any) -> int:
    """The same change for many: folder, starred, or `labels` to be added. Returns how many."""
    if len(media) > AT_ONCE:
        raise NotYet(f"At most {AT_ONCE} at once. Choose fewer.")
    more = changes.pop("labels", ())
    for medium in media:
        added = [*(label.name for label in medium.labels.all()), *more] if more else None
        change(medium, by=by, **changes, **({"labels": added} if added else {}))
    return len(media)


# --- captions -------------------------------------------------------------------------------


@transaction.atomic
def add_captions(media: Media, language: str, data: bytes, *, by: Actor) -> Media:
    """Attach what is said in a film, from an SRT or WebVTT file. Replaces that language."""
    must_change(media, by)
    if media.kind != Media.Kind.VIDEO:
        raise NotYet("Captions belong to films.", "file")
    language = clean_language(language)
    try:
        said = text.read(data, milliseconds=media.milliseconds)
    except text.Unreadable as error:
        raise NotYet(str(error), "file") from error
    return _caption(media, language, said, by)


@transaction.atomic
def drop_captions(media: Media, language: str, *, by: Actor) -> Media:
    """Take the captions of one language off."""
    must_change(media, by)
    if language not in media.captions:
        raise NotYet(f"There are no captions in {language!r}.", "language")
    return _caption(media, language, "", by)


@transaction.atomic
def undo_captions(media: Media, language: str, *, by: Actor) -> Media:
    """Captions of one language as they were before their last change. Done twice: undone."""
    must_change(media, by)
    media = Media.objects.select_for_update().get(pk=media.pk)
    if language not in media.captions_before:
        raise NotYet(f"The captions in {language!r} were not changed yet.", "language")
    return _caption(media, language, media.captions_before[language], by)


def _caption(media: Media, language: str, said: str, by: Actor) -> Media:
    media = Media.objects.select_for_update().get(pk=media.pk)
    before = sorted(media.captions)
    media.captions_before[language] = media.captions.pop(language, "")
    if said:
        media.captions[language] = said
    if len(media.captions_before) > 2 * LANGUAGES_MAX:  # what was taken off long ago
        kept = {*media.captions, language}
        media.captions_before = {k: v for k, v in media.captions_before.items() if k in kept}
    if len(media.captions) > LANGUAGES_MAX:
        raise NotYet(f"A film has captions in at most {LANGUAGES_MAX} languages.", "language")
    media.save(update_fields=["captions", "captions_before"])
    after = {"captions": sorted(media.captions)}
    record(by, "media.captioned", f"Media {media.pk}", {"captions": before}, after)
    return media


def clean_language(language: str) -> str:
    """A BCP 47 tag as people write it."""
    parts = language.strip().replace("_", "-").split("-")
    fine = 2 <= len(parts[0]) <= 3 and all(p.isascii() and p.isalnum() for p in parts)
    if not fine or not parts[0].isalpha() or len(parts) > 3 or len(language) > 20:
        raise NotYet("Say the language as a short code, such as en, de or pt-BR.", "language")
    return "-".join([parts[0].lower(), *parts[1:]])
