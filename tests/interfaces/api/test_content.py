"""Posts and media over the API."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from tests.interfaces.api.conftest import program_of


def picture(color="brown"):
    made = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(made, "PNG")
    return made.getvalue()


def test_a_post_is_written_and_read_again(program, channel):
    made = program.post("posts", {"text": "Rye at eight", "channels": [channel.pk]})
    assert made.status_code == 201, made.content
    got = program.get(f"posts/{made.json()['id']}")
    assert got.json() == made.json()
    assert got.json()["variants"][0]["channel"] == channel.pk


def test_only_what_is_sent_is_changed(program, channel, campaign):
    made = program.post(
        "posts",
        {"text": "Rye", "link": "https://bakery.example/rye", "campaign": campaign.pk},
    ).json()
    changes = {"version": 1, "channels": [channel.pk]}
    changes["variants"] = [{"channel": channel.pk, "text": "Rye, for you"}]
    said = program("PATCH", f"posts/{made['id']}", changes).json()
    assert (said["text"], said["link"]) == ("Rye", "https://bakery.example/rye")
    assert said["campaign"] == campaign.pk
    assert said["variants"][0]["text"] == "Rye, for you"
    assert said["version"] == 2
    gone = program("PATCH", f"posts/{made['id']}", {"version": 2, "campaign": None}).json()
    assert gone["campaign"] is None


def test_a_time_without_an_offset_is_the_workspaces(program, channel):
    made = program.post("posts", {"text": "x", "planned_for": "2027-06-01T09:00:00"}).json()
    assert made["planned_for"] == "2027-06-01T07:00:00Z"


def test_an_approval_covers_the_bytes_that_were_read(program, member, channel):
    editor = program_of(member("editor"))
    post = editor.post("posts", {"text": "Rye", "channels": [channel.pk]}).json()
    assert editor.post(f"posts/{post['id']}/ask").json()["state"] == "review"
    refused = editor.post(f"posts/{post['id']}/approve", {"seal": post["seal"]})
    assert refused.status_code == 403
    stale = program.post(f"posts/{post['id']}/approve", {"seal": "0" * 64})
    assert stale.status_code == 409
    said = program.post(f"posts/{post['id']}/approve", {"seal": post["seal"], "note": "Good"})
    assert said.json()["is_approved"] is True
    decided = program.get(f"posts/{post['id']}/decisions").json()["items"]
    assert [d["said"] for d in decided] == ["asked", "approved"]


def test_what_a_network_would_refuse_is_told_before(program, channel):
    post = program.post("posts", {"text": "x" * 2000, "channels": [channel.pk]}).json()
    problems = program.get(f"posts/{post['id']}/check").json()["problems"]
    assert problems
    assert channel.handle in problems[0]


def test_a_picture_is_uploaded_described_and_used(program, space):
    made = program.client.post(
        "/api/v1/media",
        {"file": SimpleUploadedFile("loaf.png", picture()), "alt": "A loaf"},
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    )
    assert made.status_code == 201, made.content
    medium = made.json()
    assert (medium["width"], medium["height"], medium["alt"]) == (40, 30, "A loaf")
    said = program("PATCH", f"media/{medium['id']}", {"alt": "A brown loaf"}).json()
    assert said["alt"] == "A brown loaf"
    post = program.post("posts", {"text": "Look", "media": [medium["id"]]}).json()
    assert post["media"] == [medium["id"]]


def test_a_picture_can_stay_away_from_one_channel(program, channel):
    medium = program.client.post(
        "/api/v1/media",
        {"file": SimpleUploadedFile("loaf.png", picture())},
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    ).json()["id"]
    variant = {"channel": channel.pk, "without": [medium]}
    post = {"text": "Rye", "channels": [channel.pk], "media": [medium], "variants": [variant]}
    assert program.post("posts", post).json()["variants"][0]["without"] == [medium]


def test_an_upload_in_a_dry_run_leaves_no_file(program, space):
    from django.conf import settings

    def files():
        return {p for p in settings.MEDIA_ROOT.rglob("*") if p.is_file()}

    before = files()
    said = program.client.post(
        "/api/v1/media?dry_run=true",
        {"file": SimpleUploadedFile("new.png", picture("teal"))},
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    )
    assert said.json()["dry_run"] is True
    assert not space.media.exists()
    assert files() == before


def test_a_file_that_is_no_picture_is_refused(program, space):
    said = program.client.post(
        "/api/v1/media",
        {"file": SimpleUploadedFile("a.png", b"not a picture")},
        HTTP_AUTHORIZATION=f"Bearer {program.key}",
    )
    assert said.status_code == 422
    assert said.json()["about"] == "file"
