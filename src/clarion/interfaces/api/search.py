"""Search over the API."""

from datetime import datetime

from ninja import Schema

from clarion.interfaces.api.door import Request
from clarion.interfaces.api.stage import Stage
from clarion.interfaces.search import Found, search

stage = Stage()


class FoundShape(Schema):
    """A post, conversation, campaign, finding or channel. `at` is its day, if it has one."""

    kind: str
    id: int
    text: str
    at: datetime | None


class FoundsShape(Schema):
    found: list[FoundShape]


@stage.one("search.find", "GET /search", FoundsShape)
def find(request: Request, words: str = "") -> dict[str, list[Found]]:
    """What holds all the words: at most six of each kind, newest first."""
    return {"found": search(request.auth.workspace, words[:200])}
