"""The media library. Each topic is a module; here is what others call."""

from clarion.content.library.keeping import (
    ALT_MAX,
    LABEL_MAX,
    add,
    describe,
    empty_bin,
    labels,
    take_back,
    throw_away,
)
from clarion.content.library.sorting import (
    add_captions,
    change,
    clean_language,
    drop_captions,
    sort,
    undo_captions,
)
from clarion.pictures.inspect import MAX_BYTES

__all__ = [
    "ALT_MAX",
    "LABEL_MAX",
    "MAX_BYTES",
    "add",
    "add_captions",
    "change",
    "clean_language",
    "describe",
    "drop_captions",
    "empty_bin",
    "labels",
    "sort",
    "take_back",
    "throw_away",
    "undo_captions",
]
