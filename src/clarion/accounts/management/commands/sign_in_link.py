"""Print a path that signs one person in, once: the first owner, or whoever --email names."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from clarion.accounts.actions import sign_in_link
from clarion.accounts.models import User

FIRST = "owner@localhost.local"


class Command(BaseCommand):
    help = "Print a path that signs somebody in, once. For whoever runs this host."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", help="Whom to let in.  [default: the first owner]")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"]
        self.stdout.write(sign_in_link(_named(email) if email else _first()))


def _named(email: str) -> User:
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise CommandError(f"Nobody who may sign in has the address {email}.")
    return user


def _first() -> User:
    owner = User.objects.filter(is_active=True).order_by("pk").first()
    if owner is None:
        owner = User.objects.create_user(FIRST, name="Owner", is_superuser=True, is_staff=True)
    return owner
