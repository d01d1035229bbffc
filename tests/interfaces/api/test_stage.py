"""What every write and every list has in common."""

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.accounts.models import ApiToken, JournalEntry, Repetition
from clarion.content.models import Post
from clarion.interfaces.api import door
from clarion.publishing.models import Delivery

AT = "2030-06-01T09:00:00"


def test_a_dry_run_tells_what_would_happen_and_changes_nothing(program, post):
    lines = JournalEntry.objects.count()
    said = program.post(
        f"posts/{post.pk}/schedule", {"at": "2027-06-01T09:00:00"}, dry_run=True
    )
    assert said.status_code == 200, said.content
    assert said.json()["dry_run"] is True
    assert said.json()["state"] == "approved"
    assert said.json()["deliveries"][0]["state"] == "planned"
    post.refresh_from_db()
    assert (post.state, post.planned_for) == ("draft", None)
    assert not Delivery.objects.exists()
    assert JournalEntry.objects.count() == lines


def test_a_dry_run_is_refused_like_the_real_thing(member, post):
    reader = program_of(member("analyst"))
    said = reader.post(f"posts/{post.pk}/publish", dry_run=True)
    assert said.status_code == 403
    assert "may not schedule" in said.json()["problem"]


def test_connecting_dry_checks_what_was_typed_without_a_network(program, space):
    missing = program.post("channels", {"network": "playground", "answers": {}}, dry_run=True)
    assert (missing.status_code, missing.json()["about"]) == (422, "handle")
    fine = {
        "network": "playground",
        "answers": {"handle": "x", "server": "http://nowhere.test"},
    }
    said = program.post("channels", fine, dry_run=True)
    assert said.json() == {"channels": [], "go_to": "", "dry_run": True}
    assert not space.channels.exists()


# --- repetition -----------------------------------------------------------------------------


def test_the_same_key_gets_the_same_answer_and_nothing_happens_twice(program, space):
    first = program.post("posts", {"text": "Once"}, key="k1")
    again = program.post("posts", {"text": "Once"}, key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert space.posts.count() == 1


def test_money_is_only_spent_under_a_key_and_then_once(program, delivery, work):
    work()
    order = {"delivery": delivery.pk, "budget": "20"}
    said = program.post("promotions", order)
    assert (said.status_code, said.json()["about"]) == (422, "Idempotency-Key")
    assert "spends money" in said.json()["problem"]
    assert not delivery.promotions.exists()
    assert program.post("promotions", order, dry_run=True).status_code == 201
    first = program.post("promotions", order, key="o1")
    assert program.post("promotions", order, key="o1").json() == first.json()
    assert delivery.promotions.count() == 1


def test_the_same_key_for_something_else_is_refused(program, space):
    program.post("posts", {"text": "One"}, key="k1")
    other = program.post("posts", {"text": "Two"}, key="k1")
    assert other.status_code == 409
    assert "another request" in other.json()["problem"]
    assert space.posts.count() == 1


def test_a_refusal_is_not_kept_so_the_key_works_once_the_cause_is_mended(program, channel):
    post = program.post("posts", {"text": "No channel yet"}).json()
    refused = program.post(f"posts/{post['id']}/publish", key="p1")
    assert refused.status_code == 422
    program("PATCH", f"posts/{post['id']}", {"version": 1, "channels": [channel.pk]})
    assert program.post(f"posts/{post['id']}/publish", key="p1").status_code == 200


def test_the_key_of_another_token_is_another_key(program, member, space):
    other = program_of(member("editor"))
    program.post("posts", {"text": "Same words"}, key="k1")
    assert other.post("posts", {"text": "Same words"}, key="k1").status_code == 201
    assert space.posts.count() == 2


def test_a_key_is_kept_for_a_day(program, space, later):
    program.post("posts", {"text": "Daily"}, key="k1")
    with later(hours=25):
        assert program.post("posts", {"text": "Daily"}, key="k1").status_code == 201
    assert space.posts.count() == 2
    assert Repetition.objects.count() == 1


def test_a_key_shown_once_is_not_shown_by_a_repetition(program, space):
    body = {"email": "cy@bakery.example", "role": "editor"}
    first = program.post("invitations", body, key="i1")
    again = program.post("invitations", body, key="i1")
    assert first.json()["key"]
    assert again.json()["key"] is None
    assert first.json()["key"] not in str(Repetition.objects.values_list("body"))
    assert space.invitations.count() == 1


def test_an_upload_can_be_repeated_although_its_boundary_differs(program, space):
    from tests.interfaces.api.test_content import picture

    def send():
        return program.client.post(
            "/api/v1/media",
            {"file": SimpleUploadedFile("a.png", picture()), "alt": "A loaf"},
            HTTP_AUTHORIZATION=f"Bearer {program.key}",
            HTTP_IDEMPOTENCY_KEY="m1",
        )

    assert send().status_code == 201
    assert send()["Idempotency-Replayed"] == "true"
    assert space.media.count() == 1


def test_a_token_may_revoke_itself(program, space):
    token = ApiToken.objects.get()
    assert program("DELETE", f"tokens/{token.pk}", key="bye").status_code == 200
    assert program.get("me").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_second_request_while_the_first_is_worked_on_is_told_to_wait(program, space):
    from clarion.interfaces.api.repetition import _alone

    token, answers = ApiToken.objects.get(), []

    def ask():
        answers.append(program.post("posts", {"text": "Meanwhile"}, key="k1"))
        connection.close()

    with _alone(token, "k1"):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert answers[0].status_code == 409
    assert "still being worked on" in answers[0].json()["problem"]
    assert not Post.objects.exists()
    assert program.post("posts", {"text": "Meanwhile"}, key="k1").status_code == 201


# --- lists ----------------------------------------------------------------------------------


def test_cursors_lead_through_a_list_while_rows_are_added(program):
    for n in range(5):
        program.post("posts", {"text": f"{n}"})
    first = program.get("posts", limit=2).json()
    program.post("posts", {"text": "late"})
    second = program.get("posts", limit=2, cursor=first["next_cursor"]).json()
    third = program.get("posts", limit=2, cursor=second["next_cursor"]).json()
    seen = [p["text"] for page in (first, second, third) for p in page["items"]]
    assert seen == ["4", "3", "2", "1", "0"]
    assert third["next_cursor"] is None


def test_limits_of_a_network_nobody_knows_are_nowhere(program):
    assert program.get("networks/limits", network="friendster").status_code == 404


def test_a_list_that_is_not_rows_is_paged_as_well(program):
    first = program.get("networks", limit=1).json()
    second = program.get("networks", limit=1, cursor=first["next_cursor"]).json()
    assert first["items"][0]["key"] != second["items"][0]["key"]


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 400, "a:b:c", "%00", "é"])
def test_a_cursor_that_is_none_is_refused(program, cursor):
    said = program.get("posts", cursor=cursor)
    assert said.status_code == 422
    assert "next_cursor" in said.json()["problem"]


def test_a_cursor_of_another_list_is_refused(program, space):
    program.post("posts", {"text": "a"})
    program.post("posts", {"text": "b"})
    cursor = program.get("journal", limit=1).json()["next_cursor"]
    assert program.get("posts", cursor=cursor).status_code == 422


def test_lists_in_the_same_order_do_not_take_each_others_cursors(program):
    for n in range(2):
        program.post("posts", {"text": f"{n}"})
    cursor = program.get("posts", limit=1).json()["next_cursor"]
    assert program.get("campaigns", cursor=cursor).status_code == 422
    first = program.get("networks", limit=1).json()["next_cursor"]
    assert program.get("posts", cursor=first).status_code == 422


@pytest.mark.parametrize("limit", [0, -1, 201, 10**30, "many"])
def test_a_page_has_one_to_two_hundred_rows(program, limit):
    said = program.get("posts", limit=limit)
    assert said.status_code == 422
    assert said.json()["about"] == "limit"


def test_a_page_of_posts_takes_a_fixed_number_of_queries(
    program, channel, django_assert_max_num_queries
):
    for n in range(12):
        program.post("posts", {"text": f"{n}", "channels": [channel.pk]})
    with django_assert_max_num_queries(16):
        assert len(program.get("posts").json()["items"]) == 12


# --- who and how often ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["", "Bearer", "Bearer clarion_nope", "Basic YTpi", "Bearer \x80"]
)
def test_without_a_good_token_nothing_is_told(program, said):
    answer = program.client.get("/api/v1/posts", HTTP_AUTHORIZATION=said)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert "clarion token new" in answer.json()["problem"]


def test_a_session_is_no_token(client, owner, space):
    client.force_login(owner)
    assert client.get("/api/v1/posts").status_code == 401


def test_a_token_that_asks_too_often_is_told_when_to_come_back(program, monkeypatch):
    monkeypatch.setattr(door, "PER_MINUTE", 3)
    monkeypatch.setattr(door.time, "time", lambda: 1_800_000_015)
    assert [program.get("me").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = program.get("me")
    assert refused["Retry-After"] == "45"
    assert "Wait 45 seconds" in refused.json()["problem"]
    monkeypatch.setattr(door.time, "time", lambda: 1_800_000_061)
    assert program.get("me").status_code == 200


def test_scopes_narrow_what_the_person_may(owner, space):
    narrow = program_of(space.memberships.get(user=owner), scopes=["read"])
    assert narrow.get("posts").status_code == 200
    refused = narrow.post("posts", {"text": "No"})
    assert refused.status_code == 403
    assert "may not write" in refused.json()["problem"]
    said = narrow.get("journal")
    assert said.status_code == 403
    assert "made without the scope `journal`" in said.json()["problem"]
    blind = program_of(space.memberships.get(user=owner), scopes=["write"])
    assert blind.get("posts").status_code == 403


def test_a_token_that_lacks_a_scope_says_so_and_sends_nobody_to_the_team(owner, space, channel):
    writer = program_of(space.memberships.get(user=owner), scopes=["read", "write", "publish"])
    post = writer.post("posts", {"text": "Rye", "channels": [channel.pk]}).json()["id"]
    tomorrow = {"at": (timezone.now() + timedelta(days=1)).isoformat()}
    said = writer.post(f"posts/{post}/schedule", tomorrow)
    assert said.status_code == 403
    assert "without the scope `approve`" in said.json()["problem"]
    editor = program_of(space.memberships.get(user=owner), scopes=["read", "write", "approve"])
    said = editor.post(f"posts/{post}/schedule", tomorrow)
    assert "without the scope `publish`" in said.json()["problem"]
