"""The palette in a browser: what was written is found beside the pages of the menu."""

from playwright.sync_api import expect

from clarion.content import actions as content


def test_a_post_is_found_by_its_words_and_opened_with_the_keyboard(
    browser_page, live, space, channel, boss
):
    post = content.write(space, "Walnut loaf on Friday", [channel], by=boss)
    page = browser_page
    page.goto(f"/w/{space.slug}/")
    page.wait_for_function("document.querySelector('#palette') !== null")
    page.keyboard.press("Control+k")
    page.keyboard.type("walnut")
    found = page.locator("#pal-list [role=option]")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("Walnut loaf on Friday")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/posts/{post.pk}/")


def test_words_that_nothing_holds_say_so(browser_page, live, space):
    page = browser_page
    page.goto(f"/w/{space.slug}/")
    page.keyboard.press("Control+k")
    page.keyboard.type("zzzz")
    expect(page.locator("#pal-none")).to_be_visible()


def test_it_opens_with_something_to_do_and_not_with_signing_out(browser_page, live, space):
    page = browser_page
    page.goto(f"/w/{space.slug}/")
    page.keyboard.press("Control+k")
    found = page.locator("#pal-list [role=option]")
    expect(found.first).to_contain_text("New post")
    expect(found.filter(has_text="Sign out")).to_have_count(1)
    names = found.all_inner_texts()
    assert [n.splitlines()[0] for n in names].index("Calendar") < names.index(
        "Sign out\nAction"
    )
