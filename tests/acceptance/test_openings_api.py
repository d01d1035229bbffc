"""What no suite does well, through the API and the command line."""

import pytest
from click.testing import CliRunner
from tests.interfaces.api.conftest import program_of

from clarion.accounts import actions as accounts
from clarion.accounts.models import JournalEntry
from clarion.ads import actions as ads
from clarion.community import actions as community
from clarion.community.models import Conversation, Inbox
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.interfaces.cli.main import clarion


@pytest.fixture
def busy(space, boss, member, delivery, playground, work):
    """A workspace in which all sorts of things were done."""
    approval.add_note(delivery.variant.post, "Well said", by=boss)
    work()
    delivery.refresh_from_db()
    playground.say("bo", "What time do you open?", on=delivery.remote_id)
    Inbox.objects.update(due_at=delivery.live_at)
    work()
    community.answer(Conversation.objects.get(), "At seven!", by=boss)
    ads.promote(delivery, 20, by=boss)
    accounts.change_role(member("editor"), "analyst", by=boss)
    return space


@pytest.fixture
def program(busy, owner):
    return program_of(busy.memberships.get(user=owner), scopes=["journal"])


@pytest.mark.accepts("OP-10")
def test_content_approvals_replies_spend_and_permissions_stand_in_the_journal(program):
    did = {line["did"] for line in program.get("journal", limit=200).json()["items"]}
    assert {
        "post.written",
        "post.approved",
        "conversation.answered",
        "promotion.ordered",
        "person.role_changed",
    } <= did


@pytest.mark.accepts("OP-10")
@pytest.mark.parametrize(
    "change",
    [
        {"by": "Nobody"},
        {"did": "post.approved2"},
        {"about": "Post 99"},
        {"after": {"text": "never said"}},
        {"before": {"budget": "0"}},
        {"seal": "0" * 64},
        {"previous": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_tampered_row_fails_the_verification_at_that_row(
    busy, program, owner, client, change
):
    assert program.get("journal/verify").json()["is_whole"] is True
    for row in JournalEntry.objects.filter(workspace=busy).order_by("-seq"):
        was = {key: getattr(row, key) for key in change}
        JournalEntry.objects.filter(pk=row.pk).update(**change)
        verdict = program.get("journal/verify").json()
        assert (verdict["is_whole"], verdict["broken_at"]) == (False, row.seq)
        assert verdict["reason"]
        JournalEntry.objects.filter(pk=row.pk).update(**was)
    assert program.get("journal/verify").json()["is_whole"] is True

    JournalEntry.objects.filter(workspace=busy, seq=3).update(**change)
    client.force_login(owner)
    page = client.get("/w/bakery/journal/verify/").content.decode()
    assert "3" in page
    assert verdict["reason"] in page


@pytest.mark.accepts("OP-10")
def test_a_removed_an_added_and_a_cut_off_row_show_too(busy, program):
    last = JournalEntry.objects.filter(workspace=busy).order_by("seq").last()
    last.delete()
    assert program.get("journal/verify").json()["broken_at"] == last.seq
    JournalEntry.objects.filter(workspace=busy, seq=2).delete()
    assert program.get("journal/verify").json()["broken_at"] == 2


@pytest.mark.accepts("OP-10")
@pytest.mark.django_db(transaction=True)
def test_whoever_runs_the_machine_checks_all_journals_with_one_command(
    space, boss, tmp_path, monkeypatch
):
    monkeypatch.setenv("CLARION_DATA", str(tmp_path))
    content.write(space, "Words", by=boss)
    fine = CliRunner().invoke(clarion, ["journal", "verify", "--here"])
    assert fine.exit_code == 0
    JournalEntry.objects.filter(workspace=space, seq=2).update(by="Nobody")
    broken = CliRunner().invoke(clarion, ["journal", "verify", "--here"])
    assert broken.exit_code == 1
    assert "bakery: line 2 does not fit" in str(broken.exception)
