"""What tables and columns mean, as the models themselves tell whoever reads their code."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Field = models.Field[Any, Any]
else:  # not subscriptable while running
    Field = models.Field

# What recurs in many tables, said once; a comment beside the field says it better.
COMMON: Mapping[str, str] = {
    "id": "its number, which other tables refer to",
    "at": "when",
    "by": "who, by name",
    "created_at": "when it was made",
    "state_since": "when it came to this state",
    "due_at": "when the worker looks at it next; null: never by itself",
    "lease": "the turn of the worker that holds it now",
    "lease_until": "when that turn gives it back at the latest",
    "attempts": "turns in a row that failed",
    "problem": "what is wrong, for people to read",
    "workspace_id": "the brand it belongs to",
    "channel_id": "the account it went out or came in through",
    "planned_for": "when it is to go out",
    "author": "whoever said it, by their handle",
    "text": "the words",
    "seal": "SHA-256 over all that it vouches for",
    "key": "what the network is told, so that the same is not said twice",
    "ticket": "what the network calls it while it is being processed",
    "read_until": "up to when everything has been read",
    "currency": "three letters, as in ISO 4217",
    "remote_id": "its id on the network",
    "url": "where people find it",
}


def of_table(model: type[models.Model]) -> str:
    """The first sentences of its docstring; nothing where Django made one up."""
    told = " ".join((inspect.getdoc(model) or "").split("\n\n")[0].split())
    return "" if told.startswith(f"{model.__name__}(") else told


def of_column(field: Field, told: Mapping[str, str]) -> str:
    common = COMMON.get(field.attname, "")
    said = told.get(field.name) or field.help_text or common or field.verbose_name
    return str(said)


def remarks(model: type[models.Model]) -> dict[str, str]:
    """Field -> the comment at the end of its definition: said once, where it is read most."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if base.__module__.startswith("clarion.") and not model._meta.auto_created:
            found |= dict(_comments(textwrap.dedent(inspect.getsource(base))))
    return found


def _comments(source: str) -> Iterator[tuple[str, str]]:
    lines = source.splitlines()
    [whole] = ast.parse(source).body
    for node in whole.body if isinstance(whole, ast.ClassDef) else ():
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            line = lines[(node.end_lineno or 1) - 1].encode()
            _, sign, said = line[node.end_col_offset :].decode().partition("# ")
            if sign:
                yield node.targets[0].id, said
