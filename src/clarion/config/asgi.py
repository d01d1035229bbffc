"""The one ASGI callable: clicks and events take a short way, everything else goes to Django."""

import logging
import os
import warnings
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
_django = get_asgi_application()
logger = logging.getLogger(__name__)
# Static files come as iterators that are not asynchronous; they are small and few.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous")

# Only now are the models ready.
from clarion.interfaces.hot.app import SHORT_WAYS, hot  # noqa: E402
from clarion.interfaces.web.body import bounded  # noqa: E402


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if settings.BEHIND_PROXY and scope["type"] == "http":
        scope = _as_the_proxy_saw(scope)
    try:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(SHORT_WAYS):
            await hot(scope, receive, send)
        else:
            await _django(scope, bounded(scope, receive), send)
    except Exception:  # the server answers 500 and keeps the reason to itself
        logger.exception("%s was not answered", scope.get("path", scope["type"]))
        raise


def _as_the_proxy_saw(scope: dict[str, Any]) -> dict[str, Any]:
    """The visitor's own address: limits and visits are counted by it, not by the proxy's.

    Only the last word of X-Forwarded-For is the proxy's; what stands before it anybody may say.
    """
    told = b",".join(v for k, v in scope["headers"] if k == b"x-forwarded-for")
    last = told.rpartition(b",")[2].decode("latin-1").strip()
    try:
        return {**scope, "client": (str(ip_address(last)), 0)}
    except ValueError:
        return scope


async def _live(receive: Any, send: Any) -> None:
    """Nothing has to be prepared, but a server that asks deserves an answer."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
