"""Which tables and columns go along, how their values are written, and what they mean."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, models

from clarion.kit.export import meanings
from clarion.kit.export.kinds import KINDS, Kind
from clarion.kit.export.meanings import Field
from clarion.kit.steps import WorkItem

# Whole apps, or single tables, and why they stay.
LEFT_OUT: Mapping[str, str] = {
    "contenttypes": "a list of the tables, which a new installation makes itself",
    "auth": "groups and permissions of Django, which Clarion does not use",
    "sessions": "who is signed in",
    "usersessions": "who is signed in",
    "mfa": "second factors and passkeys",
    "procrastinate": "the worker's jobs and heartbeats: rows that are due say it themselves",
    "content.upload": "files that are still on their way: send them again",
    "content.rendition": "made again from what they were made of",
    "account.emailconfirmation": "keys that were sent by letter",
}
HANGS = "it is part of a table that is left out"
OPENS = "each row is the fingerprint of a key, and of no use without that key"


@dataclass(frozen=True)
class Column:
    """One column of a table that goes along."""

    field: Field
    means: str

    @property
    def name(self) -> str:
        return self.field.attname

    @cached_property
    def kind(self) -> Kind:
        field: Any = self.field
        while field.is_relation:
            field = field.target_field
        return KINDS[field.get_internal_type()]

    @cached_property
    def values(self) -> Mapping[str, str]:
        """What may stand here and how people read it; empty: anything."""
        model = self.field.model
        if self.field.name == "state" and issubclass(model, WorkItem):
            return {str(value): str(label) for value, label in model.State.choices}
        return {str(value): str(label) for value, label in self.field.flatchoices}

    def describe(self) -> dict[str, Any]:
        said: dict[str, Any] = {"type": self.kind.name, "null": self.field.null}
        if self.field.related_model:
            said["refers_to"] = self.field.related_model._meta.label_lower
        if self.values:
            said["values"] = dict(self.values)
        return {**said, "means": self.means}

    def read(self, value: Any) -> Any:
        """The value for the database. Raises ValueError, among others, where it is none."""
        if value is None and self.field.null:
            return None
        found = self.kind.read(value)
        if found and self.values and found not in self.values:
            raise ValueError
        self.field.run_validators(found)
        return found


@dataclass(frozen=True)
class Table:
    """One table that goes along, without its secret columns."""

    model: type[models.Model]

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    @property
    def rows(self) -> "models.QuerySet[models.Model]":
        """All of them, whatever a manager of the model may hide."""
        return models.QuerySet(self.model)

    @property
    def member(self) -> str:
        return f"data/{self.label}.jsonl"

    @property
    def means(self) -> str:
        return meanings.of_table(self.model)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        told = meanings.remarks(self.model)
        fields = [f for f in self.model._meta.concrete_fields if f not in self.secrets]
        return tuple(Column(f, meanings.of_column(f, told)) for f in fields)

    @cached_property
    def secrets(self) -> Mapping[Field, Callable[[], Any]]:
        """Columns that stay, and what stands in for them on the other side."""
        fields = self.model._meta.concrete_fields
        return {f: instead for f in fields if (instead := _instead(f))}

    @property
    def counts(self) -> bool:
        """Whether its ids are given out by the database, one after the other."""
        return isinstance(self.model._meta.pk, models.AutoField)

    @property
    def sequence(self) -> str:
        """Where the database keeps the next id."""
        meta = self.model._meta
        with connection.cursor() as cursor:
            asked = [connection.ops.quote_name(meta.db_table), meta.pk.column]
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", asked)
            return str(cursor.fetchone()[0])

    def without_secrets(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row as it is true without what stays; the model knows what that changes."""
        known = getattr(self.model, "without_secrets", None)
        return known(row) if known else row

    def describe(self) -> dict[str, Any]:
        return {
            "means": self.means,
            "left_out": [f.attname for f in self.secrets],
            "columns": {column.name: column.describe() for column in self.columns},
        }


def tables() -> list[Table]:
    """All tables that go along, by name."""
    stay = left_out()
    found = [m for m in _models() if m._meta.label_lower not in stay]
    return sorted(map(Table, found), key=lambda table: table.label)


def left_out() -> dict[str, str]:
    """The tables that stay, and why."""
    stay: dict[str, str] = {}
    known = -1
    while known < (known := len(stay)):  # what hangs on a table that has just been left out
        stay = {_name(m): why for m in _models() if (why := _why(m, stay))}
    return dict(sorted(stay.items()))


def _models() -> list[type[models.Model]]:
    return apps.get_models(include_auto_created=True)


def _name(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _why(model: type[models.Model], stay: Mapping[str, str]) -> str:
    fields = model._meta.concrete_fields
    if why := LEFT_OUT.get(model._meta.app_label) or LEFT_OUT.get(_name(model)):
        return why
    if any(getattr(f, "instead", ...) is None for f in fields):
        return OPENS
    if any(f.related_model and not f.null and _name(f.related_model) in stay for f in fields):
        return HANGS
    return ""


def _instead(field: Field) -> Callable[[], Any] | None:
    if (field.model._meta.label, field.name) == (settings.AUTH_USER_MODEL, "password"):
        return lambda: make_password(None)  # opens to nobody until a new one is set
    found: Callable[[], Any] | None = getattr(field, "instead", None)
    return found
