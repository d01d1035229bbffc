"""The inbox page, as somebody who answers people sees it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.community import actions
from clarion.community.models import Conversation, Message, Reply
from clarion.networks.base import Message as Said


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def says(channel):
    """says("bo", "Hello") is what the network would bring in."""
    count = iter(range(10_000))

    def say(author, text, *, kind="mention", minutes=5, **rest):
        n = next(count)
        said = Said(
            remote_id=f"m{n}",
            kind=kind,
            author=author,
            text=text,
            at=timezone.now() - timedelta(minutes=minutes),
            **{"thread": f"t-{author}", **rest},
        )
        [found] = actions.take_in(channel, [said])
        return found

    return say


@pytest.fixture
def bo(says):
    return says("bo", "When do you open?", minutes=125)


def at(space, path=""):
    return f"/w/{space.slug}/inbox/{path}"


def words(response):
    return response.content.decode()


def test_newest_activity_stands_first_with_how_long_it_waits(browser, space, says, bo):
    says("cy", "Hello", minutes=3)
    page = words(browser.get(at(space)))
    assert page.index(">cy<") < page.index(">bo<")
    assert "2 h" in page


def test_filters_by_state_person_channel_and_kind(browser, space, says, bo, boss):
    cy = says("cy", "A private word", kind="direct")
    actions.finish(bo, by=boss)
    actions.assign(cy, space.memberships.get(), by=boss)
    assert "When do you open?" not in words(browser.get(at(space)))
    assert "When do you open?" in words(browser.get(at(space, "?view=done")))
    assert "A private word" in words(browser.get(at(space, "?view=mine")))
    assert "A private word" not in words(browser.get(at(space, "?view=unassigned")))
    assert "A private word" not in words(browser.get(at(space, "?kind=comment")))
    assert "A private word" not in words(browser.get(at(space, "?channel=999999")))
    both = words(browser.get(at(space, "?view=all")))
    assert "A private word" in both
    assert "When do you open?" in both


@pytest.mark.parametrize(
    "query", ["?view=x", "?channel=abc", "?kind=%00", "?channel=" + "9" * 40]
)
def test_a_filter_that_makes_no_sense_filters_nothing(browser, space, bo, query):
    assert "When do you open?" in words(browser.get(at(space, query)))


def test_the_list_goes_on_where_it_stopped(browser, space, says):
    for n in range(35):
        says(f"guest{n:02}", f"Question {n:02}", minutes=n)
    first = words(browser.get(at(space)))
    assert "Question 29" in first
    assert "Question 30" not in first
    older = first.split("before=")[1].split('"')[0]
    assert "Question 30" in words(browser.get(at(space, f"?before={older}")))


def test_the_inbox_asks_as_few_questions_for_many_conversations_as_for_one(
    browser, space, says, bo, django_assert_max_num_queries
):
    for n in range(30):
        says(f"guest{n:02}", "Hello", minutes=n)
    with django_assert_max_num_queries(25):
        browser.get(at(space))
    with django_assert_max_num_queries(34):
        browser.get(at(space, f"{bo.pk}/"))


def test_an_answer_waits_in_the_thread_until_it_is_out(browser, space, bo, work):
    browser.post(at(space, f"{bo.pk}/answer/"), {"text": "At seven", "seen": "0"})
    page = words(browser.get(at(space, f"{bo.pk}/")))
    assert "At seven" in page
    assert "Planned" in page


def test_a_second_answer_to_the_same_question_has_to_be_meant(browser, space, bo, member):
    colleague = member("community").actor()
    actions.answer(bo, "At eight", by=colleague)
    url, mine = at(space, f"{bo.pk}/answer/"), {"text": "At seven", "seen": "0"}
    asked = browser.post(url, mine, headers={"HX-Request": "true"})
    assert asked.status_code == 409
    assert "Bo has answered since you opened this: “At eight”" in words(asked)
    assert ">At seven</textarea>" in words(asked)
    assert Reply.objects.count() == 1
    browser.post(url, {**mine, "anyway": "1"})
    assert Reply.objects.count() == 2


def test_an_answer_that_is_too_long_is_refused_beside_the_field_and_stays(browser, space, bo):
    text = "bread " * 100
    said = browser.post(at(space, f"{bo.pk}/answer/"), {"text": text, "seen": "0"})
    assert said.status_code == 422
    assert "too long" in words(said)
    assert text in words(said)


def test_an_answer_that_is_held_can_be_tried_again_or_dropped(browser, space, bo, boss):
    reply = actions.answer(bo, "At seven", by=boss)
    held = {"state": "held", "due_at": None, "problem": "The network said no."}
    Reply.objects.filter(pk=reply.pk).update(**held)
    page = words(browser.get(at(space, f"{bo.pk}/")))
    assert "The network said no." in page
    browser.post(at(space, f"{bo.pk}/replies/{reply.pk}/retry/"))
    assert Reply.objects.get().state == "planned"
    Reply.objects.filter(pk=reply.pk).update(**held)
    browser.post(at(space, f"{bo.pk}/replies/{reply.pk}/drop/"))
    assert Reply.objects.get().state == "cancelled"


def test_done_goes_on_to_the_next_and_can_be_taken_back(browser, space, says, bo):
    cy = says("cy", "Hello", minutes=200)
    said = browser.post(at(space, f"{bo.pk}/done/"))
    assert said.url == at(space, f"{cy.pk}/")
    assert f"{bo.pk}/reopen/" in words(browser.get(said.url))
    back = browser.post(at(space, f"{bo.pk}/reopen/"), headers={"Accept": "application/json"})
    assert "bo waits for an answer again" in back.json()["text"]
    bo.refresh_from_db()
    assert bo.state == "open"


def test_somebody_is_asked_to_answer_and_the_choice_can_be_taken_back(
    browser, space, bo, member
):
    colleague = member("community")
    browser.post(at(space, f"{bo.pk}/assign/"), {"to": colleague.pk})
    bo.refresh_from_db()
    assert bo.assigned_to == colleague
    undo = words(browser.get(at(space, f"{bo.pk}/")))
    assert f"{bo.pk}/assign/?to=" in undo
    browser.post(at(space, f"{bo.pk}/assign/?to="))
    bo.refresh_from_db()
    assert bo.assigned_to is None


def test_a_note_is_shown_as_one_and_is_not_an_answer(browser, space, bo):
    browser.post(at(space, f"{bo.pk}/note/"), {"note": "Bo is a regular"})
    page = words(browser.get(at(space, f"{bo.pk}/")))
    assert "Note for the team" in page
    assert "Bo is a regular" in page
    assert not Reply.objects.exists()


def test_the_person_the_post_and_the_campaign_stand_beside_the_thread(
    browser, space, says, delivery, work, bo
):
    work()
    delivery.refresh_from_db()
    again = says("bo", "And on Sunday?", kind="comment", on=delivery.remote_id, thread="p")
    page = words(browser.get(at(space, f"{again.pk}/")))
    assert "Fresh bread at seven" in page
    assert "Spring" in page
    assert "When do you open?" in page.split("Earlier with this person")[1]


def test_a_long_thread_is_shown_from_its_end(browser, space, says, bo, channel):
    Message.objects.bulk_create(
        Message(
            conversation=bo,
            channel=channel,
            remote_id=f"x{n}",
            author="bo",
            text=f"Line {n:03}",
            at=timezone.now() - timedelta(minutes=n),
        )
        for n in range(100)
    )
    page = words(browser.get(at(space, f"{bo.pk}/")))
    assert "Line 000" in page
    assert "Line 099" not in page
    earlier = page.split("?earlier=")[1].split('"')[0]
    assert "Line 099" in words(browser.get(at(space, f"{bo.pk}/thread/?earlier={earlier}")))


def test_what_people_write_is_shown_as_they_wrote_it(browser, space, says):
    found = says("eve", "<script>alert(1)</script>")
    for path in ("", f"{found.pk}/"):
        page = words(browser.get(at(space, path)))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_who_may_only_read_is_told_and_refused(client, space, bo, member):
    client.force_login(member("analyst").user)
    assert "You may read here, not answer" in words(client.get(at(space, f"{bo.pk}/")))
    refused = client.post(at(space, f"{bo.pk}/answer/"), {"text": "Hi", "seen": "0"})
    assert refused.status_code == 403


def test_conversations_of_another_workspace_are_not_there(client, bo, space):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    stranger = User.objects.create_user("eve@else.example", "x")
    found_workspace(stranger, "Elsewhere")
    client.force_login(stranger)
    assert client.get(at(space, f"{bo.pk}/")).status_code == 404
    assert client.get(f"/w/elsewhere/inbox/{bo.pk}/").status_code == 404
    assert client.post(f"/w/elsewhere/inbox/{bo.pk}/done/").status_code == 404


def test_an_empty_inbox_says_what_feeds_it_and_what_does_not(browser, space, channel):
    page = words(browser.get(at(space)))
    assert "What feeds this inbox" in page
    assert channel.handle in page
    channel.move("shut", problem="The key is no longer good.")
    assert "connected again" in words(browser.get(at(space)))


def test_an_answer_in_the_list_says_how_far_it_is(browser, space, bo, boss):
    actions.answer(bo, "At seven", by=boss)
    assert "Answer on its way" in words(browser.get(at(space)))
    Reply.objects.update(state="held", due_at=None)
    assert "Answer needs you" in words(browser.get(at(space, "list/")))


def test_a_held_answer_is_told_to_open_pages(bo, boss, channel, playground, work, space):
    actions.answer(bo, "At seven", by=boss)
    Reply.objects.update(planned_for=timezone.now() - timedelta(days=3))
    work()
    assert Reply.objects.get().state == "held"
    assert space.journal.filter(did="reply.held").exists()
    assert Conversation.objects.get().state == "open"
