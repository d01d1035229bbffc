"""Rights that end under a planned post: said before, held at the hour, out once renewed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.content import actions as content
from clarion.content import library
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery


@pytest.fixture
def browser(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def medium(space, boss, png):
    return library.add(space, "loaf.png", png, alt="A loaf", by=boss)


def plan(space, channel, medium, days, boss):
    post = content.write(space, "Fresh loaf", [channel], media=[medium], by=boss)
    publishing.schedule(post, timezone.now() + timedelta(days=days), by=boss)
    return post


def say_rights(browser, medium, days):
    last = timezone.localdate() + timedelta(days=days)
    sent = {"name": "loaf.png", "alt": "A loaf", "rights_by": "Agency A", "until": last}
    assert browser.post(f"/w/bakery/library/{medium.pk}/", sent).status_code == 302


def told(browser):
    return browser.get("/w/bakery/notifications/").content.decode()


@pytest.mark.accepts("HS-6")
@pytest.mark.django_db(transaction=True)
def test_rights_cut_short_are_told_at_once_and_the_post_is_held_at_its_hour(
    browser, space, channel, medium, boss, work, later, playground
):
    post = plan(space, channel, medium, 12, boss)
    say_rights(browser, medium, 9)
    work()
    said = told(browser)
    assert "The rights to use loaf.png end on" in said
    assert "1 would go out later and will be held" in said
    with later(days=12, minutes=1):
        work()
        assert playground.stats["accepted"] == 0
        needs = browser.get("/w/bakery/needs-you/").content.decode()
        assert "The rights from Agency A to use loaf.png end on" in needs
        page = browser.get(f"/w/bakery/posts/{post.pk}/").content.decode()
        assert "The rights from Agency A to use loaf.png end on" in page
        say_rights(browser, medium, 400)
        publishing.retry(Delivery.objects.get(), by=boss)
        work()
    assert playground.stats["accepted"] == 1


@pytest.mark.accepts("HS-6")
@pytest.mark.django_db(transaction=True)
def test_rights_that_end_after_a_planned_post_are_told_a_week_before(
    browser, owner, space, channel, medium, boss, work, later
):
    plan(space, channel, medium, 18, boss)
    say_rights(browser, medium, 20)
    work()
    assert "The rights to use loaf.png" not in told(browser)
    with later(days=14):
        work()
        browser.force_login(owner)  # who was here two weeks ago signs in again
        said = told(browser)
    assert "It is in 1 planned post. Renew them, or change the posts." in said
