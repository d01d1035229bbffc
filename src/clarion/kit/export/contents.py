"""What stands in every export beside the rows: what must be there, and what it means."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from clarion.kit.export.kinds import integer
from clarion.kit.export.tables import Table
from clarion.kit.trouble import Trouble

FORMAT = 1
CONTENTS, SCHEMA = "contents.json", "schema.json"
MEDIA = re.compile(
    r"media/([0-9a-f]{2})/(\1[0-9a-f]{62})"
)  # a file is named by its own SHA-256


@dataclass(frozen=True)
class Contents:
    """`next_ids`: what the next row of a table will be called, so that no id comes twice."""

    format: int
    version: str
    migrations: Mapping[str, str]
    rows: Mapping[str, int]
    next_ids: Mapping[str, int]
    files: int

    def text(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: bytes) -> "Contents":
        """ValueError or TypeError where it does not look like one."""
        said = json.loads(text)
        if integer(said["format"]) != FORMAT:
            return cls(said["format"], str(said["version"]), {}, {}, {}, 0)
        for numbers in (said["rows"].values(), said["next_ids"].values(), [said["files"]]):
            for number in numbers:
                integer(number)
        return cls(**said)


def migrations(tables: Iterable[Table]) -> dict[str, str]:
    """App -> its newest migration. Trouble when the tables are not those of this version."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    if executor.migration_plan(leaves):
        raise Trouble("The tables are not up to date. Run `clarion prepare`, then try again.")
    apps = {table.model._meta.app_label for table in tables}
    return {app: name for app, name in sorted(leaves) if app in apps}


def schema(tables: Iterable[Table], left_out: Mapping[str, str]) -> str:
    said: dict[str, Any] = {
        "about": "Each file data/TABLE.jsonl holds one row of TABLE in each line, as JSON.",
        "format": FORMAT,
        "tables": {table.label: table.describe() for table in tables},
        "tables_left_out": dict(left_out),
    }
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"
