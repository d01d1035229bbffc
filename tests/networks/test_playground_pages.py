"""What a person sees: the feed, an account, a post, the switchboard, the shop."""

import re
import urllib.error
import urllib.parse
import urllib.request

import pytest
from tests.playground_kit import Running

from clarion.networks.base import Grant

NOTICE = "Nothing here is real."


@pytest.fixture
def bakery(playground: Running) -> Grant:
    return playground.sign_up("bakery")


def submit(place: Running, path: str, **fields: str) -> str:
    """Send a form and follow to the page it leads to."""
    body = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(place.url + path, body, timeout=30) as answer:
        return answer.read().decode()


def test_every_page_says_that_nothing_is_real(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    for path in ("/", "/@bakery", f"/p/{remote_id[1:]}", "/switchboard", "/shop"):
        assert NOTICE in playground.page(path)


def test_what_people_write_is_never_markup(playground, bakery):
    playground.post(bakery, "<script>alert(1)</script> & co", link='http://x.example/"><b>')
    playground.say('"><img src=x>', "<i>hello</i>")
    html = playground.page("/")
    assert "<script" not in html
    assert "<i>" not in html
    assert "<b>" not in html.replace("<b>0</b>", "").split("What strangers say")[0]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in html


def test_no_page_may_run_scripts_or_load_from_elsewhere(playground):
    with urllib.request.urlopen(playground.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in playground.page("/switchboard")


def test_links_and_mentions_can_be_followed(playground, bakery):
    playground.post(bakery, "Ask @bakery or see http://shop.example/bread")
    html = playground.page("/")
    assert '<a href="/@bakery" rel="nofollow ugc">@bakery</a>' in html
    assert '<a href="http://shop.example/bread"' in html


def test_a_post_page_explains_why_it_travelled_and_shows_the_comments(playground, bakery):
    remote_id = playground.post(bakery, "Fresh bread for all, who wants some?")
    playground.say("mia", "Me, please", on=remote_id)
    html = playground.page(f"/p/{remote_id[1:]}")
    assert "It asks something" in html
    assert "Me, please" in html
    assert "Comments (1)" in html


def test_older_posts_are_a_page_away(playground, bakery):
    for number in range(21):
        playground.post(bakery, f"Post number {number}.")
    html = playground.page("/")
    assert "Post number 0." not in html
    older = re.search(r'href="(\?before=\d+)">Older posts', html)
    assert "Post number 0." in playground.page("/" + older[1])


def test_a_page_that_is_not_there_says_so_in_the_same_frame(playground):
    request = urllib.request.Request(playground.url + "/p/99", headers={"Accept": "text/html"})
    with pytest.raises(urllib.error.HTTPError) as missing:
        urllib.request.urlopen(request)
    html = missing.value.read().decode()
    assert missing.value.code == 404
    assert "This post is gone, or never was." in html
    assert NOTICE in html


def test_every_button_of_the_switchboard_leads_somewhere(playground):
    html = playground.page("/switchboard")
    for path in set(re.findall(r'action="([^"]+)"', html)) - {"/control/faults"}:
        with pytest.raises(urllib.error.HTTPError) as wrong_method:
            playground.page(path)
        assert wrong_method.value.code == 405, path
        wrong_method.value.close()


def test_a_fault_turned_on_by_its_button_shows(playground):
    html = submit(playground, "/control/faults", kind="slow", calls="writes", next="1")
    assert "the next 1 of everybody, posting and promoting" in html
    html = submit(playground, "/control/faults", kind="slow", calls="writes", next="0")
    assert "the next 1 of" not in html


def test_somebody_can_be_made_to_say_something_by_the_form(playground, bakery):
    remote_id = playground.post(bakery, "Hello")
    where = {"where": "on", "target": remote_id[1:], "mood": "happy"}
    submit(playground, "/control/say", author="mia", text="Lovely", **where)
    assert "Lovely" in playground.page(f"/p/{remote_id[1:]}")


def test_time_and_settings_can_be_turned_by_their_forms(playground):
    submit(playground, "/control/time", hours="24")
    submit(playground, "/control/settings", per_hour="7")
    assert 'name="per_hour" value="7"' in playground.page("/switchboard")
    assert "1.0 days have gone" in playground.page("/")


def test_the_shop_sells_and_says_whether_the_sale_was_reported(playground):
    html = submit(playground, "/shop", product="mug", clk="c1")
    assert "Thank you" in html
    assert "was not reported" in html
    assert playground.stats["sales"] == 1


def test_a_post_in_the_past_has_already_travelled(playground):
    past = {"account": "bakery", "text": "Old bread", "at": "2026-01-05T09:00:00+00:00"}
    remote_id = playground.control("post", past)["id"]
    html = playground.page(f"/p/{remote_id[1:]}")
    assert "05 Jan 2026" in html
    assert "<b>0</b> views" not in html
