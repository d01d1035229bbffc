"""Signing in and out, invitations, one's own account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody can sign up without an invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> Any:
        return super().respond_user_inactive(request, user)


urlpatterns: list[Any] = []
