"""The product's own settings on a throw-away PostgreSQL that forgets everything at the end."""

import atexit
import os
import tempfile
from pathlib import Path

from clarion.kit.postgres import Postgres


def _database() -> str:
    """CLARION_TEST_DATABASE_URL, or a server of our own."""
    if url := os.environ.get("CLARION_TEST_DATABASE_URL"):
        return url
    folder = tempfile.TemporaryDirectory(prefix="clarion-test-", ignore_cleanup_errors=True)
    server = Postgres(Path(folder.name), durable=False)
    server.start()
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    return server.url


_data = tempfile.TemporaryDirectory(prefix="clarion-data-", ignore_cleanup_errors=True)
atexit.register(_data.cleanup)
(Path(_data.name) / "static").mkdir()  # or the file server warns that it is missing
os.environ.update(
    CLARION_SECRET_KEY="for-tests-only-" * 4,
    CLARION_SECRET_BOX_KEYS="MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    CLARION_DATA=_data.name,
    CLARION_DATABASE_URL=_database(),
    CLARION_URL="http://testserver",
)

from clarion.config.settings import *  # noqa: E402, F403
from clarion.config.settings import DATABASES, STORAGES  # noqa: E402

# A query that hangs fails its own test, and holds no lock that the next ones wait for.
DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=40s"

# Pages are tested without collecting static files first.
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
