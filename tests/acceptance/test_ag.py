"""Agorapulse: who may do what, on which profile, through the page and through the API."""

import pytest
from django.db import transaction
from django.test import Client
from tests.interfaces.api.conftest import program_of
from tests.two_worlds import OURS, THEIRS, build

from clarion.accounts.models import JournalEntry, Membership, User
from clarion.accounts.rights import CHANNEL_ROLES, ON_CHANNELS, RIGHTS, ROLES
from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.publishing import actions as publishing

pytestmark = pytest.mark.timeout(300)
NO = 403


class World:
    """A brand with one of everything, and a second channel that nobody has a role on."""

    def __init__(self, place):
        owner = User.objects.create_user("ada@bakery.example", "correct horse", name="Ada")
        self.space = build(place, owner, "Bakery", OURS)
        self.boss = self.space.memberships.get(user=owner).actor()
        self.space.approval_rules.all().delete()  # whom a rule names is not a matter of roles
        answers = {"server": place.url, "handle": "second"}
        [self.second] = channels.start(self.space, "playground", answers, "", by=self.boss)
        self.first = self.space.channels.get(pk=OURS)
        self.bare = self.undescribed()

    def undescribed(self):
        """A post whose picture has no description."""
        from tests.interfaces.api.test_content import picture

        from clarion.content import library

        medium = library.add(self.space, "cup.png", picture("red"), by=self.boss)
        return content.write(self.space, "Look", [self.first], media=[medium], by=self.boss)

    def person(self, role, channel_roles=None):
        count = Membership.objects.count()
        user = User.objects.create_user(f"p{count}@bakery.example", "correct horse", name="Bo")
        return Membership.objects.create(
            workspace=self.space, user=user, role=role, channel_roles=channel_roles or {}
        )

    def posts(self, channel):
        """One that waits for approval, one that is planned."""
        asked = content.write(self.space, "May I?", [channel], by=self.boss)
        approval.ask_for_approval(asked, by=self.boss)
        planned = content.write(self.space, "Tomorrow", [channel], by=self.boss)
        from datetime import timedelta

        from django.utils import timezone

        publishing.schedule(planned, timezone.now() + timedelta(days=1), by=self.boss)
        return asked, planned


def everywhere(world):
    """Right -> what it lets somebody do: through a page, and through the API."""
    return {
        **on(world, world.first, OURS),
        "plan": (
            ("POST", "strategy/audiences/new/", {"name": "Neighbours"}),
            ("POST", "audiences", {"name": "Neighbours"}),
        ),
        "listen": (
            ("POST", f"listening/watches/{OURS}/pause/", {}),
            ("POST", f"watches/{OURS}/pause", {}),
        ),
        "override": (
            ("POST", f"posts/{world.bare.pk}/let-pass/", {"check": "alt", "why-alt": "Art"}),
            ("POST", f"posts/{world.bare.pk}/let-pass", {"check": "alt", "why": "Art"}),
        ),
        "people": (
            ("POST", "team/invite/", {"email": "x@bakery.example", "role": "member"}),
            ("POST", "invitations", {"email": "x@bakery.example", "role": "member"}),
        ),
        "journal": (("GET", "journal/", {}), ("GET", "journal", {})),
        "settings": (
            (
                "POST",
                "settings/",
                {
                    "name": "Bakery & Co",
                    "time_zone": "UTC",
                    "language": "en",
                    "currency": "EUR",
                    "track_links": "on",
                    "spacing_minutes": "30",
                },
            ),
            ("PATCH", "workspace", {"name": "Bakery & Co"}),
        ),
    }


