"""Two people, one question, one answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clarion.community import actions
from clarion.community.models import Reply
from clarion.networks.base import Message


@pytest.fixture
def question(channel):
    asked = timezone.now() - timedelta(minutes=5)
    said = Message("m1", "mention", "mira", "When do you open?", asked, thread="t1")
    [found] = actions.take_in(channel, [said])
    return found


@pytest.fixture
def ada(owner, space):
    return _signed_in(owner)


@pytest.fixture
def bo(member):
    return _signed_in(member("community").user)


def _signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.accepts("SP-2")
def test_the_second_sees_who_is_replying_and_must_confirm_to_reply_as_well(
    ada, bo, question, space
):
    at = f"/w/{space.slug}/inbox/{question.pk}/"
    loaded = bo.get(at).content.decode()
    assert "is writing an answer" not in loaded
    seen = loaded.split('name="seen" value="')[1].split('"')[0]

    ada.post(f"{at}writing/")
    assert "Ada is writing an answer" in bo.get(f"{at}thread/").content.decode()
    assert "is writing an answer" not in ada.get(f"{at}thread/").content.decode()

    ada.post(f"{at}answer/", {"text": "At seven", "seen": seen})
    assert "is writing an answer" not in bo.get(f"{at}thread/").content.decode()

    mine = {"text": "At eight", "seen": seen}
    asked = bo.post(f"{at}answer/", mine)
    assert asked.status_code == 409
    page = asked.content.decode()
    assert "Ada has answered since you opened this: “At seven”" in page
    assert ">At eight</textarea>" in page
    assert "Send anyway" in page
    assert Reply.objects.count() == 1

    bo.post(f"{at}answer/", {**mine, "anyway": "1"})
    assert [r.text for r in Reply.objects.order_by("pk")] == ["At seven", "At eight"]


@pytest.mark.accepts("SP-2")
def test_nobody_seems_to_write_for_ever(ada, bo, question, space, later):
    at = f"/w/{space.slug}/inbox/{question.pk}/"
    ada.post(f"{at}writing/")
    with later(seconds=30):
        assert "is writing an answer" not in bo.get(at).content.decode()
