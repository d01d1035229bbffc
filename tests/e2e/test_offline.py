"""Everything a network does can be tried, taught and tested without any network."""

import re
import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from clarion.ads.models import Promotion
from clarion.community.models import Conversation, Inbox
from clarion.measurement.models import Meter
from clarion.publishing.models import Delivery

pytestmark = [pytest.mark.timeout(240)]


def test_a_page_that_asks_another_machine_is_noticed(browser_page, abroad):
    with browser_page.expect_event("requestfailed"):
        browser_page.set_content('<img src="http://elsewhere.example/pixel.png" alt="">')
    assert abroad == ["http://elsewhere.example/pixel.png"]
    abroad.clear()


@pytest.fixture
def bakery(browser_page, channel, campaign, playground, work):
    type(campaign).objects.update(budget=1000)
    return Bakery(browser_page, channel, campaign, playground, work)


class Bakery:
    """Somebody with two tabs: Clarion, and the practice network."""

    def __init__(self, page, channel, campaign, playground, work):
        self.page, self.place, self.work = page, playground, work
        self.channel, self.campaign = channel, campaign
        self.other = page.context.new_page()

    def visit(self, path):
        """The page may be following what has just happened: then one asks twice."""
        try:
            self.page.goto(path)
        except Error:
            self.page.goto(path)

    def compose(self, text):
        self.visit("/w/bakery/compose/")
        self.page.get_by_role("checkbox", name=re.compile(f"{self.channel.handle}$")).check()
        self.page.locator("#campaign").select_option(str(self.campaign.pk))
        self.page.get_by_label("Post text").fill(text)

    def publish(self, text):
        self.compose(text)
        expect(self.page.locator("[data-saved]")).to_contain_text("All changes saved")
        self.page.get_by_role("button", name=re.compile("^Sooner")).click()
        self.page.locator("#sooner").get_by_role("button", name="Publish now").click()
        self.page.locator("#confirm").get_by_role("button", name="Publish now").click()
        expect(self.page.locator(".toast")).to_be_visible()
        return Delivery.objects.latest("pk")

    def switchboard(self, button):
        self.other.goto(f"{self.place.url}/switchboard")
        self.other.get_by_role("button", name=button, exact=True).click()
        expect(self.other.get_by_role("heading", name="Switchboard")).to_be_visible()

    def on_the_network(self):
        self.other.goto(self.place.url)
        return self.other.locator("article .text").all_inner_texts()

    def wait(self, row, state):
        """The worker looks again, as it does when the seconds have passed."""
        for _ in range(40):
            for model in (Delivery, Promotion, Inbox, Meter):
                model.objects.exclude(due_at=None).filter(
                    due_at__lt=timezone.now() + timedelta(hours=2)
                ).update(due_at=timezone.now())
            self.work()
            row.refresh_from_db()
            if row.state == state:
                return
            time.sleep(0.3)
        raise AssertionError(f"{row.state}: {row.problem}")

    def results(self, delivery):
        self.visit(f"/w/bakery/posts/{delivery.variant.post_id}/results/")
        return self.page.locator("main").inner_text()

    def promote(self, delivery, amount):
        self.visit(f"/w/bakery/paid/new/{delivery.pk}/")
        self.page.get_by_label("Amount").fill(str(amount))
        self.page.get_by_role("button", name="Continue").click()
        self.page.get_by_role("button", name="Spend").click()
        expect(self.page.locator(".toast")).to_contain_text("Ordered")
        return Promotion.objects.latest("pk")


def views(text):
    """What the page says in its first column of numbers."""
    found = re.search(r"Views\s+([\d,]+)", text)
    assert found, text[:2000]
    return int(found[1].replace(",", ""))


@pytest.mark.accepts("OP-23")
def test_limits_are_felt_before_sending_and_when_the_network_says_so(bakery):
    bakery.compose("x" * 501)
    expect(bakery.page.locator("#checks")).to_contain_text("1 character too long")
    bakery.place.settings(per_hour=1)
    bakery.wait(bakery.publish("Fresh bread at seven, who is coming?"), "live")
    second = bakery.publish("And rolls at eight")
    bakery.work()
    second.refresh_from_db()
    assert second.state == "planned"
    bakery.visit(f"/w/bakery/posts/{second.variant.post_id}/")
    expect(bakery.page.locator(f"#delivery-{second.pk}")).to_contain_text(
        "has sent as much as Playground takes for now. It goes on"
    )
    second.channel.refresh_from_db()
    assert second.channel.full_until > timezone.now() + timedelta(minutes=50)
    assert bakery.on_the_network() == ["Fresh bread at seven, who is coming?"]


@pytest.mark.accepts("OP-23")
def test_an_error_from_the_switchboard_is_lived_through(bakery):
    bakery.switchboard("Next request: lose answer")
    delivery = bakery.publish("Fresh bread at seven")
    bakery.work()
    delivery.refresh_from_db()
    assert delivery.state == "unsure"
    bakery.wait(delivery, "live")
    assert bakery.on_the_network() == ["Fresh bread at seven"]


@pytest.mark.accepts("OP-23")
def test_a_delay_is_waited_for(bakery):
    bakery.switchboard("Next request: processing")
    delivery = bakery.publish("Fresh bread at seven")
    bakery.work()
    delivery.refresh_from_db()
    assert delivery.state == "settling"
    bakery.wait(delivery, "live")


@pytest.mark.accepts("OP-23")
def test_people_come_by_and_say_something(bakery):
    delivery = bakery.publish("Fresh bread at seven, who is coming?")
    bakery.wait(delivery, "live")
    seen = []
    for button in ("+1 hour", "+1 day"):
        bakery.switchboard(button)
        bakery.wait(delivery, "live")
        seen.append(views(bakery.results(delivery)))
    assert 0 < seen[0] < seen[1]
    asked = Conversation.objects.filter(delivery=delivery).latest("pk")
    bakery.visit("/w/bakery/inbox/")
    expect(bakery.page.get_by_text(asked.messages.first().text).first).to_be_visible()


@pytest.mark.accepts("OP-23")
def test_attention_is_auctioned_and_much_money_for_few_people_is_dear(bakery):
    delivery = bakery.publish("Fresh bread at seven, who is coming?")
    bakery.wait(delivery, "live")
    costs = []
    for amount in (5, 400):
        promotion = bakery.promote(delivery, amount)
        bakery.wait(promotion, "live")
    bakery.switchboard("+1 week")
    bakery.switchboard("+1 day")
    bakery.wait(promotion, "live")
    bakery.other.goto(delivery.url)
    for row in bakery.other.locator("aside tr", has_text="EUR").all():
        spent, budget, cost = figures(row.inner_text())
        assert 0 < spent <= budget
        costs.append(cost)
    assert costs[1] > Decimal("1.2") * costs[0] > 0


def figures(row):
    """Spent, budget and the price of a thousand views, as a line of the network says them."""
    found = re.match(r"([\d.]+) of ([\d.]+) EUR\s+[\d,]+\s+([\d.]+)", row)
    return [Decimal(text) for text in found.groups()]
