"""Commands for everything the API can do, made from the document that the API ships.

`clarion posts schedule 12 --at 2026-12-01T09:00` is the operation `posts.schedule`: what stands
in its path is an argument, what stands in its query or body is an option.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import click

from clarion.interfaces.cli.remote_values import argument, option

_DOCUMENT = Path(__file__).parent.parent / "api" / "openapi.json"
_OWN = {"dry_run", "Idempotency-Key"}  # options that are spelled by hand below

Operation = Mapping[str, Any]


def names() -> dict[str, str]:
    """Group -> what it can do, for `clarion --help`."""
    return {name: ", ".join(verbs) for name, verbs in _operations().items()}


def group(name: str) -> click.Group | None:
    """The commands of one group, or None where the API has no such group."""
    verbs = _operations().get(name)
    if verbs is None:
        return None
    made = click.Group(name, help=f"{name.title()} of the workspace, over the API.")
    for verb, operation in verbs.items():
        made.add_command(_command(verb, operation))
    return made


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_DOCUMENT.read_text())
    return found


@cache
def _operations() -> dict[str, dict[str, Operation]]:
    """Group -> verb -> operation, with its method and path."""
    found: dict[str, dict[str, Operation]] = {}
    for path, ways in document()["paths"].items():
        for method, operation in ways.items():
            name, _, verb = operation["operationId"].partition(".")
            known = {**operation, "method": method.upper(), "path": path}
            found.setdefault(name, {})[verb] = known
    return found


def _command(verb: str, operation: Operation) -> click.Command:
    """`clarion <group> <verb>`: arguments from the path, options from query and body."""
    kind, body = _body(operation)
    fields = {k: v for k, v in body.get("properties", {}).items() if not _is_file(v)}
    files = [k for k in body.get("properties", {}) if k not in fields]
    files += ["file"] * _is_file(body)  # the body is the file itself
    required = body.get("required", ())
    says = [operation["summary"], operation.get("description", ""), body.get("description", "")]
    return click.Command(
        verb,
        callback=_does(operation, kind, fields, files),
        params=[
            *_places(operation),
            *(click.Argument([name], type=click.Path(exists=True)) for name in files),
            *(option(k, _whole(v), required=k in required) for k, v in fields.items()),
            *_common(operation),
        ],
        help="\n\n".join(text for text in says if text),
        short_help=operation["summary"],
    )


def _does(
    operation: Operation, kind: str, fields: Mapping[str, Any], files: Sequence[str]
) -> Callable[..., None]:
    """What happens when it is called. Only then is more imported than click."""

    def run(**typed: Any) -> None:
        if typed.pop("here", False):
            from clarion.interfaces.cli.remote_here import verify

            verify()
            return
        from clarion.interfaces.cli.remote_call import Call, perform

        places = {p["name"]: p["in"] for p in operation["parameters"]}
        perform(Call(operation, kind, places, fields, files), typed)

    return run


def _places(operation: Operation) -> list[click.Parameter]:
    """What stands in the path, then what stands in the query."""
    takes = operation["parameters"]
    path = [argument(p["name"]) for p in takes if p["in"] == "path"]
    query = [
        option(p["name"], p["schema"], required=False, says=p.get("description", ""))
        for p in takes
        if p["in"] == "query" and p["name"] not in _OWN
    ]
    return [*path, *query]


def _common(operation: Operation) -> list[click.Parameter]:
    """What every command of its kind understands."""
    takes = {p["name"] for p in operation["parameters"]}
    found: list[click.Parameter] = []
    if "cursor" in takes:
        found.append(click.Option(["--all", "every"], is_flag=True, help="All pages."))
    if "dry_run" in takes:
        says = "Tell what would happen, and change nothing."
        found.append(click.Option(["--dry-run"], is_flag=True, help=says))
        says = "With the same key, it happens once."
        found.append(click.Option(["--idempotency-key"], help=says))
    if operation["operationId"] == "journal.verify":
        says = "All workspaces, in the database of this machine. Needs no token."
        found.append(click.Option(["--here"], is_flag=True, help=says))
    says = "The answer as JSON, for programs."
    return [*found, click.Option(["--json", "as_json"], is_flag=True, help=says)]


def _body(operation: Operation) -> tuple[str, Mapping[str, Any]]:
    """The media type of the body and its schema; ("", {}) where there is none."""
    content = operation.get("requestBody", {}).get("content", {})
    for kind, said in content.items():
        return kind, _whole(said["schema"])
    return "", {}


def _whole(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, where a name stands for it."""
    for part in (schema, *schema.get("allOf", ())):
        if "$ref" in part:
            found: Mapping[str, Any] = document()["components"]["schemas"][
                part["$ref"].rpartition("/")[2]
            ]
            return found
    return schema


def _is_file(schema: Mapping[str, Any]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema
