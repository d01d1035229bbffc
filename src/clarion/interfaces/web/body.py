"""Nobody makes Clarion read more than it takes, whether or not they said how much it would be.

The body is read before any middleware is asked: so it is cut off where it is read (`bounded`),
and refused in words where words are found (`BodyLimit`).
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from clarion.interfaces.web.middleware import refuse

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
_CUT = "clarion.body_was_cut"  # in the scope of the request


def bounded(scope: Message, receive: Receive) -> Receive:
    """`receive`, with a body that ends at the limit. What comes after it is thrown away."""
    left = settings.UPLOAD_MAX

    async def read() -> Message:
        nonlocal left
        while True:
            message = await receive()
            left -= len(message.get("body", b""))
            if left >= 0 or message["type"] == "http.disconnect":
                return message
            if not scope.get(_CUT):
                scope[_CUT] = True
                return {"type": "http.request", "body": b"", "more_body": False}

    return read


class BodyLimit(MiddlewareMixin):
    """A request whose body was cut off is refused."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        if not getattr(request, "scope", {}).get(_CUT):
            return None
        most = settings.UPLOAD_MAX // 2**20
        why = f"That is too large: Clarion takes up to {most} MB at once. Make it smaller."
        return refuse(request, 413, why)
