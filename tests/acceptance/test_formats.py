"""The same words in the places of six networks, and stories frame by frame."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from clarion.channels import actions as channels
from clarion.content.models import Post
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}
SIX = ("instagram", "facebook", "x", "linkedin", "pinterest", "telegram")


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def practise(space, boss, playground):
    def make(key):
        answers = {"server": playground.url, "handle": f"as-{key}", "practises": key}
        return channels.start(space, "playground", answers, "", by=boss)[0]

    return make


def picture(inside, name, color):
    out = io.BytesIO()
    Image.new("RGB", (900, 1600), color).save(out, "JPEG")
    file = SimpleUploadedFile(name, out.getvalue(), "image/jpeg")
    said = inside.post("/w/bakery/media/add/", {"files": [file]}, **JSON).json()
    return re.search(r'name="media" value="(\d+)"', said["items"][0])[1]


@pytest.mark.accepts("HS-1")
def test_one_draft_meets_six_networks_with_a_preview_and_a_verdict_of_each(inside, practise):
    six = {key: practise(key) for key in SIX}
    loaf = picture(inside, "loaf.jpg", "peru")
    text = "Fresh bread (and rolls) at seven. #bread " * 8
    sent = {
        "text": text,
        "channels": [c.pk for c in six.values()],
        "media": [loaf],
        f"alt-{loaf}": "A round loaf",
        f"surface-{six['instagram'].pk}": "story",
        f"surface-{six['telegram'].pk}": "photo",
        f"text-{six['pinterest'].pk}": "Bread, pinned",
        f"opt-{six['pinterest'].pk}-title": "Bread",
    }
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert not Post.objects.exists()  # nothing was saved to get the verdict
    previews, checks = said["previews"], said["checks"]
    assert previews.count('<article class="mock') == 6
    assert previews.count("Practice: nothing leaves for the real network") == 6
    assert "on-story" in previews
    assert "on-pin" in previews
    assert re.search(r"X \(practice\) as-x.*?too long: X takes 280", checks, re.DOTALL)
    assert "shows no words beside the picture" in checks
    assert "asks for this: Board" in checks
    linkedin = re.search(r"LinkedIn \(practice\) as-linkedin</b>.*?</ul>", checks, re.DOTALL)
    assert "The text" not in (linkedin[0] if linkedin else "")  # it has room for all of it
    assert said["blocked"] is True


@pytest.mark.accepts("PL-2")
def test_counters_follow_the_network_and_the_rows_of_today(inside, practise, rows):
    rows.change("threads", "value = 500,", "value = 490,")
    threads, insta = practise("threads"), practise("instagram")
    sent = {"text": "Bread 😀 #rye #spelt @ines", "channels": [threads.pk, insta.pk]}
    counters = inside.post("/w/bakery/compose/check/", sent, **JSON).json()["counters"]
    assert "28 of 490" in counters  # the emoji costs its four bytes
    assert "25 of 2200" in counters
    assert "# 2 of 1<" in counters
    assert "# 2 of 5<" in counters
    assert "@ 1 of 3<" in counters


@pytest.mark.accepts("PL-3")
def test_frames_of_a_story_go_out_in_order_and_can_be_taken_along(
    inside, practise, playground, work
):
    insta = practise("instagram")
    frames = [picture(inside, f"{c}.jpg", c) for c in ("red", "green", "blue")]
    at = timezone.localtime(timezone.now() + timedelta(days=1))
    sent = {
        "text": "First",
        "more": ["Second"],
        "channels": [insta.pk],
        "media": frames,
        f"surface-{insta.pk}": "story",
        "day": f"{at:%Y-%m-%d}",
        "hour": "12:00",
        "do": "schedule",
        "version": 0,
        **{f"alt-{pk}": f"Frame {n}" for n, pk in enumerate(frames, 1)},
    }
    answer = inside.post("/w/bakery/compose/", sent, follow=True)
    page = answer.content.decode()
    assert "3 frames in order" in page
    planned = list(Delivery.objects.order_by("part"))
    assert [d.called for d in planned] == ["Frame 1", "Frame 2", "Frame 3"]
    assert [d.after_id for d in planned] == [None, planned[0].pk, planned[1].pk]

    address = re.search(r'href="([^"]+/frames/)"', page)[1]
    pack = zipfile.ZipFile(io.BytesIO(inside.get(address).content))
    listed = pack.read("frames.txt").decode().splitlines()
    assert [line.split("\t")[0] for line in listed] == ["01.jpeg", "02.jpeg", "03.jpeg"]
    assert [line.split("\t")[1] for line in listed] == ["First", "Second", "no words"]
    assert pack.read("02.txt").decode() == "Second"

    now = timezone.now()
    Delivery.objects.update(planned_for=now)
    Delivery.objects.filter(part=0).update(due_at=now)
    work()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"live"}
    shown = playground.page("/@as-instagram")
    story = shown[shown.index("<h2>Story</h2>") :]
    assert re.findall(r'alt="(Frame \d)"', story)[:3] == ["Frame 1", "Frame 2", "Frame 3"]
