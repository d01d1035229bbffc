"""The tables of this stage."""

from clarion.content.models.caption import Caption, CaptionUse
from clarion.content.models.clients import ClientLink
from clarion.content.models.decision import Decision
from clarion.content.models.idea import Idea
from clarion.content.models.imported import Import, ImportRow, Origin
from clarion.content.models.media import Label, Media
from clarion.content.models.post import (
    EXTRAS,
    TITLE,
    Effort,
    Link,
    Placement,
    Post,
    Variant,
    sealed,
)
from clarion.content.models.rendition import Rendition
from clarion.content.models.rules import ApprovalRule, ApprovalStep
from clarion.content.models.threads import Comment, Thread
from clarion.content.models.upload import Upload
from clarion.content.models.words import CODE_LENGTH, FEED, POSTED_BY, QUEUE, Own, Part, Words

__all__ = [
    "CODE_LENGTH",
    "EXTRAS",
    "FEED",
    "POSTED_BY",
    "QUEUE",
    "TITLE",
    "ApprovalRule",
    "ApprovalStep",
    "Caption",
    "CaptionUse",
    "ClientLink",
    "Comment",
    "Decision",
    "Effort",
    "Idea",
    "Import",
    "ImportRow",
    "Label",
    "Link",
    "Media",
    "Origin",
    "Own",
    "Part",
    "Placement",
    "Post",
    "Rendition",
    "Thread",
    "Upload",
    "Variant",
    "Words",
    "sealed",
]
