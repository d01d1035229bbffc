"""What a person types after an option, made into what the API takes."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

LONG = 1000  # characters: a text that may be this long may come from a file
NOTHING = object()  # somebody typed `none`: null, which is not the same as leaving it out


def argument(name: str) -> click.Argument:
    return click.Argument([name], metavar=name.upper())


def option(
    name: str, schema: Mapping[str, Any], *, required: bool, says: str = ""
) -> click.Option:
    """`--planned-for TIME`, `--channels ID` (again and again), `--four-eyes/--no-four-eyes`."""
    flag, about = name.replace("_", "-"), _without_null(schema)
    if about.get("type") == "boolean":
        return click.Option([f"--{flag}/--no-{flag}"], default=None, help=says)
    many = about.get("type") in ("array", "object")
    value = Value(_of(about), nullable=many or about is not schema)
    hints = [says, "Can be given again." if many else "", value.hint]
    return click.Option(
        [f"--{flag}"],
        type=value,
        multiple=many,
        required=required,
        help=" ".join(hint for hint in hints if hint),
    )


def given(schema: Mapping[str, Any], typed: Any) -> Any:
    """The value for the body, from what click collected."""
    if typed is NOTHING:
        return None
    about = _without_null(schema)
    if about.get("type") == "array":
        return [] if typed == (NOTHING,) else list(typed)
    if about.get("type") == "object":
        return {} if typed == (NOTHING,) else dict(typed)
    return typed


class Value(click.ParamType[Any]):
    """One value of the kind that the schema says."""

    def __init__(self, schema: Mapping[str, Any], *, nullable: bool) -> None:
        self.schema, self.nullable = schema, nullable
        self.choices = _choices(schema)
        self.is_text = not self.choices and schema.get("maxLength", 0) >= LONG
        self.name = _name(schema)

    @property
    def hint(self) -> str:
        hints = [
            "KEY=- asks standard input." if self.schema.get("type") == "pair" else "",
            f"One of: {', '.join(self.choices)}." if self.choices else "",
            "@FILE reads a file, - standard input." if self.is_text else "",
            "`none` for none." if self.nullable else "",
        ]
        return " ".join(hint for hint in hints if hint)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        if not isinstance(value, str):
            return value
        if self.nullable and value == "none":
            return NOTHING
        try:
            return self._read(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def _read(self, value: str) -> Any:
        kind = self.schema.get("type")
        if self.choices and value not in self.choices:
            raise ValueError(f"{value!r} is none of {', '.join(self.choices)}.")
        if kind == "integer":
            return _integer(value)
        if kind == "pair":
            return _pair(value)
        if kind == "object":
            return _object(value)
        return _text(value) if self.is_text else value


def _text(value: str) -> str:
    """`-` and `@file` stand for what is in there; a text that only begins with @ is a text."""
    if value == "-":
        return sys.stdin.read()
    if value.startswith("@@"):
        return value[1:]
    if not value.startswith("@") or re.search(r"\s", value):
        return value
    try:
        return Path(value[1:]).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(
            f"There is no text file {value[1:]!r}. To say it as it stands, write @{value}"
        ) from error


def _integer(value: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,30}", value):
        raise ValueError(f"{value!r} is not a whole number.")
    return int(value)


def _pair(value: str) -> tuple[str, str]:
    key, equals, rest = value.partition("=")
    if not equals:
        raise ValueError(f"{value!r} is not KEY=VALUE.")
    # A password on the command line can be read by others on this machine.
    return key, sys.stdin.readline().strip() if rest == "-" else rest


def _object(value: str) -> Any:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    raise ValueError(f"{value!r} is not a JSON object.")


def _without_null(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a value that is there."""
    parts: list[Mapping[str, Any]] = list(schema.get("anyOf", ()))
    there = [part for part in parts if part.get("type") != "null"]
    if len(there) == len(parts):
        return {"type": "string"} if parts else schema  # a number or a text: said as a text
    return there[0]


def _of(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of what is typed once."""
    if schema.get("type") == "object":
        return {"type": "pair"}
    if schema.get("type") == "array":
        found: Mapping[str, Any] = schema["items"]
        return {"type": "object"} if "$ref" in found else found
    return schema


def _choices(schema: Mapping[str, Any]) -> tuple[str, ...]:
    found = re.fullmatch(r"\^\(([a-z_|-]+)\)\$", schema.get("pattern", ""))
    return tuple(found[1].split("|")) if found else ()


def _name(schema: Mapping[str, Any]) -> str:
    named = {"date-time": "time", "date": "date"}
    kinds = {"integer": "number", "pair": "key=value", "object": "json"}
    return named.get(schema.get("format", "")) or kinds.get(schema.get("type", ""), "text")
