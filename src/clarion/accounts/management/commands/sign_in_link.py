"""Print a path that signs the first owner in, once."""

from typing import Any

from django.core.management.base import BaseCommand

from clarion.accounts.actions import sign_in_link
from clarion.accounts.models import User

FIRST = "owner@localhost.local"


class Command(BaseCommand):
    help = "Print a path that signs the owner of this installation in, once, within the hour."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(is_active=True).order_by("pk").first()
        if owner is None:
            owner = User.objects.create_user(
                FIRST, name="Owner", is_superuser=True, is_staff=True
            )
        self.stdout.write(sign_in_link(owner))
