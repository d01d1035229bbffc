"""The focal point by pointer and by keys, with what networks would leave."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.e2e.test_composer import AXE, RULES

from clarion.content import library
from clarion.content.models import Media


@pytest.fixture
def medium(space, boss):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1200, 400)).save(out, "PNG")
    return library.add(space, "wide.png", out.getvalue(), alt="A gradient", by=boss)


@pytest.mark.parametrize("width", [1400, 390])
def test_a_click_and_the_arrow_keys_move_it_and_the_cuts_follow(
    signed_in, owner, medium, width
):
    page = signed_in(owner, width=width)
    page.goto(f"/w/bakery/library/{medium.pk}/")
    pad = page.get_by_role("button", name="Set the focal point")
    cut = page.get_by_role("img", name="Cut to 1.91:1")
    expect(cut).to_have_attribute("viewBox", "218 0 764 400")
    box = pad.locator("img").bounding_box()
    pad.click(position={"x": box["width"] * 0.9, "y": box["height"] * 0.5})
    left = page.get_by_label("% from the left")
    expect(left).to_have_value(re.compile("^(89|90|91)$"))
    expect(cut).to_have_attribute("viewBox", "436 0 764 400")
    at = int(left.input_value())
    pad.press("Shift+ArrowLeft")
    pad.press("ArrowLeft")
    expect(left).to_have_value(str(at - 11))
    page.evaluate(AXE)
    found = page.evaluate("r => axe.run('main', {runOnly: r})", RULES)
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator(".toast")).to_contain_text("Saved")
    assert Media.objects.get().focus_x == (at - 11) * 10
    page.get_by_role("button", name="Use the middle").click()
    expect(cut).to_have_attribute("viewBox", "218 0 764 400")