def on(world, channel, row):
    """The same for what can differ by channel. `row`: conversation and promotion there."""
    asked, planned = world.posts(channel)
    found = {
        "read": (("GET", f"posts/{asked.pk}/peek/", {}), ("GET", f"posts/{asked.pk}", {})),
        "write": (
            ("POST", "compose/save/", {"text": "Words", "channels": channel.pk}),
            ("POST", "posts", {"text": "Words", "channels": [channel.pk]}),
        ),
        "approve": (
            ("POST", f"posts/{asked.pk}/review/", {"do": "approve", "seal": asked.seal()}),
            ("POST", f"posts/{asked.pk}/approve", {"seal": asked.seal()}),
        ),
        "publish": (
            ("POST", f"posts/{planned.pk}/cancel/", {}),
            ("POST", f"posts/{planned.pk}/cancel", {}),
        ),
        "connect": (
            ("POST", f"channels/{channel.pk}/zone/", {"time_zone": "Asia/Tokyo"}),
            ("PATCH", f"channels/{channel.pk}", {"time_zone": "Asia/Tokyo"}),
        ),
    }
    if row is not None:
        found["answer"] = (
            ("POST", f"inbox/{row}/done/", {}),
            ("POST", f"conversations/{row}/done", {}),
        )
        found["spend"] = (
            ("POST", f"paid/{row}/stop/", {}),
            ("POST", f"promotions/{row}/stop", {}),
        )
    return found


def cells(world, membership, doings, may):
    """Every cell that is not as the matrix says: (right, door, status)."""
    browser = Client()
    browser.force_login(membership.user)
    program = program_of(membership)
    wrong = []
    for right, (page, operation) in doings.items():
        method, where, said = page
        send = browser.get if method == "GET" else browser.post
        path = f"/w/{world.space.slug}/{where}"
        doors = {
            "page": lambda send=send, path=path, said=said: send(path, said),
            "API": lambda o=operation: program(o[0], o[1], None if o[0] == "GET" else o[2]),
        }
        for door, ask in doors.items():
            status, happened = tried(ask)
            fine = status < 400 and (happened or method == "GET")
            refused = status == NO and not happened
            if not (fine if right in may else refused):
                wrong.append((right, door, status, happened))
    return wrong


def tried(ask):
    """What was answered, and whether anything happened; then it is taken back."""
    with transaction.atomic():
        before = JournalEntry.objects.count()
        status = ask().status_code
        happened = JournalEntry.objects.count() > before
        transaction.set_rollback(True)
    return status, happened


@pytest.fixture
def world(playground, db):
    return World(playground)


@pytest.mark.accepts("AG-2")
def test_every_cell_of_the_matrix_of_the_organisation_holds_on_pages_and_in_the_api(world):
    doings = everywhere(world)
    assert set(doings) == set(RIGHTS)
    wrong = {
        role: found
        for role, may in ROLES.items()
        if (found := cells(world, world.person(role), doings, may))
    }
    assert wrong == {}


@pytest.mark.accepts("AG-2")
def test_every_cell_of_the_matrix_of_a_profile_holds_on_pages_and_in_the_api(world):
    here, there = on(world, world.first, OURS), on(world, world.second, None)
    assert set(here) == set(ON_CHANNELS)
    wrong = {}
    for role, may in CHANNEL_ROLES.items():
        person = world.person("member", {str(world.first.pk): role})
        wrong[role] = cells(world, person, here, may)
        wrong[f"{role}, elsewhere"] = cells(world, person, there, ROLES["member"])
    assert {role: found for role, found in wrong.items() if found} == {}


@pytest.mark.accepts("AG-2")
def test_a_role_on_a_profile_also_takes_away(world):
    here, there = on(world, world.first, OURS), on(world, world.second, None)
    for role, may in CHANNEL_ROLES.items():
        manager = world.person("manager", {str(world.first.pk): role})
        assert cells(world, manager, here, may) == [], role
        assert cells(world, manager, there, ROLES["manager"]) == [], role


@pytest.mark.accepts("AG-2")
def test_a_stranger_to_the_organisation_finds_none_of_it(world, playground):
    cy = User.objects.create_user("cy@butcher.example", "correct horse", name="Cy")
    build(playground, cy, "Butcher", THEIRS)
    browser = Client()
    browser.force_login(cy)
    for (method, where, said), _ in everywhere(world).values():
        send = browser.get if method == "GET" else browser.post
        assert send(f"/w/bakery/{where}", said).status_code == 404
