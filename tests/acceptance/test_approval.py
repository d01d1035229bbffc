"""Approval in steps: who has to agree, by when, and to which bytes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import Notice
from clarion.content import actions as content
from clarion.content.models import Post
from clarion.publishing.models import Delivery


@pytest.fixture
def everyone(space, owner, client, member):
    """“Everyone must approve”: Anna and Ben, said on the page by the owner."""
    anna, ben = member("approver", "Anna"), member("approver", "Ben")
    client.force_login(owner)
    made = client.post(
        "/w/bakery/approval-rules/new/",
        {
            "name": "Everyone",
            "steps": "1",
            "people-0": [anna.pk, ben.pk],
            "quorum-0": "0",
            "remind": "24",
            "escalate": "4",
        },
    )
    assert made.status_code == 302, made.content
    return anna, ben


def signed_in(membership):
    client = Client()
    client.force_login(membership.user)
    return client


@pytest.fixture
def asked(space, channel, member, everyone):
    """A post of Bo's for the day after tomorrow, submitted for approval."""
    bo = member("editor", "Bo")
    at = timezone.now() + timedelta(days=2)
    post = content.write(space, "Rye at eight", [channel], planned_for=at, by=bo.actor())
    said = program_of(bo).post(f"posts/{post.pk}/ask", {"note": "Is eight right?"})
    assert said.json()["state"] == "review", said.content
    return post


def yes(membership, post):
    page = f"/w/bakery/posts/{post.pk}/review/"
    return signed_in(membership).post(page, {"do": "approve", "seal": post.seal()})


def told(membership):
    page = signed_in(membership).get("/w/bakery/notifications/")
    return page.content.decode()


@pytest.mark.accepts("AG-3")
def test_what_not_everyone_approved_does_not_go_out_and_its_owner_hears_before(
    asked, everyone, work, later, playground
):
    anna, ben = everyone
    bo = asked.author
    assert yes(anna, asked).status_code == 302
    page = signed_in(ben).get("/w/bakery/approvals/").content.decode()
    assert "1 of 2 approvals; waiting for Ben" in page
    work()
    assert "will not go out" not in told(bo)

    with later(days=1, hours=2):  # a day before its time
        work()
        assert "waits for your approval" in told(ben)
        assert "waits for your approval" not in told(anna)
    with later(days=1, hours=21):  # three hours before
        work()
        assert Post.objects.get().planned_for > timezone.now()
        assert "Not approved yet, so it will not go out on" in told(bo)
        assert "waiting for Ben" in told(bo)
    with later(days=2, minutes=1):
        work()
        assert not Delivery.objects.exists()
        page = signed_in(bo).get(f"/w/bakery/posts/{asked.pk}/").content.decode()
        assert "Not approved in time" in page
        assert "did not go out" in told(bo)

        assert yes(ben, asked).status_code == 302  # late is not never: it needs a new time
        work()
        assert not Delivery.objects.exists()
        assert Post.objects.get().state == "approved"


@pytest.mark.accepts("AG-3")
def test_once_everyone_has_approved_it_goes_out(asked, everyone, work, later):
    for one in everyone:
        assert yes(one, asked).status_code == 302
    with later(days=2, minutes=1):
        work()
        assert Delivery.objects.get().state == "live"
    assert not Notice.objects.filter(about__startswith="review:", solved_at=None).exists()


@pytest.mark.accepts("OP-11")
def test_a_byte_changed_after_some_approved_asks_all_of_them_again(asked, everyone):
    anna, ben = everyone
    yes(anna, asked)
    editor = program_of(asked.author)
    changed = editor("PATCH", f"posts/{asked.pk}", {"version": 1, "text": "Rye at seven"})
    assert changed.status_code == 200, changed.content
    stands = program_of(ben).get(f"posts/{asked.pk}/approval").json()
    assert stands["said"] == "0 of 2 approvals; waiting for Anna and Ben"
    post = Post.objects.get()
    yes(ben, post)
    assert not Post.objects.get().is_approved
    refused = program_of(ben).post(f"posts/{asked.pk}/plan")
    assert refused.status_code == 422
    yes(anna, post)
    assert Post.objects.get().is_approved


@pytest.mark.accepts("HS-5")
def test_an_editor_cannot_alter_the_text_without_a_new_approval_that_shows_the_change(
    asked, everyone
):
    for one in everyone:
        yes(one, asked)
    editor = signed_in(asked.author)
    form = {"version": "1", "text": "Rye at nine", "do": "save"}
    form["channels"] = [v.channel_id for v in asked.variants.all()]
    editor.post(f"/w/bakery/posts/{asked.pk}/", form)
    post = Post.objects.get()
    assert post.text == "Rye at nine"
    assert not post.is_approved
    page = editor.get(f"/w/bakery/posts/{asked.pk}/review/").content.decode()
    assert '<del><span class="sr">removed: </span>eight</del>' in page
    assert '<ins><span class="sr">added: </span>nine</ins>' in page
    told = program_of(asked.author).get(f"posts/{asked.pk}/changes").json()
    [text] = [c for c in told["changes"] if c["what"] == "Text"]
    assert {"kind": "new", "text": "nine"} in text["pieces"]
