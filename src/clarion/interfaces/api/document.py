"""The OpenAPI document as a file of the package: the command line is made from it.

python -m clarion.interfaces.api.document    writes it anew after an operation has changed
"""

import json
import os
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.json")


def document() -> dict[str, Any]:
    """As plain JSON and without the version, so that a release alone changes nothing."""
    from clarion.interfaces.api.urls import api

    found: dict[str, Any] = json.loads(
        json.dumps(api.get_openapi_schema(path_prefix="api/v1/"))
    )
    del found["info"]["version"]
    return found


def text() -> str:
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clarion.config.settings")
    import django

    django.setup()
    FILE.write_text(text())


if __name__ == "__main__":
    main()
