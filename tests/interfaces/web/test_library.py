"""The library's page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clarion.content.models import Media


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


def test_a_file_is_judged_by_what_it_is(browser, space):
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='x'><script>alert(1)</script></svg>")
    said = browser.post("/w/bakery/library/add/", {"files": [svg]})
    assert said.status_code == 422
    assert "This is an SVG drawing, which can hold scripts" in said.content.decode()
    assert not Media.objects.exists()
