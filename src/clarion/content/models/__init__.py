"""The tables of this stage."""

from clarion.content.models.decision import Decision
from clarion.content.models.media import Label, Media
from clarion.content.models.post import (
    CODE_LENGTH,
    FEED,
    TITLE,
    Effort,
    Link,
    Placement,
    Post,
    Variant,
)

__all__ = [
    "CODE_LENGTH",
    "FEED",
    "TITLE",
    "Decision",
    "Effort",
    "Label",
    "Link",
    "Media",
    "Placement",
    "Post",
    "Variant",
]
