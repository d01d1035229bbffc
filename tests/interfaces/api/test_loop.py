"""The loop, walked round over the API alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.community.models import Inbox
from clarion.measurement.models import Meter


def test_the_loop_closes_over_the_api(program, playground, work):
    answers = {"server": playground.url, "handle": "bakery"}
    opened = program.post("channels", {"network": "playground", "answers": answers}).json()
    channel = opened["channels"][0]["id"]
    program.post("findings", {"text": "People look for opening hours", "source": "shop"})
    goal = {"name": "Known", "kpi": "likes", "target": 500, "deadline": "2027-12-31"}
    goal = program.post("goals", goal).json()["id"]
    campaign = {"name": "Spring", "goal_metric": "likes", "goal_value": 100, "budget": "50"}
    campaign = program.post("campaigns", {**campaign, "goal": goal}).json()["id"]

    words = {"text": "Bread at seven", "channels": [channel], "campaign": campaign}
    post = program.post("posts", words).json()["id"]
    planned = program.post(f"posts/{post}/publish").json()
    delivery = planned["deliveries"][0]["id"]
    work()
    live = program.get(f"deliveries/{delivery}").json()
    assert live["state"] == "live"

    playground.say("bo", "What time do you open?", on=live["remote_id"])
    Inbox.objects.update(due_at=timezone.now())
    work()
    [talk] = program.get("conversations", state="open").json()["items"]
    assert talk["delivery"] == delivery
    me = program.get("people").json()["items"][0]["id"]
    program.post(f"conversations/{talk['id']}/assign", {"to": me})
    assert (
        program.post(f"conversations/{talk['id']}/answer", {"text": "At seven!"}).status_code
        == 201
    )
    work()
    [reply] = program.get(f"conversations/{talk['id']}/replies").json()["items"]
    assert reply["state"] == "live"
    assert program.post(f"conversations/{talk['id']}/done").json()["state"] == "done"

    watch = program.post("watches", {"channel": channel, "words": "rye"}).json()["id"]
    playground.say("cy", "Best rye in town")
    work()
    [mention] = program.get("mentions", watch=watch).json()["items"]
    taken = program.post(f"mentions/{mention['id']}/take-up").json()
    assert taken["author"] == "cy"

    playground.forward(hours=24)
    Meter.objects.update(due_at=timezone.now())
    work()
    numbers = program.get(f"campaigns/{campaign}/results").json()["numbers"]
    assert numbers["likes"]["value"] > 0
    assert numbers["engagement_rate"]["denominator"] == numbers["views"]["value"]
    assert numbers["clicks"]["value"] is None
    assert numbers["clicks"]["reason"]
    progress = program.get(f"campaigns/{campaign}/progress").json()
    assert progress["percent"] == pytest.approx(numbers["likes"]["value"])
    assert program.get(f"goals/{goal}/progress").json()["target"] == 500
    assert program.get("results").json()["live"] == 1
    assert program.get(f"posts/{post}/results").json()["numbers"] == numbers
    assert program.get(f"deliveries/{delivery}/readings", metric="likes").json()["items"]

    lesson = program.post(f"campaigns/{campaign}/conclude").json()
    assert "Best so far" in lesson["text"]
    assert "opening hours" in program.get(f"campaigns/{campaign}/brief").json()["text"]

    too_much = program.post("promotions", {"delivery": delivery, "budget": "51"}, key="o1")
    assert (too_much.status_code, too_much.json()["about"]) == (422, "budget")
    until = (timezone.now() + timedelta(days=3)).isoformat()
    wanted = {"delivery": delivery, "budget": "20", "until": until}
    order = program.post("promotions", wanted, key="o1")
    assert order.status_code == 201, order.content
    work()
    assert program.get(f"campaigns/{campaign}/purse").json()["left"] == "30.00"
    running = order.json()["id"]
    assert program.post(f"promotions/{running}/stop", dry_run=True).json()["stopped_at"] is None
    assert program.post(f"promotions/{running}/stop").json()["stopped_at"]

    assert (
        program.post(f"deliveries/{delivery}/take-down", dry_run=True).json()["state"] == "live"
    )
    assert program.post(f"deliveries/{delivery}/take-down").json()["state"] == "removed"
    assert program.get("journal/verify").json()["is_whole"] is True


def test_a_network_sends_people_back_to_a_page_that_is_there():
    from django.urls import resolve

    from clarion.interfaces.api.channels import BACK

    assert resolve(BACK).url_name == "channel-back"
