"""The composer in a browser: it counts, saves by itself, clashes kindly, and schedules."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import captions
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.publishing.models import Delivery

AXE = (Path(__file__).resolve().parent.parent / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def write(page, words):
    page.get_by_label("Post text").fill(words)


def choose(page, channel):
    page.get_by_role("checkbox", name=re.compile(rf"{channel.handle}$")).check()


def publish_now(page):
    page.get_by_role("button", name=re.compile("^Sooner")).click()
    page.locator("#sooner").get_by_role("button", name="Publish now").click()


def test_typing_counts_and_schedule_plans(browser_page, space, channel):
    page = browser_page
    page.goto("/w/bakery/compose/")
    choose(page, channel)
    write(page, "x" * 501)
    expect(page.locator("#counters .chars.bad b")).to_have_text("-1")
    expect(page.locator("#checks")).to_contain_text("1 character too long")
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    page.get_by_role("button", name="Schedule").click(force=True)  # shut, and says why
    expect(page.locator("[data-saved]")).to_contain_text("too long")
    write(page, "Fresh bread at seven #bread")
    expect(page.locator("#counters")).to_contain_text("473 left")
    expect(page.locator("#counters")).to_contain_text("# 1 of 10")
    expect(page.locator("#previews .lk")).to_have_text("#bread")
    day = timezone.localdate() + timedelta(days=3)
    page.get_by_label("Day", exact=True).fill(str(day))
    page.get_by_label("Time", exact=True).fill("09:30")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator(".toast")).to_contain_text("Scheduled for")
    delivery = Delivery.objects.get()
    local = delivery.planned_for.astimezone(space.zone)
    assert f"{local:%Y-%m-%d %H:%M}" == f"{day} 09:30"


def test_what_was_typed_is_saved_by_itself(browser_page, channel):
    page = browser_page
    page.goto("/w/bakery/compose/")
    write(page, "A thought")
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    expect(page).to_have_url(re.compile(r"/posts/\d+/$"))
    write(page, "A better thought")
    page.get_by_role("button", name="Add a part").click()
    page.get_by_label("Next part of the thread").fill("And more")
    choose(page, channel)
    page.get_by_role("tab", name=channel.handle).click()
    page.get_by_role("button", name="Start from the common text").click()
    page.get_by_label(re.compile("^Own text")).fill("A thought for them")
    page.wait_for_timeout(1200)
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    page.reload()
    expect(page.get_by_label("Post text")).to_have_value("A better thought")
    post = Post.objects.get()
    assert (post.text, post.more) == ("A better thought", ["And more"])
    assert post.variants.get().text == "A thought for them"


def test_a_saved_caption_goes_in_by_its_name_with_keys_alone(browser_page, space, boss):
    captions.save_caption(space, "hours", "Open from seven to six", by=boss)
    captions.save_caption(space, "holiday", "Closed until Monday", by=boss)
    page = browser_page
    page.goto("/w/bakery/compose/")
    area, listed = page.get_by_label("Post text"), page.locator("#caption-list")
    options = listed.get_by_role("option")
    area.press_sequentially("Come by! /ho")
    expect(options).to_have_count(2)
    area.press("Escape")
    expect(listed).to_be_hidden()
    area.press_sequentially("u")
    expect(options).to_have_count(1)
    expect(area).to_have_attribute("aria-activedescendant", "caption-0")
    area.press("Enter")
    expect(area).to_have_value("Come by! Open from seven to six")
    expect(area).to_be_focused()
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    area.press_sequentially(" /")
    expect(options).to_have_count(2)
    area.press("ArrowDown")
    chosen = page.locator("#caption-1 span").inner_text()
    area.press("Tab")
    expect(area).to_have_value(f"Come by! Open from seven to six {chosen}")


def handles(space, boss, playground, *more):
    """Other channels beside the bakery's."""
    for handle in more:
        answers = {"server": playground.url, "handle": handle}
        channels.start(space, "playground", answers, "", by=boss)


