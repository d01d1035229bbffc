"""What every answer to a browser carries."""

import re

from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clarion.content.agreement import approval


def test_the_inline_script_of_a_page_carries_the_nonce_of_its_policy(client, space, owner):
    client.force_login(owner)
    said = client.get(f"/w/{space.slug}/inbox/")
    [nonce] = re.findall(r"'nonce-([\w-]+)'", said.headers["Content-Security-Policy"])
    assert f'<script nonce="{nonce}">' in said.content.decode()


def test_disconnecting_what_somebody_has_just_disconnected_is_refused_in_words(
    client, owner, channel
):
    client.force_login(owner)
    address = f"/w/bakery/channels/{channel.pk}/disconnect/"
    assert client.post(address).status_code == 302
    said = client.post(address)
    assert said.status_code == 409
    assert "Look at it again" in said.content.decode()


def test_sending_back_what_somebody_has_just_sent_back_is_refused_on_the_page(
    client, owner, post, boss
):
    client.force_login(owner)
    approval.ask_for_approval(post, by=boss)
    address, answer = f"/w/bakery/posts/{post.pk}/review/", {"do": "return", "note": "Shorter"}
    assert client.post(address, answer).status_code == 302
    said = client.post(address, answer)
    assert said.status_code == 409
    assert "Look at it again" in said.content.decode()


def test_a_page_that_is_asked_in_the_wrong_way_says_so(client, owner, channel):
    client.force_login(owner)
    said = client.get(f"/w/bakery/channels/{channel.pk}/disconnect/")
    assert (said.status_code, said["Allow"]) == (405, "POST")
    assert "Go back" in said.content.decode()


def test_looking_at_a_page_twice_in_a_minute_writes_nothing(client, space, owner):
    client.force_login(owner)
    client.get(f"/w/{space.slug}/inbox/")
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/w/{space.slug}/inbox/")
    assert not [q for q in queries if not q["sql"].startswith(("SELECT", "DECLARE"))]


def test_a_session_says_when_it_was_last_seen_and_who_else_uses_it(client, space, owner, later):
    client.force_login(owner)
    client.get(f"/w/{space.slug}/inbox/", HTTP_USER_AGENT="Home")
    first = UserSession.objects.get()
    client.get(f"/w/{space.slug}/inbox/", HTTP_USER_AGENT="Elsewhere")
    assert UserSession.objects.get().user_agent == "Elsewhere"
    with later(minutes=2):
        client.get(f"/w/{space.slug}/inbox/", HTTP_USER_AGENT="Elsewhere")
    assert (UserSession.objects.get().last_seen_at - first.last_seen_at).seconds >= 120
