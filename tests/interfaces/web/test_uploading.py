"""Files in pieces, as the browser sends them."""

import pytest
from django.test import Client

from clarion.content.models import Media

JSON = {"HTTP_ACCEPT": "application/json"}
RAW = "application/octet-stream"


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


def begin(browser, size, **more):
    sent = {"name": "loaf.png", "size": size, "key": "loaf 1", **more}
    return browser.post("/w/bakery/uploads/", sent, **JSON)


def test_a_file_goes_on_where_the_line_broke(browser, png):
    half = len(png) // 2
    told = begin(browser, len(png)).json()
    browser.post(f"{told['url']}?offset=0", png[:half], content_type=RAW, **JSON)
    again = begin(browser, len(png)).json()
    assert (again["url"], again["received"]) == (told["url"], half)
    last = browser.post(f"{told['url']}?offset={half}", png[half:], content_type=RAW, **JSON)
    assert last.json()["state"] == "kept"
    assert f'value="{Media.objects.get().pk}"' in last.json()["item"]


def test_pieces_out_of_order_and_files_of_no_size_are_refused_in_sentences(browser, png):
    told = begin(browser, len(png)).json()
    said = browser.post(f"{told['url']}?offset=7", png, content_type=RAW, **JSON)
    assert said.status_code == 409
    assert "Go on at byte 0" in said.json()["problem"]
    assert "The file is empty" in begin(browser, "-1", key="2").json()["problem"]


def test_a_file_that_somebody_else_sends_is_not_there(browser, png, member):
    told = begin(browser, len(png)).json()
    other = Client()
    other.force_login(member("editor").user)
    assert other.get(told["url"]).status_code == 404
