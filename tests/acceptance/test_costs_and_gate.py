"""Openings: the cost stands before the click, and the gate holds what lacks something."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import JournalEntry
from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.content.models import Post
from clarion.publishing.models import Charge, Delivery


@pytest.fixture
def browser(owner):
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def x(space, boss, playground):
    """A channel that practises X: its places, limits and prices."""
    answers = {"server": playground.url, "handle": "practice", "practises": "x"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    return channel


def checked(browser, channel, **fields):
    said = {"channels": channel.pk, "text": "Bread", "zone": "Europe/Berlin", **fields}
    return browser.post("/w/bakery/compose/check/", said).json()["costs"]


@pytest.mark.accepts("OP-9")
def test_a_post_with_a_link_shows_its_price_and_what_the_first_reply_would_cost(browser, x):
    bare = checked(browser, x)
    assert "$0.015" in bare
    shown = checked(browser, x, link="https://bakery.example/rye")
    assert "$0.20<" in shown
    assert "1 · a post with a link 0.200 USD" in shown
    assert "With the link in the first reply" in shown
    assert "$0.215" in shown
    moved = checked(browser, x, first_comment="https://bakery.example/rye")
    assert "$0.215" in moved
    assert "xdevplatform" in shown
    assert "practice, nothing is billed" in shown
    assert "read 21 Nov 2026" in shown


@pytest.mark.accepts("OP-9")
def test_minutes_and_advertising_are_added_and_foreign_money_only_at_a_given_rate(
    browser, x, space, boss
):
    also = {"link": "https://bakery.example/rye", "minutes": "30", "set_aside": "25"}
    assert "Nobody has said what an hour costs" in checked(browser, x, **also)
    page = "/w/bakery/settings/costs/"
    assert browser.post(page, {"do": "rate", "whose": "", "amount": "40"}).status_code == 302
    shown = checked(browser, x, **also)
    assert "€45.00" in shown
    assert "nobody gave a rate for USD" in shown
    given = {"currency": "USD", "rate": "0.9", "as_of": "2026-01-05", "source": "ECB"}
    assert browser.post(page, {"do": "exchange", **given}).status_code == 302
    shown = checked(browser, x, **also)
    assert "€45.18" in shown
    assert "1 USD = 0.9 EUR, 05 Jan 2026, ECB" in shown


@pytest.mark.accepts("OP-9")
def test_a_campaign_knows_what_was_planned_and_what_was_really_asked(
    browser, x, campaign, boss, work
):
    fields = {
        "text": "Rye",
        "channels": x.pk,
        "link": "https://bakery.example/rye",
        "campaign": campaign.pk,
        "set_aside": "25",
        "do": "now",
    }
    assert browser.post("/w/bakery/compose/", fields).status_code == 302
    work()
    [charge] = Charge.objects.all()
    assert (str(charge.amount), charge.action) == ("0.2000", "post_with_link")
    page = browser.get(f"/w/bakery/campaigns/{campaign.pk}/").content.decode()
    assert "What it costs" in page
    program = program_of(x.workspace.memberships.get())
    said = program.get(f"campaigns/{campaign.pk}/costs").json()
    assert said["planned"]["beside"] == {"USD": "0.200"}
    assert said["planned"]["amount"] == "25.00"
    assert said["real"]["beside"] == {"USD": "0.2000"}
    assert [c["reason"] for c in said["real"]["costs"] if c["amount"] is None] == [
        "Nobody has said how many minutes it took."
    ]


# --- the gate -------------------------------------------------------------------------------


def bare_post(space, channel, png, boss):
    medium = library.add(space, "loaf.png", png, by=boss)
    at = timezone.now() + timedelta(days=1)
    return content.write(
        space, "Look at this", [channel], media=[medium], planned_for=at, by=boss
    )


@pytest.mark.accepts("OP-25")
def test_a_missing_description_holds_by_policy_and_letting_it_pass_is_journaled(
    browser, space, channel, png, boss, member
):
    post = bare_post(space, channel, png, boss)
    at = post.planned_for.astimezone(space.zone)
    plan = {
        "text": post.text,
        "channels": channel.pk,
        "media": post.pieces()[0].pk,
        "day": f"{at:%Y-%m-%d}",
        "hour": f"{at:%H:%M}",
        "version": post.version,
        "do": "schedule",
    }
    assert browser.post("/w/bakery/settings/gate/", {"alt": "block"}).status_code == 302
    page = f"/w/bakery/posts/{post.pk}/"
    refused = browser.post(page, plan)
    assert refused.status_code == 422
    assert "no description for people who cannot see it" in refused.content.decode()
    program = program_of(space.memberships.get(role="owner"))
    assert "no description" in program.get(f"posts/{post.pk}/check").json()["problems"][0]
    editor = program_of(member("approver"))
    why = {"check": "alt", "why": "The text says it all."}
    assert editor.post(f"posts/{post.pk}/let-pass", why).status_code == 403
    browser.post(f"{page}let-pass/", {"check": "alt", "why-alt": why["why"]})
    line = JournalEntry.objects.get(did="gate.passed")
    assert line.by == "Ada"
    assert line.after["why"] == why["why"]
    plan["version"] = Post.objects.get(pk=post.pk).version
    assert browser.post(page, plan).status_code == 302
    assert Delivery.objects.filter(variant__post=post, state="planned").exists()


@pytest.mark.accepts("OP-25")
def test_a_change_voids_it_and_the_worker_obeys(space, channel, png, boss, work):
    post = bare_post(space, channel, png, boss)
    program = program_of(space.memberships.get(role="owner"))
    program("PATCH", "gate", {"alt": "block"})
    program.post(f"posts/{post.pk}/let-pass", {"check": "alt", "why": "Art"})
    post.refresh_from_db()
    content.edit(post, version=post.version, text="Look at that", by=boss)
    [waived] = program.get(f"posts/{post.pk}/gate").json()["waived"]
    assert waived["holds"] is False
    program("PATCH", "gate", {"alt": "warn"})
    from clarion.publishing import actions as publishing

    post.refresh_from_db()
    publishing.publish_now(post, by=boss)
    program("PATCH", "gate", {"alt": "block"})
    work()
    held = Delivery.objects.get(variant__post=post)
    assert held.state == "held"
    assert "no description" in held.problem


@pytest.mark.accepts("OP-25")
def test_advertising_that_does_not_say_so_is_held(space, channel, campaign, boss, browser):
    program = program_of(space.memberships.get(role="owner"))
    program("PATCH", "gate", {"disclosure": "block"})
    program("PATCH", f"campaigns/{campaign.pk}", {"partner": "Mill & Co"})
    fields = {"text": "Best flour", "channels": channel.pk, "campaign": campaign.pk}
    said = browser.post("/w/bakery/compose/check/", fields).json()
    assert said["blocked"]
    assert "Somebody pays for this post" in said["checks"]
    said = browser.post("/w/bakery/compose/check/", {**fields, "text": "Flour #ad"}).json()
    assert not said["blocked"]
