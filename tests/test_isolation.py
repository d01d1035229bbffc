"""Nobody sees or changes what is another workspace's: every address there is, tried.

Addresses are taken from the router, so that a new one is covered on the day it is written.
"""

import json
import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from tests.interfaces.api.conftest import program_of
from tests.two_worlds import OURS, THEIRS, build, fingerprint

from clarion.accounts.models import User
from clarion.interfaces.api.document import FILE

PUBLIC = {
    "api/docs": "describes the API and holds no data",
    "api/v1/openapi.json": "describes the API and holds no data",
    "site.webmanifest": "name and icons of the product",
    "push-worker.js": "the script that shows messages; it holds no data",
    "stop-mail/<str:token>/": "the signed token itself is the proof",
    "gallery/": "components with made-up words, only while debugging",
    "sign-in/": "where one signs in",
    "sign-in/link/<str:key>/": "the key itself is the proof",
    "invitation/<str:key>/": "the key itself is the proof",
    "feeds/<str:key>.ics": "the key itself is the proof",
    "client/<str:key>/": "the key itself is the proof",
    "client/<str:key>/posts/<int:pk>/": "a post, if the key opens it",
    "client/<str:key>/pictures/<int:pk>/": "a picture of a post that the key opens",
}
pytestmark = pytest.mark.timeout(300)
DOCUMENT = json.loads(FILE.read_text())  # a test says that it is up to date
GATE = ("sign-in/", "sign-out/")  # all below them: where one signs in and out
PERSONAL = "account/"  # below it: what is one person's own, in whatever workspace
FILLED = {"str:language": "en", "str:key": "playground", "str:token": "x", "slug:ws": "{ws}"}


@pytest.fixture
def worlds(playground, db):
    """The bakery of Ada and the butcher of Cy, with one of everything each."""
    ada = User.objects.create_user("ada@bakery.example", "correct horse battery", name="Ada")
    cy = User.objects.create_user("cy@butcher.example", "correct horse battery", name="Cy")
    return build(playground, ada, "Bakery", OURS), build(playground, cy, "Butcher", THEIRS)


def routes():
    """Every address of the product: its pattern, its view."""

    def walk(patterns, before=""):
        for entry in patterns:
            pattern = before + str(entry.pattern)
            if hasattr(entry, "url_patterns"):
                yield from walk(entry.url_patterns, pattern)
            else:
                yield pattern, entry.callback

    return list(walk(get_resolver().url_patterns))


def is_public(pattern, view):
    return pattern in PUBLIC or (
        pattern.startswith(GATE) and view.__module__.startswith("allauth.")
    )


def pages():
    """Addresses of pages that belong to a workspace."""
    return [pattern for pattern, _ in routes() if pattern.startswith("w/")]


def address(pattern, ws, pk):
    """The pattern with a workspace and an id in it."""

    def fill(found):
        kind = found[1]
        if kind.startswith("int:"):
            return str(pk)
        assert kind in FILLED, f"Say in FILLED what stands for <{kind}> in {pattern}"
        return FILLED[kind].format(ws=ws)

    if pattern.startswith("^"):  # a pattern of letters, not of converters: any letters do
        pattern = re.sub(r"\(\?P<\w+>[^)]*\)", "x", pattern).strip("^$")
    return "/" + re.sub(r"<([^>]+)>", fill, pattern)


def ask(client, url):
    """What an address says to looking and to doing; not meant for that: left out."""
    said = (client.get(url), client.post(url))
    return [response.status_code for response in said if response.status_code != 405]


def as_user(email):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(email=email))
    return client


# --- pages ----------------------------------------------------------------------------------


def test_every_address_is_a_page_of_a_workspace_the_api_or_public_for_a_reason():
    unknown = [
        pattern
        for pattern, view in routes()
        if not pattern.startswith(("w/<slug:ws>/", "api/v1/", PERSONAL))
        if not is_public(pattern, view)
        if "<int:" in pattern or "<slug:" in pattern
    ]
    assert not unknown, "They name something, so they belong below /w/<ws>/"


def test_who_is_not_signed_in_is_sent_to_sign_in(worlds):
    before, wrong = fingerprint(), []
    for pattern, view in routes():
        if is_public(pattern, view) or pattern.startswith("api/"):
            continue
        url = address(pattern, "bakery", OURS)
        for response in (Client().get(url), Client().post(url)):
            sent = response.status_code == 302 and response.url.startswith("/sign-in/")
            if not sent and response.status_code not in (401, 404, 405):
                wrong.append((pattern, response.status_code))
    assert not wrong
    assert fingerprint() == before


def test_a_stranger_finds_nothing_and_changes_nothing(worlds):
    stranger, before = as_user("cy@butcher.example"), fingerprint()
    said = {p: ask(stranger, address(p, "bakery", OURS)) for p in pages()}
    assert len(said) > 50
    assert {p: s for p, s in said.items() if not s or set(s) != {404}} == {}
    assert fingerprint() == before


def test_what_is_anothers_cannot_be_reached_through_ones_own_workspace(worlds):
    ada, before = as_user("ada@bakery.example"), fingerprint()
    named = [p for p in pages() if "<int:" in p]
    said = {p: ask(ada, address(p, "bakery", THEIRS)) for p in named}
    assert len(said) > 30
    assert {p: s for p, s in said.items() if not s or set(s) != {404}} == {}
    assert fingerprint() == before


