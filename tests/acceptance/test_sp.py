"""Roles that hold, whichever door one comes through."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.actions import issue_token
from clarion.publishing.models import Delivery


@pytest.mark.accepts("SP-8")
def test_a_writer_without_the_right_to_publish_is_told_why_and_offered_the_way_on(
    client, post, member
):
    client.force_login(member("editor").user)
    at = timezone.now() + timedelta(days=1)
    page = client.get(f"/w/bakery/posts/{post.pk}/").content.decode()
    assert "may not schedule on bakery" in page
    assert "Submit for approval" in page
    assert 'value="schedule"' not in page
    sent = {
        "text": "Fresh bread at seven",
        "channels": [v.channel_id for v in post.variants.all()],
        "version": post.version,
        "day": f"{at:%Y-%m-%d}",
        "hour": f"{at:%H:%M}",
        "zone": "Europe/Berlin",
    }
    answer = client.post(f"/w/bakery/posts/{post.pk}/", {**sent, "do": "schedule"})
    assert answer.status_code == 403
    assert (
        "Bo may not schedule on bakery. Submit the post for approval" in answer.content.decode()
    )
    assert not Delivery.objects.exists()
    post.refresh_from_db()
    sent["version"] = post.version
    client.post(f"/w/bakery/posts/{post.pk}/", {**sent, "do": "ask"})
    post.refresh_from_db()
    assert post.state == "review"


@pytest.mark.accepts("SP-8")
def test_a_program_of_theirs_gets_the_same_no(client, post, member):
    editor = member("editor")
    _, key = issue_token(editor, "script", ["read", "write"], by=editor.actor())
    at = (timezone.now() + timedelta(days=1)).isoformat()
    answer = client.post(
        f"/api/v1/posts/{post.pk}/schedule",
        {"at": at},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 403
    assert "may not schedule on bakery" in answer.json()["problem"]
    assert "Submit the post for approval" in answer.json()["problem"]
    assert not Delivery.objects.exists()
