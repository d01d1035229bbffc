"""Page: channels."""

from typing import Any

urlpatterns: list[Any] = []
