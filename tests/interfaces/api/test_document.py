"""The OpenAPI document, as a file and as a page."""

import json
import re
from collections import Counter
from importlib import import_module
from pathlib import Path

from pydantic import BaseModel

from clarion.accounts.rights import RIGHTS
from clarion.interfaces.api import document
from clarion.interfaces.api.door import PER_MINUTE
from clarion.interfaces.api.urls import STAGES, api


def operations():
    return [op for way in document.document()["paths"].values() for op in way.values()]


def test_the_shipped_document_is_up_to_date():
    assert document.FILE.read_text() == document.text(), (
        "Run: python -m clarion.interfaces.api.document"
    )


def test_the_server_hands_out_the_same_document(client, db):
    served = client.get("/api/v1/openapi.json").json()
    del served["info"]["version"]
    assert served == json.loads(document.FILE.read_text())


def test_every_operation_has_its_own_name_a_sentence_and_a_group():
    found = operations()
    assert len(found) > 100
    assert not [
        n for n, count in Counter(op["operationId"] for op in found).items() if count > 1
    ]
    for op in found:
        assert re.fullmatch(r"[a-z]+\.[a-z-]+", op["operationId"])
        assert op["operationId"].startswith(op["tags"][0] + ".")
        assert op["summary"].endswith("."), op["operationId"]
        assert op["security"] == [{"Bearer": []}]


def test_no_two_shapes_share_a_name():
    # The document knows them by name alone: the second would silently replace the first.
    names = Counter(
        name
        for stage in STAGES
        for name, what in vars(import_module(f"clarion.interfaces.api.{stage}")).items()
        if isinstance(what, type) and issubclass(what, BaseModel)
        if what.__module__.endswith(f".{stage}")
    )
    assert not [name for name, count in names.items() if count > 1]


def test_every_write_can_be_rehearsed_and_repeated():
    for way in document.document()["paths"].values():
        for method, op in way.items():
            takes = {p["name"] for p in op["parameters"]}
            writes = {"dry_run", "Idempotency-Key"} & takes
            assert len(writes) == (0 if method == "get" else 2), op["operationId"]


def test_every_list_is_paged():
    for way in document.document()["paths"].values():
        for method, op in way.items():
            answer = (
                op["responses"].get("200", {}).get("content", {}).get("application/json", {})
            )
            is_list = "Page_" in answer.get("schema", {}).get("$ref", "")
            takes = {p["name"] for p in op["parameters"]}
            assert ({"cursor", "limit"} <= takes) == is_list, op["operationId"]
            assert method == "get" or not is_list


def test_every_body_refuses_keys_it_does_not_know():
    shapes = document.document()["components"]["schemas"]
    bodies = re.findall(r'"#/components/schemas/(\w+(?:In|Change))"', document.text())
    assert len(set(bodies)) > 15
    for name in set(bodies):
        assert shapes[name]["additionalProperties"] is False, name


def test_the_page_of_the_document_loads_nothing_from_elsewhere(client, db):
    page = client.get("/api/docs")
    html = page.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)
    assert addresses
    assert all(a.startswith("/") and not a.startswith("//") for a in addresses)
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    nonce = re.search(r'nonce="([^"]+)"', html)[1]
    assert f"'nonce-{nonce}'" in page["Content-Security-Policy"]


def test_every_path_of_the_document_is_a_path_of_the_server():
    assert api.urls_namespace == "api"
    assert all(path.startswith("/api/v1/") for path in document.document()["paths"])


def test_the_guide_names_every_scope_and_every_refusal():
    guide = (Path(__file__).parents[3] / "docs/api.md").read_text()
    told = [f"`{right}`" for right in RIGHTS]
    told += [f"| {status} |" for status in (400, 401, 403, 404, 409, 413, 422, 429)]
    told += ["Idempotency-Key", "dry_run=true", "next_cursor", f"{PER_MINUTE} times a minute"]
    assert [what for what in told if what not in guide] == []


def test_the_guide_names_what_is_not_rehearsed_with_the_network():
    guide = (Path(__file__).parents[3] / "docs/api.md").read_text()
    quiet = {
        operation["operationId"]
        for operation in operations()
        if "without talking to the network" in operation.get("description", "")
    }
    assert quiet == {
        "channels.connect",
        "deliveries.change",
        "deliveries.take-down",
        "promotions.stop",
    }
    assert all(f"`{name}`" in guide for name in quiet)
