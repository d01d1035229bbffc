"""Page: calendar."""

from typing import Any

urlpatterns: list[Any] = []
