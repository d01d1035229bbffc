"""The Playground's pages in a real browser: nothing to complain about, light or dark."""

from pathlib import Path

import pytest
from tests.playground_kit import Running
from tools.browser import find

AXE = Path(__file__).parents[1] / "axe.min.js"
SIZES = [("light", 1200), ("dark", 360)]


@pytest.mark.e2e
@pytest.mark.skipif(find() is None, reason="There is no Chromium here.")
@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_pages_are_accessible_and_fit_a_phone(playground: Running, scheme: str, width: int):
    from playwright.sync_api import sync_playwright

    bakery = playground.sign_up()
    remote_id = playground.post(bakery, "Fresh bread for @mia, who else? http://x.example/a")
    playground.fault("slow", next=1)
    playground.forward(hours=48)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=find(), args=["--no-sandbox"])
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        page = context.new_page()
        for path in ("/", "/@bakery", f"/p/{remote_id[1:]}", "/switchboard", "/shop?clk=c1"):
            page.goto(playground.url + path)
            page.evaluate(AXE.read_text())
            found = page.evaluate("axe.run()")["violations"]
            assert [(v["id"], v["nodes"][0]["target"]) for v in found] == [], path
            wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, path
        browser.close()
