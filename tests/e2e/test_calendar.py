"""The calendar in a browser: by keys, by hand, and back again."""

from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clarion.content.models import Post
from clarion.publishing import actions as publishing


@pytest.fixture
def tuesday(space):
    """The Tuesday after next, in the zone of the bakery."""
    today = timezone.localdate(timezone=space.zone)
    return today + timedelta(days=8 + (7 - today.weekday()) % 7)


@pytest.fixture
def planned(live, space, post, boss, tuesday):
    at = datetime.combine(tuesday, time(9), tzinfo=space.zone)
    publishing.schedule(post, at, by=boss)
    return Post.objects.get(pk=post.pk)


def month(space, day):
    return f"/w/{space.slug}/calendar/?d={day:%Y-%m-%d}"


def local(post, space):
    return f"{Post.objects.get(pk=post.pk).planned_for.astimezone(space.zone):%Y-%m-%d %H:%M}"


def test_keys_move_a_post_and_undo_puts_it_back(browser_page, space, planned, tuesday):
    page = browser_page
    page.goto(month(space, tuesday))
    item = page.locator(f"#post-{planned.pk} .post-b")
    item.focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.locator(".toast")).to_contain_text("Moved to Wed")
    expect(page.locator(f"#post-{planned.pk} .post-b")).to_be_focused()
    wednesday = tuesday + timedelta(days=1)
    assert local(planned, space) == f"{wednesday} 09:00"
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".toast").last).to_contain_text("Back on Tue")
    assert local(planned, space) == f"{tuesday} 09:00"
    day = page.locator(f'.day[data-date="{tuesday}"]')
    expect(day.locator(f"#post-{planned.pk}")).to_be_visible()


def test_a_hand_drags_a_post_to_another_day(browser_page, space, planned, tuesday):
    page = browser_page
    page.goto(month(space, tuesday))
    item, friday = page.locator(f"#post-{planned.pk}"), tuesday + timedelta(days=3)
    item.scroll_into_view_if_needed()
    there = page.locator(f'.day[data-date="{friday}"]')
    item.drag_to(there)
    expect(page.locator(".toast")).to_contain_text("Moved to Fri")
    expect(there.locator(f"#post-{planned.pk}")).to_be_visible()
    assert local(planned, space) == f"{friday} 09:00"


def test_a_no_puts_the_post_back_and_says_why(browser_page, space, planned, tuesday):
    page = browser_page
    page.goto(month(space, tuesday))
    item = page.locator(f"#post-{planned.pk} .post-b")
    item.click()
    gap = page.get_by_label("Move to")
    gap.fill("2027-03-28T02:30")  # the clocks jump over it in Berlin
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Take 03:30 instead")
    day = page.locator(f'.day[data-date="{tuesday}"]')
    expect(day.locator(f"#post-{planned.pk}")).to_be_visible()
    assert local(planned, space) == f"{tuesday} 09:00"


def test_a_draft_gets_its_day_from_the_tray(browser_page, live, space, post, tuesday):
    page = browser_page
    page.goto(month(space, tuesday))
    there = page.locator(f'.day[data-date="{tuesday}"]')
    there.scroll_into_view_if_needed()
    page.locator(f".tray #post-{post.pk}").drag_to(there)
    expect(page.locator(".toast")).to_contain_text("Moved to Tue")
    expect(there.locator(f"#post-{post.pk}")).to_be_visible()
    assert local(post, space) == f"{tuesday} 09:00"


def test_somebody_elses_move_shows_by_itself(browser_page, space, planned, tuesday, boss):
    page = browser_page
    page.goto(month(space, tuesday))
    page.wait_for_timeout(1000)  # until the stream is open
    publishing.move(planned, planned.planned_for + timedelta(days=2), by=boss)
    thursday = page.locator(f'.day[data-date="{tuesday + timedelta(days=2)}"]')
    expect(thursday.locator(f"#post-{planned.pk}")).to_be_visible()


def test_several_posts_are_chosen_by_keys_and_moved_together(
    browser_page, space, planned, channel, boss, tuesday
):
    from clarion.content import actions as content

    page, at = browser_page, planned.planned_for + timedelta(hours=1)
    other = content.write(space, "Rolls", [channel], planned_for=at, by=boss)
    page.goto(month(space, tuesday))
    page.locator(f"#post-{planned.pk} .post-b").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.locator(".bulk-n")).to_contain_text("2 chosen")
    page.get_by_role("button", name="Move", exact=True).click()
    page.get_by_role("button", name="A day later").click()
    expect(page.locator(".toast")).to_contain_text("Moved: 2 posts")
    wednesday = tuesday + timedelta(days=1)
    there = page.locator(f'.day[data-date="{wednesday}"]')
    expect(there.locator(f"#post-{other.pk}")).to_be_visible()
    assert local(planned, space) == f"{wednesday} 09:00"
    page.get_by_role("button", name="Undo").click()
    day = page.locator(f'.day[data-date="{tuesday}"]')
    expect(day.locator(f"#post-{other.pk}")).to_be_visible()
    assert local(planned, space) == f"{tuesday} 09:00"


def test_a_finger_chooses_posts_after_select_was_pressed(signed_in, owner, space, planned):
    page = signed_in(owner, width=390)
    page.goto(month(space, planned.planned_for))
    page.get_by_role("button", name="Select").click()
    page.locator(f"#post-{planned.pk} .post-b").click()
    expect(page.locator(".bulk-n")).to_contain_text("1 chosen")
    page.get_by_role("button", name="Choose none").click()
    expect(page.locator(".bulk")).to_be_hidden()


def test_paper_gets_the_whole_month_however_narrow_the_sheet(
    signed_in, owner, space, planned, tuesday
):
    page = signed_in(owner, width=700)
    page.goto(month(space, tuesday))
    weekdays = page.locator(".cal-head")
    expect(weekdays).to_be_hidden()  # on a phone the month is a list of days
    page.emulate_media(media="print")
    expect(weekdays).to_be_visible()
    expect(page.locator(".skip")).to_be_hidden()
    expect(page.locator(f"#post-{planned.pk}")).to_be_visible()
