"""The library in the composer's dialog: searched, ticked in an order, added once."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect
from tests.e2e.test_composer import AXE, RULES

from clarion.content import library
from clarion.content.models import Post
from clarion.interfaces.web import library_picker


def picture(n):
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (n * 7 % 256, 90, 40)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def shelf(space, boss):
    """a.png to e.png; c lies in a folder, d has a label, the rights of e have ended."""
    made = {
        name: library.add(space, f"{name}.png", picture(n), alt=f"A {name}", by=boss)
        for n, name in enumerate("abcde")
    }
    library.change(made["c"], folder="Summer", by=boss)
    library.change(made["d"], labels=["Bread"], starred=True, by=boss)
    ended = timezone.now() - timedelta(days=1)
    library.change(made["e"], rights_until=ended, rights_by="Agency A", by=boss)
    return made


def pick(page, name):
    page.get_by_role("checkbox", name=f"{name}.png").check()


def standing(page):
    return page.locator("#pictures [name=media]").evaluate_all("all => all.map(f => +f.value)")


def test_what_is_ticked_stands_in_the_post_in_that_order_and_once(browser_page, shelf):
    page = browser_page
    page.goto("/w/bakery/compose/")
    page.get_by_role("button", name="From the library").click()
    expect(page.get_by_role("searchbox", name="Search by name").last).to_be_focused()
    pick(page, "b")
    page.locator("#picker [name=q]").fill("Summer shirt")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    page.locator("#picker [name=q]").fill("")
    page.locator("#picker [name=folder]").select_option("Summer")
    expect(page.locator("#picker .lib-pick")).to_have_count(1)
    pick(page, "c")
    page.locator("#picker [name=folder]").select_option("")
    page.locator("#picker [name=label]").select_option("Bread")
    expect(page.locator("#picker .lib-pick")).to_have_count(1)
    page.locator("#picker [name=label]").select_option("")
    expect(page.locator("#picker .lib-pick")).to_have_count(5)
    pick(page, "a")
    page.get_by_role("button", name="Add 3").click()
    first = [shelf[name].pk for name in "bca"]
    expect(page.locator("#pictures .m-item")).to_have_count(3)
    assert standing(page) == first
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    page.get_by_role("button", name="From the library").click()
    box = page.get_by_role("checkbox", name="b.png")
    expect(box).to_be_disabled()
    expect(box).to_be_checked()
    pick(page, "d")
    page.get_by_role("button", name="Add 1").click()
    expect(page.locator("#pictures .m-item")).to_have_count(4)
    page.wait_for_timeout(1500)
    assert [m.pk for m in Post.objects.get().pieces()] == [*first, shelf["d"].pk]


def test_what_rights_have_ended_for_is_shown_and_cannot_be_picked(browser_page, shelf):
    page = browser_page
    page.goto("/w/bakery/compose/")
    page.get_by_role("button", name="From the library").click()
    expect(page.get_by_role("checkbox", name="e.png")).to_be_disabled()
    expect(page.locator("#picker .lib-pick.off")).to_contain_text("Rights ended")


def test_keys_alone_find_pick_and_add_page_by_page(
    browser_page, shelf, monkeypatch, space, boss
):
    more = [library.add(space, f"z{n}.png", picture(n), by=boss) for n in range(5, 31)]
    page = browser_page
    page.goto("/w/bakery/compose/")
    page.get_by_role("button", name="From the library").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picker .lib-pick")).to_have_count(library_picker.ON_A_PAGE)
    page.get_by_role("button", name="Show more").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#picker .lib-pick")).to_have_count(len(more) + 5)
    page.keyboard.press("Space")  # the first of the new ones has the focus
    page.get_by_role("button", name="Add 1").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pictures .m-item")).to_have_count(1)
    assert standing(page) == [more[1].pk]


@pytest.mark.parametrize("width", [1400, 390])
def test_the_dialog_fits_and_axe_finds_nothing(signed_in, owner, shelf, width):
    page = signed_in(owner, width=width)
    page.goto("/w/bakery/compose/")
    page.get_by_role("button", name="From the library").click()
    expect(page.locator("#picker .lib-pick")).to_have_count(5)
    pick(page, "a")
    page.evaluate(AXE)
    found = page.evaluate("r => axe.run('#picker', {runOnly: r})", RULES)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#picker").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_use_in_a_new_post_opens_the_composer_with_it(browser_page, shelf):
    page = browser_page
    page.goto(f"/w/bakery/library/{shelf['a'].pk}/")
    page.get_by_role("link", name="Use in a new post").click()
    expect(page.get_by_label("What a.png shows")).to_have_value("A a")
    page.wait_for_load_state()
    page.get_by_label("Post text").fill("Look")
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    assert [m.pk for m in Post.objects.get().pieces()] == [shelf["a"].pk]
