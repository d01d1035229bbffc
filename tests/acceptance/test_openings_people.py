"""Who may do what, and the proof of who did it."""

import csv
import io
import json

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from clarion.accounts import actions as accounts
from clarion.accounts.models import JournalEntry
from clarion.accounts.rights import ALL, CHANNEL_ROLES, RIGHTS, ROLES
from clarion.community import actions as community
from clarion.content.agreement import approval
from clarion.networks.base import Message


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def question(channel):
    said = Message("m1", "mention", "bo", "Are you open?", timezone.now())
    return community.open_conversation(channel, said)


@pytest.fixture
def waiting(post, boss):
    """A post that waits for a yes."""
    approval.ask_for_approval(post, by=boss)
    return post


def ways(space, channel, question, post):
    """Right -> a request that takes it, through the pages and through the API."""
    here, api = f"/w/{space.slug}", "/api/v1"
    invited = {"email": "cy@bakery.example", "role": "member"}
    settings = {"name": "B", "time_zone": "UTC", "language": "en", "currency": "EUR"}
    said, aimed = {"text": "Hello"}, {"text": "Hello", "channels": [channel.pk]}
    back = {"do": "return", "note": "Shorter"}
    return {
        "people": ((f"{here}/team/invite/", invited), (f"{api}/invitations", invited)),
        "settings": ((f"{here}/settings/", settings), ("PATCH", f"{api}/workspace", settings)),
        "journal": (("GET", f"{here}/journal/"), ("GET", f"{api}/journal")),
        "connect": (
            (f"{here}/channels/{channel.pk}/zone/", {"time_zone": "UTC"}),
            ("PATCH", f"{api}/channels/{channel.pk}", {"time_zone": "UTC"}),
        ),
        "answer": (
            (f"{here}/inbox/{question.pk}/done/", {}),
            (f"{api}/conversations/{question.pk}/done", {}),
        ),
        "approve": (
            (f"{here}/posts/{post.pk}/review/", back),
            (f"{api}/posts/{post.pk}/send-back", {"note": "Shorter"}),
        ),
        "write": (
            (f"{here}/compose/save/", {**said, "channels": channel.pk}),
            (f"{api}/posts", aimed),
        ),
    }


def refused(client, way, key=""):
    """Whether this request is answered with a no because of rights."""
    method, path, *said = way if way[0] in ("GET", "PATCH") else ("POST", *way)
    if key:
        headers = {"Authorization": f"Bearer {key}"}
        body = json.dumps(said[0]) if said else ""
        answer = client.generic(method, path, body, "application/json", headers=headers)
    else:
        answer = getattr(client, method.lower())(path, *said)
    assert answer.status_code < 500
    return answer.status_code == 403


def enforced(person, table):
    """Right -> what the pages and the API really let this person do."""
    browser, program = Client(), Client()
    browser.force_login(person.user)
    _, key = accounts.issue_token(person, "Robot", sorted(ALL), by=person.actor())
    return {
        right: (not refused(browser, page), not refused(program, api, key))
        for right, (page, api) in table.items()
    }


@pytest.mark.accepts("AG-2", "ZO-1")
@pytest.mark.parametrize("role", ROLES)
def test_each_cell_of_the_matrix_holds_in_the_pages_and_in_the_api(
    role, space, channel, question, waiting, member
):
    table = ways(space, channel, question, waiting)
    said = {right: (right in ROLES[role],) * 2 for right in table}
    assert enforced(member(role), table) == said


@pytest.mark.accepts("AG-2", "ZO-1")
@pytest.mark.parametrize("role", CHANNEL_ROLES)
def test_a_role_on_one_channel_counts_there_instead(
    role, space, channel, question, waiting, member
):
    everywhere = ways(space, channel, question, waiting)
    table = {r: everywhere[r] for r in ("answer", "approve", "write")}
    table["connect"] = everywhere["connect"]
    person = member("manager", channel_roles={str(channel.pk): role})
    said = {right: (right in CHANNEL_ROLES[role],) * 2 for right in table}
    assert enforced(person, table) == said


@pytest.mark.accepts("AG-2")
def test_the_team_page_shows_the_matrix_that_is_enforced(inside):
    page = inside.get("/w/bakery/team/")
    shown = page.context["matrix"]
    assert [cells for _, cells in shown] == [
        [right in may for may in ROLES.values()] for right in RIGHTS
    ]


@pytest.mark.accepts("OP-10")
def test_a_changed_line_of_the_journal_is_found_at_that_line(inside, waiting, boss):
    approval.approve(waiting, waiting.seal(), by=boss)
    assert "The journal is whole" in inside.get("/w/bakery/journal/verify/").content.decode()
    approved = JournalEntry.objects.get(did="post.approved")
    JournalEntry.objects.filter(pk=approved.pk).update(by="Somebody else")
    page = inside.get("/w/bakery/journal/verify/").content.decode()
    assert f"Line {approved.seq} does not fit" in page


@pytest.mark.accepts("OP-10")
def test_cutting_the_end_off_the_journal_shows(inside, waiting):
    JournalEntry.objects.order_by("-seq").first().delete()
    page = inside.get("/w/bakery/journal/verify/").content.decode()
    assert "The end of the journal was cut off" in page


@pytest.mark.accepts("ZO-7")
def test_what_was_done_years_ago_is_still_there_and_can_be_taken_along(inside, space, boss):
    with time_machine.travel(timezone.now() - timezone.timedelta(days=5 * 365)):
        accounts.change_workspace(space, {"name": "Old Bakery"}, by=boss)
    found = inside.get("/w/bakery/journal/", {"words": "Old Bakery"})
    assert len(found.context["rows"]) == 1
    lines = b"".join(inside.get("/w/bakery/journal/export.csv").streaming_content).decode()
    assert "Old Bakery" in lines
    assert len(list(csv.DictReader(io.StringIO(lines)))) == space.journal.count()


@pytest.mark.accepts("FB-5")
def test_a_token_has_its_own_rights_its_own_name_and_an_end(inside, owner, space):
    said = {"name": "Reporter", "scopes": ["read", "plan"], "days": "30"}
    page = inside.post("/w/bakery/account/tokens/", said, follow=True)
    key, robot = page.context["fresh"]["key"], Client()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(path, body):
        text = json.dumps(body)
        return robot.generic("POST", f"/api/v1/{path}", text, headers=headers)

    assert ask("findings", {"text": "Rye is in fashion"}).status_code == 201
    assert ask("posts", {"text": "Hello"}).status_code == 403
    assert space.journal.filter(by="Ada (Reporter)", did="finding.noted").exists()
    token = owner.memberships.get().tokens.get()
    inside.post(f"/w/bakery/account/tokens/{token.pk}/revoke/")
    assert ask("findings", {"text": "Again"}).status_code == 401
    kinds = list(space.journal.filter(did__startswith="token.").values_list("did", flat=True))
    assert sorted(kinds) == ["token.issued", "token.revoked"]
