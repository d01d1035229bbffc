"""An answer that somebody else agrees to before it goes out."""

import pytest
from django.test import Client
from django.utils import timezone

from clarion.community import actions as community
from clarion.community.models import PendingReply, Reply
from clarion.networks.base import Message


@pytest.fixture
def conversation(channel):
    said = Message("m1", "comment", "bo", "When do you open?", timezone.now())
    return community.open_conversation(channel, said)


def signed_in(membership):
    client = Client()
    client.force_login(membership.user)
    return client


@pytest.fixture
def submitted(conversation, member):
    """Two people of the inbox have each submitted an answer."""
    for name, text in (("Cy", "At seven!"), ("Di", "At eight, I think")):
        person = signed_in(member("community", name))
        person.post(f"/w/bakery/inbox/{conversation.pk}/submit/", {"text": text})
    return list(PendingReply.objects.order_by("pk"))


@pytest.fixture
def approver(owner, client, submitted):
    client.force_login(owner)
    return client


def decide(client, pending, do, text=""):
    address = f"/w/bakery/approvals/replies/{pending.pk}/"
    return client.post(address, {"do": do, "text": text})


def states():
    return list(PendingReply.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.accepts("SP-3")
def test_a_conflict_is_listed_and_resolved_in_one_step(approver, submitted, work):
    assert not Reply.objects.exists()
    page = approver.get("/w/bakery/approvals/replies/").content.decode()
    assert "2 answers, one conversation" in page
    assert "At seven!" in page
    assert "At eight, I think" in page
    assert decide(approver, submitted[0], "approve").status_code == 302
    assert states() == ["approved", "superseded"]
    [reply] = Reply.objects.all()
    assert reply.text == "At seven!"
    assert "approved by Ada" in reply.by
    assert "No answer waits" in approver.get("/w/bakery/approvals/replies/").content.decode()
    assert decide(approver, submitted[1], "approve").status_code == 409
    assert Reply.objects.count() == 1


@pytest.mark.accepts("SP-3")
def test_an_approver_rejects_with_a_reason_that_the_writer_hears(approver, submitted):
    assert decide(approver, submitted[1], "reject").status_code == 422
    assert decide(approver, submitted[1], "reject", "It is seven").status_code == 302
    assert states() == ["waiting", "rejected"]
    assert not Reply.objects.exists()
    heard = signed_in(submitted[1].member).get("/w/bakery/notifications/").content.decode()
    assert "It is seven" in heard


@pytest.mark.accepts("SP-3")
def test_an_approver_says_something_else_instead(approver, submitted):
    said = decide(approver, submitted[0], "supersede", "From seven to noon")
    assert said.status_code == 302
    assert states() == ["superseded", "superseded"]
    assert [r.text for r in Reply.objects.all()] == ["From seven to noon"]


@pytest.mark.accepts("SP-3")
def test_what_was_answered_meanwhile_is_a_conflict_too(
    approver, submitted, conversation, boss, member
):
    community.answer(conversation, "Seven.", by=boss)
    assert decide(approver, submitted[0], "approve").status_code == 409
    page = approver.get("/w/bakery/approvals/replies/").content.decode()
    assert "answered since" in page
    only_reads = signed_in(member("analyst", "Ed"))
    assert decide(only_reads, submitted[0], "approve").status_code == 403
