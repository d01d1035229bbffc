import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clarion.accounts.rights import NotAllowed
from clarion.community import actions as community
from clarion.community.models import Conversation, Inbox, Message, Reply
from clarion.kit.errors import NotYet
from clarion.networks.base import Message as Said


@pytest.fixture
def question(delivery, playground, work):
    work()
    delivery.refresh_from_db()
    playground.say("bo", "What time do you open?", on=delivery.remote_id)
    Inbox.objects.update(due_at=timezone.now())
    work()
    return Conversation.objects.get()


def test_a_message_that_comes_twice_is_one_message(question, playground, work):
    playground.fault("twice", probability=1, calls="all")
    Inbox.objects.update(due_at=timezone.now())
    work()
    assert Message.objects.count() == 1


def test_a_comment_knows_the_post_it_is_on(question, delivery):
    assert (question.delivery, question.kind, question.author) == (delivery, "comment", "bo")


def test_an_answer_goes_out_once_though_its_answer_was_lost(
    question, boss, playground, work, later
):
    before = playground.stats["live"]
    playground.fault("fail_after", next=1)
    community.answer(question, "At seven!", by=boss)
    work()
    with later(seconds=10):
        work()
    assert Reply.objects.get().state == "live"
    assert playground.stats["live"] == before + 1
    question.refresh_from_db()
    assert question.answered_at


def test_a_private_message_is_answered_in_private(channel, boss, playground, work):
    playground.say("bo", "Do you cater?", direct="bakery")
    work()
    conversation = Conversation.objects.get()
    assert conversation.kind == "direct"
    community.answer(conversation, "We do!", by=boss)
    work()
    assert Reply.objects.get().state == "live"


def test_a_new_message_opens_what_was_done(channel, boss, playground, work):
    playground.say("bo", "Do you cater?", direct="bakery")
    work()
    community.finish(Conversation.objects.get(), by=boss)
    playground.say("bo", "And on Sundays?", direct="bakery")
    Inbox.objects.update(due_at=timezone.now())
    work()
    conversation = Conversation.objects.get()
    assert (conversation.state, conversation.messages.count()) == ("open", 2)


def test_an_empty_answer_is_refused(question, boss):
    with pytest.raises(NotYet, match="Write an answer"):
        community.answer(question, "  ", by=boss)


def test_an_answer_that_is_too_long_is_refused_before_it_is_sent(question, boss):
    with pytest.raises(NotYet, match="500"):
        community.answer(question, "x" * 501, by=boss)


def test_an_editor_may_not_answer(question, member):
    with pytest.raises(NotAllowed):
        community.answer(question, "Hi", by=member("editor").actor())


def test_a_letter_that_cannot_be_kept_stops_nobody(channel):
    """Whoever writes to us chooses these bytes; the messages after it must still come in."""
    at = timezone.now()
    odd = Said(
        "1\x00", "mention", "b\x00o", "hi \ud83d", at, author_name="\x00", thread="t\x00"
    )
    fine = Said("2", "mention", "cy", "hello", at)
    community.take_in(channel, [odd, fine])
    assert set(Message.objects.values_list("text", flat=True)) == {"hi ?", "hello"}


def test_an_address_that_is_none_is_not_linked_to(channel):
    at = timezone.now()
    said = Said("1", "mention", "bo", "hi", at, url="javascript:alert(1)")
    community.take_in(channel, [said])
    assert Message.objects.get().url == ""


def waits_for_another():
    """Whether some connection stands before a lock that another holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted")
        return cursor.fetchone() is not None


@pytest.mark.django_db(transaction=True)
def test_two_who_take_up_the_same_thing_at_once_get_one_conversation(channel):
    said = Said("1", "post", "bo", "Who bakes rye?", timezone.now(), thread="1")

    def second():
        try:
            return community.open_conversation(channel, said)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            mine = community.open_conversation(channel, said)
            theirs = other.submit(second)
            while not waits_for_another() and not theirs.done():
                time.sleep(0.01)
        assert theirs.result() == mine
    assert (Conversation.objects.count(), Message.objects.count()) == (1, 1)
