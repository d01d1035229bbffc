"""The one ASGI callable: clicks and events take a short way, everything else goes to Django."""

import logging
import os
import warnings
from typing import Any

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


async def _live(receive: Any, send: Any) -> None:
    """Nothing has to be prepared, but a server that asks deserves an answer."""
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})
