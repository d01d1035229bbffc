from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.rights import NotAllowed
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Decision, Post
from clarion.kit.errors import Conflict, NotYet
from clarion.publishing import actions as publishing

State = Post.State


@pytest.fixture
def approved(post, boss):
    return approval.approve(post, post.seal(), by=boss)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Stale bread"},
        {"more": ["and more"]},
        {"link": "https://bakery.example"},
        {"planned_for": timezone.now() + timedelta(days=2)},
        {"channels": []},
    ],
    ids=lambda c: next(iter(c)),
)
def test_any_change_voids_the_approval(approved, boss, change):
    post = content.edit(approved, version=approved.version, by=boss, **change)
    assert not post.is_approved
    assert Decision.Said.VOIDED in post.decisions.values_list("said", flat=True)


def test_saving_without_a_change_keeps_the_approval(approved, boss):
    post = content.edit(approved, version=approved.version, text=approved.text, by=boss)
    assert post.is_approved
    assert post.version == approved.version


def test_describing_a_picture_anew_voids_the_approval(post, space, boss, png):
    from clarion.content import library

    media = library.add(space, "bread.png", png, alt="Bread", by=boss)
    post = content.edit(post, version=post.version, media=[media], by=boss)
    post = approval.approve(post, post.seal(), by=boss)
    library.describe(media, "Something else", by=boss)
    assert not Post.objects.get(pk=post.pk).is_approved


def test_an_approval_of_other_bytes_is_refused(post, boss):
    seen = post.seal()
    content.edit(post, version=post.version, text="Other words", by=boss)
    with pytest.raises(Conflict, match="has changed since you looked"):
        approval.approve(post, seen, by=boss)


def test_the_slower_of_two_writers_is_told(post, boss):
    content.edit(post, version=1, text="First", by=boss)
    with pytest.raises(Conflict, match="Somebody else"):
        content.edit(post, version=1, text="Second", by=boss)
    assert Post.objects.get().text == "First"


def test_an_editor_may_not_approve(post, member):
    with pytest.raises(NotAllowed):
        approval.approve(post, post.seal(), by=member("editor").actor())


def test_four_eyes_are_four_eyes(post, space, boss, member):
    space.four_eyes = True
    space.save()
    with pytest.raises(NotAllowed, match="somebody else"):
        publishing.publish_now(post, by=boss)
    approval.approve(post, post.seal(), by=member("approver").actor())


def test_who_rewrote_a_post_may_not_approve_it(post, space, member):
    space.four_eyes = True
    space.save()
    other = member("approver").actor()
    post = content.edit(post, version=1, text="Other words", by=other)
    with pytest.raises(NotAllowed, match="somebody else"):
        approval.approve(post, post.seal(), by=other)
    approval.approve(post, post.seal(), by=member("approver", "Cy").actor())


def test_who_only_moved_a_post_may_approve_it(post, space, member):
    space.four_eyes = True
    space.save()
    other = member("approver").actor()
    at = timezone.now() + timedelta(days=1)
    post = content.edit(post, version=1, planned_for=at, by=other)
    approval.approve(post, post.seal(), by=other)


def test_a_text_that_is_too_long_is_not_approved(post, boss):
    post = content.edit(post, version=1, text="x" * 501, by=boss)
    with pytest.raises(NotYet, match="500"):
        approval.approve(post, post.seal(), by=boss)


def test_what_is_out_cannot_be_rewritten(delivery, post, boss, work):
    work()
    post.refresh_from_db()
    with pytest.raises(Conflict, match="It is out on"):
        content.edit(post, version=post.version, text="Never said it", by=boss)


def test_a_lost_surrogate_is_a_sentence(space, boss):
    with pytest.raises(NotYet, match="half a character"):
        content.write(space, "bread \ud83c", by=boss)


def test_the_bin_gives_back(post, boss):
    content.bin_post(post, by=boss)
    content.restore(Post.objects.get(), by=boss)
    assert Post.objects.get().state == State.DRAFT
