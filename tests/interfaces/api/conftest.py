"""A program with a token, as a fixture."""

import json

import pytest
from django.test import Client

from clarion.accounts.actions import issue_token
from clarion.accounts.rights import ALL


class Program:
    """Speaks to the API with one token."""

    def __init__(self, key):
        self.client = Client()
        self.key = key

    def __call__(self, method, path, body=None, *, key=None, **query):
        more = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        address = path if path.startswith("/") else f"/api/v1/{path}"
        if query:
            from urllib.parse import urlencode

            address += "?" + urlencode(query)
        data = (
            body if isinstance(body, bytes | str) else json.dumps({} if body is None else body)
        )
        return self.client.generic(
            method,
            address,
            b"" if method == "GET" else data,
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {self.key}",
            **more,
        )

    def get(self, path, **query):
        return self("GET", path, **query)

    def post(self, path, body=None, **more):
        return self("POST", path, body, **more)


@pytest.fixture
def program(owner, space):
    """A token with every right of the owner."""
    return program_of(space.memberships.get(user=owner))


def program_of(membership, scopes=ALL):
    _, key = issue_token(membership, "script", sorted(scopes), by=membership.actor())
    return Program(key)
