"""A queue in a browser: its order by mouse and by keys, and the focus goes along."""

import pytest
from playwright.sync_api import expect

from clarion.content import actions as content
from clarion.publishing import actions as publishing
from clarion.publishing.planning import queues


@pytest.fixture
def waiting(space, channel, boss):
    """Three posts, at nine on the next three days."""
    queues.set_slots(channel, [queues.Time(n, 9 * 60) for n in range(7)], by=boss)
    for words in ("First", "Second", "Third"):
        publishing.add_to_queue(content.write(space, words, [channel], by=boss), by=boss)


def order(page):
    return page.locator(".q-item a.strong")


def test_a_row_moves_by_the_keyboard_and_keeps_the_focus(browser_page, channel, waiting):
    page = browser_page
    page.goto(f"/w/bakery/queues/{channel.pk}/")
    page.get_by_role("button", name="Move down: First").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Moved")
    expect(order(page)).to_have_text(["Second", "First", "Third"])
    expect(page.get_by_role("button", name="Move down: First")).to_be_focused()
    page.keyboard.press("Enter")
    expect(order(page)).to_have_text(["Second", "Third", "First"])
    expect(page.get_by_role("button", name="Move up: First")).to_be_focused()  # it is the last
    page.reload()
    expect(order(page)).to_have_text(["Second", "Third", "First"])


def test_a_row_is_dragged_by_its_grip_and_undone(browser_page, channel, waiting):
    page = browser_page
    page.goto(f"/w/bakery/queues/{channel.pk}/")
    rows = page.locator(".q-item")
    rows.last.locator(".q-grip").drag_to(rows.first, target_position={"x": 40, "y": 4})
    expect(order(page)).to_have_text(["Third", "First", "Second"])
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(order(page)).to_have_text(["First", "Second", "Third"])
