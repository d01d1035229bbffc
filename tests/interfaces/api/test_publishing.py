"""What goes out, over the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.publishing.models import Delivery


@pytest.fixture
def doubtful(delivery, playground, work):
    """The network took it and nobody heard of it."""
    playground.fault("fail_after", next=1)
    work()
    Delivery.objects.update(
        state="held", due_at=None, lease=None, problem="It may be live already. Look there."
    )
    return delivery


def test_a_program_reads_the_evidence_and_says_which_post_it_is(program, doubtful, playground):
    known = program.get(f"deliveries/{doubtful.pk}/evidence").json()
    assert (known["times"], known["looks"], known["problem"]) == (1, 0, "")
    [one] = known["posts"]
    assert (one["text"], one["alike"]) == ("Fresh bread at seven", True)
    confirm = f"deliveries/{doubtful.pk}/confirm"
    body = {"remote_id": one["remote_id"]}
    dry = program("POST", confirm, body, dry_run="true")
    assert (dry.status_code, dry.json()["state"]) == (200, "held")
    live = program.post(confirm, body).json()
    assert (live["state"], live["remote_id"]) == ("live", one["remote_id"])
    assert playground.stats["live"] == 1


def test_what_does_not_stand_there_cannot_be_it(program, doubtful):
    wrong = program.post(f"deliveries/{doubtful.pk}/confirm", {"remote_id": "p999"})
    assert (wrong.status_code, wrong.json()["about"]) == (422, "remote_id")


def test_an_address_that_a_person_saw_is_enough(program, doubtful):
    url = "https://playground.example/p/1"
    live = program.post(f"deliveries/{doubtful.pk}/confirm", {"url": url}).json()
    assert (live["state"], live["url"]) == ("live", url)


def test_what_is_not_in_doubt_has_no_evidence(program, delivery):
    assert program.get(f"deliveries/{delivery.pk}/evidence").status_code == 409


def test_all_that_one_reason_holds_is_found_and_tried_again(program, delivery, channel):
    Delivery.objects.update(state="held", due_at=None, problem="The server was away.")
    [row] = program.get("deliveries", state="held").json()["items"]
    found = program.get("deliveries", cause=row["cause"]).json()["items"]
    assert [one["id"] for one in found] == [delivery.pk]
    assert program.get("deliveries", cause="000").json()["items"] == []
    body = {"channel": channel.pk, "cause": row["cause"]}
    assert program.post("bulk/deliveries/retry", body).json()["done"] == [delivery.pk]
    assert program.get(f"deliveries/{delivery.pk}").json()["state"] == "planned"
    assert program.post("bulk/deliveries/retry", body).status_code == 422


def test_who_posts_it_is_said_with_the_post(program, space, channel, owner):
    me = space.memberships.get(user=owner).pk
    variant = {"channel": channel.pk, "posted_by": "person", "hand": me}
    body = {"text": "Rolls", "channels": [channel.pk], "variants": [variant]}
    post = program.post("posts", body).json()
    assert (post["variants"][0]["posted_by"], post["variants"][0]["hand"]) == ("person", me)
    at = (timezone.now() + timedelta(days=2)).isoformat()
    planned = program.post(f"posts/{post['id']}/schedule", {"at": at}).json()
    assert planned["deliveries"][0]["state"] == "by_hand"
    wrong = {"channel": channel.pk, "posted_by": "person", "hand": 999999}
    answer = program(
        "PATCH", f"posts/{post['id']}", {"version": planned["version"], "variants": [wrong]}
    )
    assert (answer.status_code, answer.json()["about"]) == (422, "hand")
