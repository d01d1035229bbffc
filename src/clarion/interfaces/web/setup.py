"""Page: setup."""

from typing import Any

urlpatterns: list[Any] = []
