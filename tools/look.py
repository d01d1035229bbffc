#!/usr/bin/env python3
"""Look at pages as people will: both themes, wide and narrow, and hear what the browser says.

    python tools/look.py http://127.0.0.1:8000/gallery/ --sign-in http://127.0.0.1:8000/in/KEY/

Pictures go to ./shots/ (git does not keep them). Prints accessibility violations (axe), console
errors, and how far a page is wider than its window. Ends with 1 if there was any.
"""

import argparse
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SHOTS = ROOT / "shots"
AXE = (ROOT / "tests/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HIGHEST = 8000  # pixels; longer pages are cut
MOST = 12  # complaints to print for one page
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass
class Look:
    """What one page at one width in one theme had to say."""

    name: str
    complaints: list[str] = field(default_factory=list)


def main() -> int:
    asked = arguments()
    SHOTS.mkdir(exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=asked.browser, args=ARGS)
        asked.state = (
            signed_in(browser, asked.sign_in) if asked.sign_in else asked.state or None
        )
        looks = [
            look(browser, url, theme, width, asked)
            for url in asked.urls
            for theme in asked.themes
            for width in asked.widths
        ]
        browser.close()
    for seen in looks:
        print(("ok   " if not seen.complaints else "BAD  ") + seen.name)
        for complaint in seen.complaints[:MOST]:
            print("     " + complaint[:400])
        if len(seen.complaints) > MOST:
            print(f"     and {len(seen.complaints) - MOST} more")
    return int(any(seen.complaints for seen in looks))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Screenshots and accessibility of pages.")
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--sign-in", default="", help="an address to visit first")
    parser.add_argument("--state", default="", help="a file with cookies, instead of --sign-in")
    parser.add_argument("--themes", nargs="+", default=["light", "dark"])
    parser.add_argument("--widths", nargs="+", type=int, default=[1400, 390])
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("--window", action="store_true", help="not the whole page")
    return parser.parse_args()


def signed_in(browser: Browser, link: str) -> Any:
    """What the browser keeps after the link, which may be good for one visit only."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    button = page.locator("main form button")
    if button.count():
        button.first.click()
        page.wait_for_load_state()
    print(f"signed in, now at {page.url}")
    state = context.storage_state()
    context.close()
    return state


def look(browser: Browser, url: str, theme: Any, width: int, asked: argparse.Namespace) -> Look:
    name = re.sub(r"\W+", "-", re.sub(r"^https?://[^/]+", "", url)).strip("-") or "home"
    seen = Look(f"{name}-{theme}-{width}")
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
        storage_state=asked.state,
    )
    page = context.new_page()
    page.on("console", lambda m: m.type == "error" and seen.complaints.append(m.text))
    page.on("pageerror", lambda problem: seen.complaints.append(f"script: {problem}"))
    # "load", not "networkidle": the live stream never ends.
    answer = page.goto(url, wait_until="load")
    if answer and answer.status != 200:
        seen.complaints.append(f"answered {answer.status}")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    seen.complaints += too_wide(page) + unfriendly(page)
    if not asked.window:
        unroll(page, width)
    page.screenshot(path=SHOTS / f"{seen.name}.png")
    context.close()
    return seen


def unroll(page: Page, width: int) -> None:
    """A window as high as the page, drawn to its end before the picture is taken."""
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, HIGHEST)})
    page.wait_for_timeout(300)


def too_wide(page: Page) -> list[str]:
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"{over} px wider than the window"] if over > 0 else []


def unfriendly(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [
        f"axe {rule['id']} ({rule['impact']}): {node['html'][:150]} | {reason(node)}"
        for rule in found["violations"]
        for node in rule["nodes"][:4]
    ]


def reason(node: dict[str, Any]) -> str:
    checks = node["any"] or node["all"] or node["none"]
    return checks[0]["message"][:160] if checks else ""


if __name__ == "__main__":
    sys.exit(main())
