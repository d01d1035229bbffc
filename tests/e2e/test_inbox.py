"""The inbox in a browser: by keys, with words that are not lost, and alive."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clarion.community import actions
from clarion.community.models import Conversation, Reply
from clarion.networks.base import Message


@pytest.fixture
def says(live, channel):
    count = iter(range(1000))

    def say(author, text, minutes=5):
        n = next(count)
        at = timezone.now() - timedelta(minutes=minutes)
        said = Message(f"m{n}", "mention", author, text, at, thread=f"t-{author}")
        return actions.take_in(channel, [said])[0]

    return say


def test_keys_walk_through_the_list_answer_and_are_done(browser_page, space, says):
    bo, cy = says("bo", "When do you open?", 3), says("cy", "And on Sunday?", 9)
    page = browser_page
    page.goto(f"/w/{space.slug}/inbox/")
    page.wait_for_function("Boolean(customElements.get('inbox-pane'))")
    page.keyboard.press("j")
    expect(page.locator("#convo-title")).to_have_text("bo")
    page.keyboard.press("r")
    page.keyboard.type("At seven")
    expect(page.locator(".answer .n")).to_have_text("492")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said-by.pending")).to_contain_text("At seven")
    expect(page.locator("#id_text")).to_have_value("")
    assert Reply.objects.get().conversation == bo
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text("Done with bo")
    expect(page.locator("#convo-title")).to_have_text("cy")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("bo waits for an answer again")
    assert Conversation.objects.filter(state="open").count() == 2
    assert cy.pk != bo.pk


def test_typed_words_outlive_another_conversation_and_a_reload(browser_page, space, says):
    says("bo", "When do you open?", 3)
    says("cy", "And on Sunday?", 9)
    page = browser_page
    page.goto(f"/w/{space.slug}/inbox/")
    page.get_by_role("link", name="When do you open?").click()
    expect(page.locator("#convo-title")).to_have_text("bo")
    page.locator("#id_text").fill("Half an answer")
    page.get_by_role("link", name="And on Sunday?").click()
    expect(page.locator("#convo-title")).to_have_text("cy")
    expect(page.locator("#id_text")).to_have_value("")
    page.get_by_role("link", name="When do you open?").click()
    expect(page.locator("#id_text")).to_have_value("Half an answer")
    page.reload()
    expect(page.locator("#id_text")).to_have_value("Half an answer")


def test_what_comes_in_appears_without_losing_what_is_typed(browser_page, space, says):
    bo = says("bo", "When do you open?")
    page = browser_page
    page.goto(f"/w/{space.slug}/inbox/{bo.pk}/")
    page.locator("#id_text").fill("At sev")
    says("bo", "Are you there?", 1)
    says("cy", "Hello", 1)
    expect(page.locator("#thread")).to_contain_text("Are you there?", timeout=15000)
    expect(page.locator("#list")).to_contain_text("Hello", timeout=15000)
    expect(page.locator("#id_text")).to_have_value("At sev")


def test_on_a_phone_the_thread_is_a_screen_of_its_own(signed_in, owner, space, says):
    says("bo", "When do you open?")
    page = signed_in(owner, width=390)
    page.goto(f"/w/{space.slug}/inbox/")
    expect(page.locator(".ibx-talk .answer")).to_be_hidden()
    page.get_by_role("link", name="When do you open?").click()
    expect(page.locator("#id_text")).to_be_visible()
    expect(page.locator(".ibx-list")).to_be_hidden()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator(".ibx-list")).to_be_visible()