def test_its_owner_does_reach_it(worlds):
    """Without this, the tests above could pass because nothing is there at all."""
    cy = as_user("cy@butcher.example")
    for pattern in pages():
        if "<int:" in pattern:
            said = rolled_back(lambda p=pattern: ask(cy, address(p, "butcher", THEIRS)))
            assert said != [404] * len(said), f"Nothing under {pattern}: extend two_worlds"


def test_what_is_another_persons_own_stays_theirs(worlds):
    from allauth.mfa.models import Authenticator
    from allauth.usersessions.models import UserSession

    cy = User.objects.get(email="cy@butcher.example")
    data = {"pk": THEIRS, "user": cy}
    UserSession.objects.create(**data, session_key="x", ip="127.0.0.1", user_agent="x")
    Authenticator.objects.create(**data, type="webauthn", data={"name": "Key"})
    ada, personal = as_user("ada@bakery.example"), 0
    for pattern, _ in routes():
        if pattern.startswith(PERSONAL) and "<int:" in pattern:
            personal += 1
            said = ask(ada, address(pattern, "", THEIRS))
            assert set(said) <= {404, 302}, (pattern, said)  # 302: say your password first
    assert personal
    assert UserSession.objects.filter(pk=THEIRS).exists()
    assert Authenticator.objects.get(pk=THEIRS).data == {"name": "Key"}


def rolled_back(do):
    with transaction.atomic():
        found = do()
        transaction.set_rollback(True)
    return found


# --- the API --------------------------------------------------------------------------------


def operations():
    for path, ways in DOCUMENT["paths"].items():
        for method, operation in ways.items():
            yield method.upper(), path, operation


def shape(operation):
    """The schema of the JSON body, or nothing."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    ref = schema.get("$ref") or next((p["$ref"] for p in schema.get("allOf", ())), "")
    return DOCUMENT["components"]["schemas"].get(ref.rpartition("/")[2], {})


def body(operation, **also):
    """The smallest body that fits."""
    found = shape(operation)
    needed = set(found.get("required", ())) - set(also)
    return {**{key: value(found["properties"][key]) for key in needed}, **also}


def value(schema):
    schema = next((s for s in schema.get("anyOf", ()) if s.get("type") != "null"), schema)
    kind, form = schema.get("type"), schema.get("format")
    if form:
        day = timezone.now() + timedelta(days=5)
        return day.isoformat() if form == "date-time" else day.date().isoformat()
    return {"integer": OURS, "number": 1, "array": [], "object": {}}.get(kind, "x")


def fill(path, pk):
    return (
        re.sub(r"{network}", "playground", path)
        if "{network}" in path
        else re.sub(r"{\w+}", str(pk), path)
    )


def is_id(schema):
    kinds = [schema, *schema.get("anyOf", ()), schema.get("items", {})]
    return any(kind.get("maximum") == 2**63 - 1 for kind in kinds)


@pytest.fixture
def ada(worlds):
    return program_of(worlds[0].memberships.get(user__name="Ada"))


@pytest.fixture
def cy(worlds):
    return program_of(worlds[1].memberships.get(user__name="Cy"))


def owned():
    """Operations whose path names a row."""
    return [o for o in operations() if "{" in o[1] and "{network}" not in o[1]]


def test_no_operation_answers_without_a_token(worlds):
    before = fingerprint()
    for method, path, _ in operations():
        said = Client().generic(method, fill(path, OURS), b"{}", "application/json")
        assert said.status_code == 401, path
    assert fingerprint() == before


def test_no_operation_reaches_a_row_of_another_workspace(worlds, ada):
    before = fingerprint()
    for method, path, operation in owned():
        said = ada(method, fill(path, THEIRS), body(operation))
        assert said.status_code == 404, (path, said.content)
    assert fingerprint() == before


def test_its_owners_program_does_reach_it(cy):
    for method, path, operation in owned():
        said = rolled_back(
            lambda o=(method, path, operation): cy(o[0], fill(o[1], THEIRS), body(o[2]))
        )
        assert said.status_code != 404, f"Nothing under {path}: extend two_worlds"


# Another brand is its very purpose; a token of that brand opens it.
MEANT_TO_REACH = {("/api/v1/campaigns/{campaign}/copies", "into")}


def test_no_body_can_name_a_row_of_another_workspace(worlds, ada):
    before, tried = fingerprint(), 0
    for method, path, operation in operations():
        for key, schema in shape(operation).get("properties", {}).items():
            if not is_id(schema):
                continue
            if (path, key) in MEANT_TO_REACH:
                continue
            tried += 1
            theirs = [THEIRS] if schema.get("type") == "array" else THEIRS
            also = {"version": 1} if "version" in shape(operation)["properties"] else {}
            sent = body(operation, **{key: theirs}, **also)
            said = ada(method, fill(path, OURS), sent, key="any")
            assert said.status_code == 422, (path, key, said.content)
            assert str(THEIRS) in said.json()["problem"], (path, key)
    assert tried > 10
    assert fingerprint() == before


def test_no_filter_shows_a_row_of_another_workspace(worlds, ada):
    for method, path, operation in operations():
        names = [p["name"] for p in operation["parameters"] if is_id(p["schema"])]
        for name in (n for n in names if "{" not in path):
            said = ada(method, path, **{name: THEIRS})
            assert said.json()["items"] == [], (path, name)


def test_no_list_shows_anything_of_another_workspace(worlds, ada):
    for method, path, _ in operations():
        if method == "GET" and "{" not in path:
            said = ada(method, path)
            text = b"".join(said.streaming_content) if said.streaming else said.content
            assert said.status_code == 200, path
            assert b"utcher" not in text, path
            assert str(THEIRS).encode() not in text, path
