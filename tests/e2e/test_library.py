"""Files into the library and into a post, in a browser: in pieces, and refused in words."""

from playwright.sync_api import expect
from tests.film_kit import film

from clarion.content.models import Media, Upload


def test_a_film_and_a_bad_file_go_up_together(browser_page, space):
    page = browser_page
    page.goto("/w/bakery/library/")
    files = [
        {"name": "oven.mp4", "mimeType": "video/mp4", "buffer": film()},
        {"name": "bad.png", "mimeType": "image/png", "buffer": b"<svg xmlns='x'/>"},
    ]
    page.locator("library-drop input[type=file]").set_input_files(files)
    expect(page.locator("#files-p .err")).to_contain_text("bad.png: This is an SVG drawing")
    page.get_by_role("link", name="Show what was added").click()
    expect(page.get_by_role("link", name="oven.mp4", exact=True)).to_be_visible()
    assert [m.kind for m in Media.objects.all()] == ["video"]


def test_a_film_dropped_on_the_composer_stands_in_the_post(browser_page, channel):
    page = browser_page
    page.goto("/w/bakery/compose/")
    file = {"name": "oven.mp4", "mimeType": "video/mp4", "buffer": film()}
    page.locator(".cmp-media input[type=file]").set_input_files([file])
    expect(page.get_by_label("What oven.mp4 shows")).to_be_focused()
    expect(page.locator("[data-saved]")).to_contain_text("All changes saved")
    assert Upload.objects.get().state == "kept"
