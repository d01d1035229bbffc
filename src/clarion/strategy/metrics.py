"""The numbers a goal can be about."""

from collections.abc import Mapping

METRICS: Mapping[str, str] = {
    "views": "times seen",
    "likes": "likes",
    "comments": "comments",
    "shares": "shares",
    "clicks": "visits through tracked links",
    "conversions": "purchases and sign-ups",
    "revenue": "money earned, in the workspace's currency",
}
