"""Page: home."""

from typing import Any

urlpatterns: list[Any] = []
