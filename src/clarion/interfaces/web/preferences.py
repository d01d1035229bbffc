"""Page: preferences."""

from typing import Any

urlpatterns: list[Any] = []
