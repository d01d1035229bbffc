"""The browser counts as the server does: both are held to one table of examples."""

from tests.text.vectors import vectors

from clarion.text.counting import RULES

COUNT = """async rows => {
    const { count, RULES } = await import("clarion/count");
    const lengths = rows.map(([rule, text]) => count(text, rule));
    return { rules: Object.keys(RULES), lengths };
}"""


def test_the_browser_counts_every_example_as_the_server_does(browser_page, space):
    browser_page.goto(f"/w/{space.slug}/inbox/")
    rows = vectors()
    found = browser_page.evaluate(COUNT, [[rule, text] for rule, _, text, _ in rows])
    assert sorted(found["rules"]) == sorted(RULES)
    counted = [(*row, length) for row, length in zip(rows, found["lengths"], strict=True)]
    assert [row for row in counted if row[1] != row[4]] == []
