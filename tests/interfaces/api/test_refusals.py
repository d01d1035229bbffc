"""Every no is a sentence, and never our fault."""

import json

import pytest


@pytest.mark.parametrize(
    ("body", "about", "says"),
    [
        ({"txt": "a"}, "txt", "not a key that belongs here"),
        ({"text": 5}, "text", "must be text"),
        ({"text": "a\x00b"}, "text", "control character"),
        ({"channels": "all"}, "channels", "must be a list"),
        ({"channels": [0]}, "channels.0", "at least 1"),
        ({"channels": [2**70]}, "channels.0", "at most"),
        ({"channels": [77]}, "channels", "no 77 among the channels"),
        ({"campaign": 77}, "campaign", "no 77"),
        ({"planned_for": "9999-12-31T23:59:59"}, "at", "five years"),
        ({"planned_for": "9999-12-31T23:59:59-12:00"}, "at", "five years"),
        ({"planned_for": "0001-01-01T00:00:00"}, "at", ""),
        ({"planned_for": "0001-01-01T00:00:00+14:00"}, "at", ""),
        ({"planned_for": 1e300}, "planned_for", ""),
        ({"planned_for": "2027-03-28T02:30:00"}, "at", "does not exist"),
        (
            {"variants": [{"channel": 1, "text": "x", "what": 1}]},
            "variants.0.what",
            "not a key",
        ),
        ([], "", "must be an object"),
    ],
)
def test_a_body_that_does_not_fit_gets_a_sentence(program, space, body, about, says):
    said = program.post("posts", body)
    assert said.status_code == 422, said.content
    assert said.json()["about"] == about
    assert says in said.json()["problem"]
    assert not space.posts.exists()


def test_every_field_that_does_not_fit_has_its_own_sentence(program):
    said = program.post("posts", {"text": 1, "more": 2, "x": 3}).json()
    assert {p["about"] for p in said["problems"]} == {"text", "more", "x"}
    assert said["problem"] == said["problems"][0]["problem"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"text": "\\ud800"}',
        b"[" * 100_000,
        b'{"channels": [' + b"9" * 5000 + b"]}",
        b"NaN",
        b"null",
        b'"text"',
    ],
)
def test_a_body_that_is_no_json_object_is_refused(program, space, body):
    said = program.post("posts", body)
    assert said.status_code in (400, 422)
    assert len(said.json()["problem"]) > 20
    assert not space.posts.exists()


@pytest.mark.parametrize("pk", ["abc", "-1", "0", "1.5", "9" * 40, "%00", "é"])
def test_an_id_that_is_none_is_refused(program, pk):
    assert program.get(f"posts/{pk}").status_code in (404, 422)


@pytest.mark.parametrize("where", ["posts?q=%00", "posts?state=gone", "journal?did=%00"])
def test_a_filter_that_does_not_fit_gets_a_sentence(program, where):
    said = program.get(where)
    assert said.status_code == 422
    assert said.json()["problem"]


def test_what_is_not_there_says_so(program):
    for path in ("posts/999999", "deliveries/1", "nonsense", "networks/nowhere"):
        said = program.get(path)
        assert said.status_code == 404
        assert said.json()["problem"]


def test_somebody_was_quicker_is_a_conflict(program):
    post = program.post("posts", {"text": "Mine"}).json()
    program("PATCH", f"posts/{post['id']}", {"version": 1, "text": "Theirs"})
    said = program("PATCH", f"posts/{post['id']}", {"version": 1, "text": "Mine again"})
    assert said.status_code == 409
    assert "Somebody else has changed" in said.json()["problem"]


@pytest.mark.parametrize("how", ["plan", "publish"])
def test_what_was_taken_down_is_not_sent_again(program, half_down, how):
    said = program.post(f"posts/{half_down.pk}/{how}")
    assert said.status_code == 409
    assert "taken down on bakery" in said.json()["problem"]


def test_throwing_away_twice_is_a_conflict(program):
    post = program.post("posts", {"text": "Mine"}).json()
    assert program.post(f"posts/{post['id']}/bin").status_code == 200
    assert program.post(f"posts/{post['id']}/bin").status_code == 409


def test_what_has_moved_on_is_a_conflict(program, channel):
    assert program("DELETE", f"channels/{channel.pk}").status_code == 200
    said = program("DELETE", f"channels/{channel.pk}")
    assert said.status_code == 409
    assert "Look at it again" in said.json()["problem"]


def test_a_method_that_does_not_belong_there_is_refused_with_those_that_do(program):
    said = program("PUT", "posts", {"text": "Mine"})
    assert said.status_code == 405
    assert set(said["Allow"].split(", ")) == {"GET", "POST"}
    assert said["Content-Type"] == "application/json"
    assert said.json()["about"] == ""
    assert said["Allow"] in said.json()["problem"]


@pytest.mark.parametrize("path", ["nonsense", "/api/nonsense", "/api/v1/posts/1/nonsense"])
def test_an_address_that_there_is_not_is_refused_like_everything_else(program, path):
    for said in (program.get(path), program.post(path)):
        assert said.status_code == 404
        assert said["Content-Type"] == "application/json"
        assert set(said.json()) == {"problem", "about"}


def test_an_action_that_cannot_be_done_yet_names_the_field(program, channel):
    post = program.post("posts", {"text": "", "channels": [channel.pk]}).json()
    said = program.post(f"posts/{post['id']}/ask")
    assert said.status_code == 422
    assert said.json()["about"] == "text"


def test_a_body_that_is_too_large_to_be_json_is_refused_as_too_large(program, space):
    said = program.post("posts", {"text": "a" * 9 * 2**20})
    assert said.status_code == 413
    assert "too large" in said.json()["problem"]
    assert not space.posts.exists()


def test_answers_are_plain_json(program):
    said = program.get("posts/1")
    assert said["Content-Type"] == "application/json"
    assert set(json.loads(said.content)) == {"problem", "about"}
