"""The real Bluesky servers as a fixture, with as many fresh accounts as a test wants."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from tools.servers import bluesky

SKIPPED = "Real servers run with CLARION_SERVERS=1 (make test-servers)."


@dataclass(frozen=True)
class Person:
    handle: str
    did: str
    app_password: str
    key: str  # of the whole account, which Clarion never has


@dataclass(frozen=True)
class BlueskyServer:
    service: str

    def person(self, name: str, *, chats: bool = False) -> Person:
        """A new account that nobody else has, and an app password for it."""
        handle = f"{name}{uuid.uuid4().hex[:8]}.test"
        made = self.ask(
            "com.atproto.server.createAccount",
            {"handle": handle, "email": f"{handle}@example.org", "password": "a-real-password"},
        )
        app = self.ask(
            "com.atproto.server.createAppPassword",
            {"name": "clarion", "privileged": chats},
            made["accessJwt"],
        )
        return Person(handle, made["did"], app["password"], made["accessJwt"])

    def revoke(self, person: Person) -> None:
        self.ask("com.atproto.server.revokeAppPassword", {"name": "clarion"}, person.key)

    def record(self, person: Person, collection: str, record: dict[str, object]) -> None:
        """What a person does with an app of their own: a like, a repost, a follow."""
        moment = {"createdAt": "2026-01-01T00:00:00.000Z"}
        body = {"repo": person.did, "collection": collection, "record": moment | record}
        self.ask("com.atproto.repo.createRecord", body, person.key)

    def ask(self, method: str, body: dict[str, object], key: str = "") -> dict[str, str]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        url = f"{self.service}/xrpc/{method}"
        answer = httpx2.post(url, json=body, headers=headers, timeout=30, trust_env=False)
        answer.raise_for_status()
        return answer.json() if answer.content else {}


@pytest.fixture(scope="session")
def bluesky_server() -> Iterator[BlueskyServer]:
    if os.environ.get("CLARION_SERVERS") != "1":
        pytest.skip(SKIPPED)
    with bluesky.running() as service:
        yield BlueskyServer(service)
