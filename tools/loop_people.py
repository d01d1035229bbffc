"""What the people of a bakery do, each with a key of their own, through the REST API.

Only the people themselves are made by hand. What Clarion does by itself, its worker does here.
"""

import io
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
from django.utils import timezone
from PIL import Image, ImageDraw
from tools.loop_outside import Outside
from tools.loop_world import Failed

from clarion.accounts import actions as accounts
from clarion.accounts.models import Membership, User
from clarion.accounts.rights import ALL
from clarion.ads.models import Ledger
from clarion.channels.models import Reader
from clarion.community.models import Inbox
from clarion.measurement.models import Meter

FINDING = "People look for opening hours before they look at prices"
ALT = "A round loaf of rye bread on a wooden board"
AHEAD = timedelta(seconds=5)
Json = dict[str, Any]


class No(Exception):
    """Clarion refused, in a sentence."""


@dataclass(frozen=True)
class Person:
    """Somebody with an API token."""

    url: str
    token: str

    def get(self, path: str, **params: Any) -> Json:
        return self._ask("GET", path, params=params)

    def rows(self, path: str, **params: Any) -> list[Json]:
        return list(self.get(path, **params)["items"])

    def do(self, path: str, *, key: str = "", **body: Any) -> Json:
        """A write. The same `key` again is the same write, not a second one."""
        return self._ask("POST", path, json=body, headers={"Idempotency-Key": key})

    def change(self, path: str, **body: Any) -> Json:
        return self._ask("PATCH", path, json=body)

    def upload(self, name: str, data: bytes, alt: str) -> Json:
        return self._ask("POST", "media", files={"file": (name, data)}, data={"alt": alt})

    def _ask(self, method: str, path: str, headers: Json | None = None, **more: Any) -> Json:
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        url = f"{self.url}/api/v1/{path}"
        answer = httpx2.request(
            method, url, headers=headers, timeout=60, trust_env=False, **more
        )
        if answer.status_code >= 500:
            raise Failed(f"{method} {path} was answered with {answer.status_code}.")
        said: Json = answer.json()
        if answer.status_code >= 400:
            raise No(str(said.get("problem", said)))
        return said


@dataclass
class Bakery:
    """Ada writes, Bo approves: four eyes, so neither can do it alone."""

    ada: Person
    bo: Person
    campaign: int
    channel: Json

    # --- content and publishing ---

    def write(self, text: str, link: str) -> Json:
        medium = self.ada.upload("rye.png", picture(), ALT)
        return self.ada.do(
            "posts",
            text=text,
            link=link,
            channels=[self.channel["id"]],
            campaign=self.campaign,
            media=[medium["id"]],
            planned_for=(timezone.now() + AHEAD).isoformat(),
        )

    def approve_alone(self, post: Json) -> None:
        asked = self.ada.do(f"posts/{post['id']}/ask")
        self.ada.do(f"posts/{post['id']}/approve", seal=asked["seal"])

    def approve_and_plan(self, post: Json) -> Json:
        path = f"posts/{post['id']}"
        self.bo.do(f"{path}/approve", seal=self.bo.get(path)["seal"])
        [delivery] = self.bo.do(f"{path}/plan")["deliveries"]
        return dict(delivery)

    # --- what came of it, as Clarion tells it ---

    def conversation(self, words: str) -> Json | None:
        for found in self.ada.rows("conversations", channel=self.channel["id"]):
            said = self.ada.rows(f"conversations/{found['id']}/messages")
            if words in [message["text"] for message in said]:
                return found
        return None

    def results(self) -> Json:
        return dict(self.ada.get(f"campaigns/{self.campaign}/results")["numbers"])

    def purse(self) -> Json:
        return self.ada.get(f"campaigns/{self.campaign}/purse")

    def brief(self) -> str:
        return str(self.ada.get(f"campaigns/{self.campaign}/brief")["text"])

    def journal(self) -> int:
        """How many lines it has. Fails when one of them was changed."""
        verdict = self.ada.get("journal/verify")
        if verdict["broken_at"] is not None:
            raise Failed(f"The journal is broken: {verdict['reason']}")
        return int(verdict["rows"])

    def look_again(self) -> None:
        """The inbox is read every 30 s, counts every 2 min: move the next round to now."""
        readers: tuple[type[Reader], ...] = (Inbox, Meter, Ledger)
        for reader in readers:
            rows = reader._default_manager.filter(channel=self.channel["id"])
            rows.update(due_at=timezone.now())


def settle_in(url: str, outside: Outside) -> Bakery:
    """Two people, one workspace, one channel; what was found out, and what follows from it."""
    ada, bo = (Person(url, token) for token in _two_people())
    ada.change("workspace", four_eyes=True)
    answers = dict(outside.answers())
    [channel] = ada.do("channels", network=outside.key, answers=answers)["channels"]
    return Bakery(ada, bo, _plan(ada), channel)


def _two_people() -> Sequence[str]:
    """Their tokens. A person's first steps are pages, so they are taken by hand here."""
    ada, bo = (
        User.objects.create_user(f"{name.lower()}@bakery.example", uuid.uuid4().hex, name=name)
        for name in ("Ada", "Bo")
    )
    space = accounts.found_workspace(ada, "Bakery", time_zone="Europe/Berlin")
    owner = space.memberships.get()
    _, key = accounts.invite(space, bo.email, "approver", by=owner.actor())
    return [_token(owner), _token(accounts.accept(key, bo))]


def _token(of: Membership) -> str:
    return accounts.issue_token(of, "the loop", sorted(ALL), by=of.actor())[1]


def _plan(ada: Person) -> int:
    ada.do("findings", text=FINDING, about="audience", source="shop diary")
    soon = timezone.localdate() + timedelta(days=90)
    goal = ada.do(
        "goals", name="Known for rye", kpi="likes", target=100, deadline=soon.isoformat()
    )
    hungry = "On the way to work, hungry"
    audience = ada.do("audiences", name="Early birds", description=hungry)
    made = ada.do(
        "campaigns",
        name="Rye week",
        goal=goal["id"],
        audience=audience["id"],
        goal_metric="likes",
        goal_value=100,
        budget="50",
    )
    return int(made["id"])


def refused(act: Callable[[], object]) -> str:
    """The sentence with which Clarion said no. Fails when it said yes."""
    try:
        act()
    except No as why:
        return str(why)
    raise Failed("Clarion did what it should have refused.")


def picture() -> bytes:
    """A loaf, as far as two ellipses can be one."""
    image = Image.new("RGB", (800, 600), "#e9dcc3")
    draw = ImageDraw.Draw(image)
    draw.ellipse((150, 140, 650, 500), fill="#8a5a2b")
    draw.ellipse((200, 180, 600, 420), fill="#a9713c")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
