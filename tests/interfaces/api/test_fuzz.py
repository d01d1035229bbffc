"""Thousands of requests nobody would write by hand: never our fault, always as documented."""

import json
from contextlib import suppress

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.interfaces.api.conftest import program_of
from tests.two_worlds import OURS, build

from clarion.interfaces.api import door
from clarion.interfaces.api.document import FILE
from clarion.interfaces.api.shapes import NO_NUL

EXAMPLES = 4  # for each operation, once as documented and once not
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
TRY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def kept_connection():
    """Django closes its connection between requests; the test's transaction needs it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("kept_connection")
def test_no_request_breaks_it_and_every_answer_is_as_documented(owner, playground, monkeypatch):
    monkeypatch.setattr(door, "PER_MINUTE", 10**6)
    space = build(playground, owner, "Bakery", OURS)
    program = program_of(space.memberships.get(user=owner))
    headers = {"Authorization": f"Bearer {program.key}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_dict(lightened(json.loads(FILE.read_text())))
    schema.app = get_wsgi_application()
    tried, answered = 0, set()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            strategy = operation.as_strategy(generation_mode=mode)

            @TRY
            @given(case=strategy)
            def attack(case):
                nonlocal tried
                tried += 1
                if mode == GenerationMode.POSITIVE:  # noqa: B023 - runs before the next turn
                    _aim_at_what_is_there(case)
                with transaction.atomic():
                    response = case.call_and_validate(headers=headers, checks=CHECKS)
                    answered.add(response.status_code)
                    transaction.set_rollback(True)

            with suppress(Unsatisfiable):  # what takes nothing cannot be asked wrongly
                attack()
    assert tried > 400
    assert {200, 201, 404, 422} <= answered, answered
    assert 401 not in answered


def lightened(part):
    """The document without what makes generating slow, and without its say on tokens."""
    if isinstance(part, list):
        return [lightened(one) for one in part]
    if not isinstance(part, dict):
        return part
    left_out = {"security", "securitySchemes"}
    if part.get("type") == "string" and part.get("pattern") == NO_NUL:
        left_out |= {"pattern", "maxLength"}  # a NUL more is one more thing to be refused
    return {key: lightened(value) for key, value in part.items() if key not in left_out}


def _aim_at_what_is_there(case):
    for name, value in case.path_parameters.items():
        if isinstance(value, int):
            case.path_parameters[name] = OURS
