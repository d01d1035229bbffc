"""A workspace goes, with everything in it."""

from collections import defaultdict

from django.db import models, transaction
from django.db.models import ProtectedError, QuerySet

from clarion.accounts.models import User, Workspace
from clarion.accounts.rights import Actor
from clarion.content.models import Media
from clarion.content.models.media import located
from clarion.interfaces.demo.cast import PRETEND
from clarion.kit import store
from clarion.kit.errors import NotYet


@transaction.atomic
def remove(workspace: Workspace, *, by: Actor) -> None:
    """Take the demo brand away: rows, pictures and the people who were never there."""
    by.must("settings", workspace.pk)
    if not workspace.demo:
        raise NotYet("Only the practice workspace can be removed with one click.")
    shas = list(workspace.media.values_list("sha256", flat=True))
    pretend = User.objects.filter(
        memberships__workspace=workspace, email__endswith=f".{PRETEND}"
    )
    people = list(pretend.values_list("pk", flat=True))
    _delete(Workspace.objects.filter(pk=workspace.pk))
    User.objects.filter(pk__in=people, memberships=None).delete()
    transaction.on_commit(lambda: _sweep(shas))


def _delete(rows: QuerySet[models.Model]) -> None:
    """What protects a row is deleted first, whichever tables there are."""
    while True:
        try:
            with transaction.atomic():
                rows.delete()
        except ProtectedError as error:
            found: dict[type[models.Model], list[int]] = defaultdict(list)
            for row in error.protected_objects:
                found[type(row)].append(row.pk)
            for model, pks in found.items():
                _delete(model._default_manager.filter(pk__in=pks))
        else:
            return


def _sweep(shas: list[str]) -> None:
    """Files that no workspace shows any more."""
    kept = set(Media.objects.filter(sha256__in=shas).values_list("sha256", flat=True))
    for sha in set(shas) - kept:
        store.remove(located(sha))
