"""One draft for many accounts, a calendar that knows time zones, approvals that hold."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clarion.channels import actions as channels
from clarion.channels.models import Channel
from clarion.content.models import Post
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def six(space, boss, playground):
    """Six accounts; one of them on a server that takes only 100 characters and no picture."""
    made = []
    for n in range(6):
        answers = {"server": playground.url, "handle": f"bakery{n}"}
        made += channels.start(space, "playground", answers, "", by=boss)
    Channel.objects.filter(pk=made[5].pk).update(own_limits={"text": 100, "media": 0})
    return made


@pytest.mark.accepts("HS-1")
def test_one_draft_is_cut_for_six_accounts_with_a_verdict_for_each_before_saving(
    inside, six, png
):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("loaf.png", png, "image/png")
    item = inside.post("/w/bakery/media/add/", {"files": [file]}, **JSON).json()["items"][0]
    picture = item.split('name="media" value="')[1].split('"')[0]
    sent = {
        "text": "Fresh bread at seven. " * 6,
        "channels": [c.pk for c in six],
        "media": [picture],
        f"alt-{picture}": "A round loaf",
        f"text-{six[0].pk}": "Only for the first #bread",
    }
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert not Post.objects.exists()  # nothing was saved to get the verdict
    assert said["previews"].count('<article class="mock on-feed"') == 6
    assert '<span class="lk">#bread</span>' in said["previews"]
    assert said["previews"].count("Fresh bread at seven.") == 6 * 5
    assert said["previews"].count('alt="A round loaf"') == 6
    refused = re.findall(r'class="note fit bad".*?</ul>', said["checks"], re.DOTALL)
    assert len(refused) == 1
    assert "bakery5</b>" in refused[0]
    assert "The text is 32 characters too long" in refused[0]
    assert "There is 1 picture, and a post holds 0" in refused[0]
    assert "bakery0" not in said["checks"]
    assert "132 of 500" in said["counters"]
    assert "132 of 100" in said["counters"]
    sent |= {f"text-{six[5].pk}": "Short and dry", f"without-{six[5].pk}": picture}
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "note fit bad" not in said["checks"]
    assert "bakery5" not in said["checks"]
    assert said["previews"].count('alt="A round loaf"') == 5
    assert "Fits 6 channels" in said["checks"]


@pytest.fixture
def planned(inside, post, channel, boss, space):
    """Planned for a Tuesday at nine on the wall of the channel, which lives in New York."""
    channels.set_zone(channel, "America/New_York", by=boss)
    zone = ZoneInfo("America/New_York")
    today = timezone.localdate(timezone=zone)
    tuesday = today + timedelta(days=8 + (7 - today.weekday()) % 7)
    sent = {
        "text": post.text,
        "channels": [channel.pk],
        "version": post.version,
        "campaign": post.campaign_id,
        "day": str(tuesday),
        "hour": "09:00",
        "zone": zone.key,
        "do": "schedule",
    }
    inside.post(f"/w/bakery/posts/{post.pk}/", sent)
    post.refresh_from_db()
    assert post.planned_for == datetime.combine(tuesday, time(9), tzinfo=zone)
    return post


@pytest.mark.accepts("HS-3")
def test_a_post_goes_from_tuesday_nine_to_wednesday_six_on_the_wall_of_its_channel(
    inside, planned, channel
):
    zone = ZoneInfo("America/New_York")
    wednesday = planned.planned_for.astimezone(zone).date() + timedelta(days=1)
    page = inside.get(f"/w/bakery/calendar/?view=week&d={wednesday}&channel={channel.pk}")
    assert "times in America/New_York" in page.content.decode()
    to = {"date": f"{wednesday}T18:00", "zone": zone.key}
    said = inside.post(f"/w/bakery/posts/{planned.pk}/move/", to, **JSON).json()
    assert "Moved to Wed" in said["text"]
    assert "18:00 America/New_York" in said["text"]
    delivery = Delivery.objects.get(state="planned")
    assert delivery.planned_for == datetime.combine(wednesday, time(18), tzinfo=zone)


@pytest.mark.accepts("HS-3")
def test_a_minute_that_the_change_of_clocks_skips_is_refused_with_another(inside, planned):
    before = planned.planned_for
    to = {"date": "2027-03-14T02:30", "zone": "America/New_York"}
    answer = inside.post(f"/w/bakery/posts/{planned.pk}/move/", to, **JSON)
    assert answer.status_code == 422
    assert "02:30 does not exist" in answer.json()["problem"]
    assert "Take 03:30 instead" in answer.json()["problem"]
    planned.refresh_from_db()
    assert planned.planned_for == before


@pytest.mark.accepts("HS-5", "OP-11")
def test_words_changed_after_the_approval_do_not_go_out_and_the_difference_is_shown(
    inside, planned, member, channel, work, later, playground
):
    assert Delivery.objects.get().state == "planned"
    inside.force_login(member("editor").user)
    page = inside.get(f"/w/bakery/posts/{planned.pk}/").content.decode()
    assert "Any change voids the approval" in page
    sent = {
        "text": "Stale bread at seven",
        "channels": [channel.pk],
        "version": planned.version,
        "campaign": planned.campaign_id,
        "zone": "America/New_York",
        "do": "save",
    }
    local = planned.planned_for.astimezone(ZoneInfo("America/New_York"))
    sent |= {"day": f"{local:%Y-%m-%d}", "hour": f"{local:%H:%M}"}
    page = inside.post(f"/w/bakery/posts/{planned.pk}/", sent, follow=True).content.decode()
    assert "It will not go out as it is" in page
    with later(days=16):
        work()
    assert playground.stats["accepted"] == 0
    review = inside.get(f"/w/bakery/posts/{planned.pk}/review/").content.decode()
    assert '<del><span class="sr">removed: </span>Fresh</del>' in review
    assert '<ins><span class="sr">added: </span>Stale</ins>' in review