def test_a_problem_leads_to_the_version_of_its_channel(
    browser_page, space, boss, channel, playground
):
    handles(space, boss, playground, "roastery")
    page = browser_page
    page.goto("/w/bakery/compose/")
    for one in space.channels.all():
        choose(page, one)
    write(page, "x" * 501)
    boxes = page.locator("#checks .fit")
    expect(boxes).to_have_count(2)
    boxes.filter(has_text="roastery").get_by_role("button").click()
    expect(page.get_by_role("tab", name="roastery")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("Shorter here")  # its field has the focus
    expect(boxes).to_have_count(1)
    expect(boxes).to_contain_text("bakery")


def test_all_channels_at_once_and_none(browser_page, space, boss, channel, playground):
    handles(space, boss, playground, "roastery", "shop", "van")
    page = browser_page
    page.goto("/w/bakery/compose/")
    chosen = page.locator("[name=channels]:checked")
    page.get_by_role("button", name="All", exact=True).click()
    expect(chosen).to_have_count(4)
    page.get_by_role("button", name="None", exact=True).click()
    expect(chosen).to_have_count(0)


def test_many_channels_and_own_versions_fit_a_phone(
    signed_in, owner, space, boss, channel, playground
):
    handles(space, boss, playground, "roastery-by-the-harbour", "shop-of-the-roastery", "van")
    own = {c.pk: {"text": "Own words"} for c in space.channels.all()}
    post = content.write(space, "Hello", list(space.channels.all()), variants=own, by=boss)
    page = signed_in(owner, width=390)
    page.goto(f"/w/bakery/posts/{post.pk}/")
    expect(page.locator(".ed-tabs .dot")).to_have_count(4)
    assert page.evaluate("document.documentElement.scrollWidth") == 390


# The answer to a save by itself takes a while to come back, as on a slow line.
SLOW = """const quick = window.fetch;
const late = answer => new Promise(on => setTimeout(on, 1500, answer));
window.fetch = (url, more) =>
  String(url).includes("/save/") ? quick(url, more).then(late) : quick(url, more)"""


def test_a_button_pressed_while_it_saves_is_no_clash_with_oneself(browser_page, live, post):
    page = browser_page
    page.add_init_script(SLOW)
    page.goto(f"/w/bakery/posts/{post.pk}/")
    page.get_by_label("Day", exact=True).fill(str(timezone.localdate() + timedelta(days=3)))
    page.get_by_label("Time", exact=True).fill("09:30")
    write(page, "Fresh bread at eight")
    expect(page.locator("[data-saved]")).to_have_text("Saving…")
    page.wait_for_timeout(700)  # kept on the server, and not yet told
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator(".toast")).to_contain_text("Scheduled for")
    assert Delivery.objects.get().variant.post.text == "Fresh bread at eight"


def test_two_writers_clash_and_nobody_loses_a_word(browser_page, live, post, member):
    page = browser_page
    page.goto(f"/w/bakery/posts/{post.pk}/")
    content.edit(post, version=post.version, text="Theirs", by=member("editor").actor())
    write(page, "Mine")
    clash = page.locator(".clash")
    expect(clash).to_contain_text("Theirs")
    expect(page.get_by_label("Post text")).to_have_value("Mine")
    clash.get_by_role("button", name="Keep mine").click()
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    post.refresh_from_db()
    assert post.text == "Mine"


def test_pictures_come_in_and_what_is_none_says_so(browser_page, live, post, png):
    page = browser_page
    page.goto(f"/w/bakery/posts/{post.pk}/")
    files = [
        {"name": "loaf.png", "mimeType": "image/png", "buffer": png},
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"hello"},
    ]
    page.locator("input[type=file]").set_input_files(files)
    expect(page.locator("#media-p")).to_contain_text(
        "notes.txt: This is not a file that Clarion knows"
    )
    alt = page.get_by_label("What loaf.png shows")
    expect(alt).to_be_focused()
    alt.fill("A round loaf")
    expect(page.locator("#previews img")).to_have_attribute("alt", "A round loaf")
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    page.wait_for_timeout(1200)
    post.refresh_from_db()
    assert [m.alt for m in post.pieces()] == ["A round loaf"]


def test_a_refused_time_is_looked_at_and_not_searched_for(browser_page, live, post):
    page = browser_page
    page.goto(f"/w/bakery/posts/{post.pk}/")
    page.get_by_role("button", name="Schedule").click()
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
    expect(page.get_by_text("Choose when it should go out.")).to_be_in_viewport()


def test_publish_now_asks_first(browser_page, live, post, work, playground):
    page = browser_page
    page.goto(f"/w/bakery/posts/{post.pk}/")
    publish_now(page)
    dialog = page.locator("#confirm")
    expect(dialog).to_contain_text("cannot be called back")
    page.keyboard.press("Escape")
    assert not Delivery.objects.exists()
    publish_now(page)
    dialog.get_by_role("button", name="Publish now").click()
    expect(page.locator(".toast")).to_contain_text("On its way")
    work()
    expect(page.locator("#deliveries")).to_contain_text("See it")  # told by the live stream
    expect(page.locator(".page-h .badge")).to_have_text("Live")
    expect(page.get_by_role("button", name="Publish now")).to_have_count(0)
    assert playground.stats["accepted"] == 1


def test_the_letter_a_approves(browser_page, live, post, member):
    approval.ask_for_approval(post, by=member("editor").actor())
    page = browser_page
    page.goto(f"/w/bakery/posts/{post.pk}/review/")
    page.get_by_label(re.compile("^Note")).fill("aha")  # typing is not pressing
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Approved")
    post.refresh_from_db()
    assert post.state == "approved"


@pytest.mark.parametrize("width", [1400, 390])
def test_everybody_can_use_these_pages(signed_in, owner, live, post, delivery, work, width):
    work()
    page = signed_in(owner, width=width)
    for path in ("compose/", "calendar/", "calendar/?view=list", "approvals/", "needs-you/"):
        page.goto(f"/w/bakery/{path}")
        page.wait_for_timeout(400)
        page.evaluate(AXE)
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert [rule["id"] for rule in found["violations"]] == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
