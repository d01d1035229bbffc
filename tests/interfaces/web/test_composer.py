"""The composer: what is typed is kept, what a network would refuse is said beforehand."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from tests.film_kit import in_library

from clarion.accounts.models import Notice
from clarion.channels.models import Channel
from clarion.content import actions as content
from clarion.content import library
from clarion.content.agreement import approval
from clarion.content.models import Media, Post
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery

JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def soon(space):
    return (timezone.now() + timedelta(days=2)).astimezone(space.zone).replace(second=0)


@pytest.fixture
def picture(space, boss, png):
    return library.add(space, "loaf.png", png, by=boss)


def fields(post=None, /, *channels, **more):
    """The form as a browser sends it."""
    base = {"text": "Fresh bread at seven", "channels": [c.pk for c in channels], "version": 0}
    if post is not None:
        base |= {
            "version": post.version,
            "channels": [v.channel_id for v in post.variants.all()],
        }
    return {**base, **more}


def when(at):
    return {"day": f"{at:%Y-%m-%d}", "hour": f"{at:%H:%M}", "zone": "Europe/Berlin"}


def page_of(post):
    return f"/w/bakery/posts/{post.pk}/"


def text_of(answer):
    return answer.content.decode()


# --- writing --------------------------------------------------------------------------------


def test_a_new_post_is_kept_as_a_draft(inside, channel, campaign):
    sent = fields(
        None, channel, more=["And rolls"], campaign=campaign.pk, link="https://a.example/b"
    )
    answer = inside.post("/w/bakery/compose/", sent)
    post = Post.objects.get()
    assert answer["Location"] == page_of(post)
    assert (post.text, post.more, post.link) == (
        "Fresh bread at seven",
        ["And rolls"],
        "https://a.example/b",
    )
    assert (post.state, post.campaign) == ("draft", campaign)
    assert [v.channel for v in post.variants.all()] == [channel]


def test_each_channel_can_have_its_own_words_and_settings(inside, channel):
    sent = fields(
        None, channel, **{f"text-{channel.pk}": "For you", f"opt-{channel.pk}-sensitive": "yes"}
    )
    inside.post("/w/bakery/compose/", sent)
    variant = Post.objects.get().variants.get()
    assert (variant.text, variant.options) == ("For you", {"sensitive": "yes"})
    page = text_of(inside.get(page_of(variant.post)))
    assert "For you" in page
    assert "Sensitive content" in page


def test_a_refused_field_keeps_all_that_was_typed(inside, channel):
    sent = fields(None, channel, text="Words worth keeping", link="not a link")
    answer = inside.post("/w/bakery/compose/", sent)
    assert answer.status_code == 422
    assert "Words worth keeping" in text_of(answer)
    assert "not a link" in text_of(answer)
    assert "must be a web address" in text_of(answer)
    assert not Post.objects.exists()


def test_a_time_that_does_not_exist_does_not_cost_the_text(inside, post):
    day = {"day": "2027-03-28", "hour": "02:30", "zone": "Europe/Berlin"}
    answer = inside.post(page_of(post), fields(post, text="New words", **day))
    assert answer.status_code == 422
    assert "Take 03:30 instead" in text_of(answer)
    post.refresh_from_db()
    assert (post.text, post.planned_for) == ("New words", None)


def test_a_day_from_the_calendar_fills_the_field(inside, space):
    page = text_of(inside.get("/w/bakery/compose/?date=2027-01-05"))
    assert 'value="2027-01-05"' in page


def test_the_only_channel_is_chosen_already(inside, channel):
    page = text_of(inside.get("/w/bakery/compose/"))
    assert f'value="{channel.pk}" checked' in page


def test_write_again_starts_from_the_words_of_another_post(inside, post):
    page = text_of(inside.get(f"/w/bakery/compose/?from={post.pk}"))
    assert "Fresh bread at seven" in page
    assert 'action="/w/bakery/compose/"' in page


# --- saving by itself -----------------------------------------------------------------------


def test_the_first_autosave_makes_the_post_and_says_where_it_is(inside, channel):
    said = inside.post("/w/bakery/compose/save/", fields(None, channel), **JSON).json()
    post = Post.objects.get()
    assert said["page"] == page_of(post)
    assert said["version"] == post.version
    assert ":" in said["saved"]


def test_autosave_keeps_the_words_and_says_what_is_wrong_with_the_time(inside, post):
    sent = fields(post, text="New words", day="2020-01-01", hour="09:00")
    said = inside.post(f"{page_of(post)}save/", sent, **JSON).json()
    post.refresh_from_db()
    assert post.text == "New words"
    assert "has passed" in said["problems"]["at"]


def test_the_second_writer_sees_the_words_of_the_first_and_keeps_their_own(
    inside, post, member
):
    sent = fields(post, text="Mine")
    bo = member("editor").actor()
    content.edit(post, version=post.version, text="Theirs", by=bo)
    answer = inside.post(f"{page_of(post)}save/", sent, **JSON)
    assert answer.status_code == 409
    assert "Theirs" in answer.json()["html"]
    plain = inside.post(page_of(post), sent)
    assert plain.status_code == 409
    assert "Theirs" in text_of(plain)
    assert ">Mine</textarea>" in text_of(plain)
    post.refresh_from_db()
    assert post.text == "Theirs"


def test_an_approved_post_is_not_saved_by_itself(inside, post, boss):
    assert 'data-save="' in text_of(inside.get(page_of(post)))
    approval.approve(post, post.seal(), by=boss)
    page = text_of(inside.get(page_of(post)))
    assert 'data-save="' not in page
    assert "Any change voids the approval" in page


# --- pictures -------------------------------------------------------------------------------


def test_good_pictures_come_in_and_bad_ones_say_why_not(inside, space, png):
    files = [
        SimpleUploadedFile("loaf.png", png, "image/png"),
        SimpleUploadedFile("notes.txt", b"hello", "text/plain"),
    ]
    said = inside.post("/w/bakery/media/add/", {"files": files}, **JSON).json()
    assert len(said["items"]) == 1
    assert "notes.txt: This is not a file that Clarion knows" in said["problems"][0]
    assert Media.objects.get().name == "loaf.png"


def test_without_scripts_pictures_come_with_the_form(inside, channel, png):
    file = SimpleUploadedFile("loaf.png", png, "image/png")
    inside.post("/w/bakery/compose/", fields(None, channel, files=[file]))
    assert [m.name for m in Post.objects.get().pieces()] == ["loaf.png"]


def test_a_bad_file_does_not_cost_the_text(inside, channel):
    file = SimpleUploadedFile("loaf.png", b"not a picture", "image/png")
    answer = inside.post("/w/bakery/compose/", fields(None, channel, files=[file]))
    assert answer.status_code == 422
    assert "loaf.png: This is not a file" in text_of(answer)
    assert Post.objects.get().text == "Fresh bread at seven"


def test_a_picture_without_alternative_text_reminds_and_takes_one(inside, post, picture):
    sent = fields(post, media=[picture.pk], **{f"alt-{picture.pk}": ""})
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "alternative text" in said["checks"]
    assert said["blocked"] is False
    sent[f"alt-{picture.pk}"] = "A round loaf"
    assert (
        "alternative text for"
        not in inside.post("/w/bakery/compose/check/", sent, **JSON).json()["checks"]
    )
    inside.post(page_of(post), sent)
    picture.refresh_from_db()
    assert picture.alt == "A round loaf"


def test_new_alternative_text_voids_the_approval(inside, post, picture, boss):
    content.edit(post, version=post.version, media=[picture], by=boss)
    post.refresh_from_db()
    approval.approve(post, post.seal(), by=boss)
    post.refresh_from_db()
    sent = fields(post, media=[picture.pk], campaign=post.campaign_id)
    inside.post(page_of(post), {**sent, f"alt-{picture.pk}": "A round loaf"})
    post.refresh_from_db()
    assert post.state == "draft"


def test_pictures_are_shown_small_and_only_to_members(inside, space, boss, client):
    out = io.BytesIO()
    Image.new("RGBA", (2000, 1000), (200, 100, 0, 120)).save(out, "PNG")
    big = library.add(space, "wide.png", out.getvalue(), by=boss)
    answer = inside.get(f"/w/bakery/media/{big.pk}/small/")
    assert answer["Content-Type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (480, 240)
    assert inside.get(f"/w/bakery/media/{big.pk}/").content == big.path.read_bytes()
    client.logout()
    assert client.get(f"/w/bakery/media/{big.pk}/").status_code == 302


# --- what the networks would say ------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.com/brot", "https://example.com/brot"),
        ("bäckerei-müller.de", "https://bäckerei-müller.de"),
        ("http://example.com/", "http://example.com/"),
    ],
)
def test_a_link_needs_no_scheme(inside, channel, typed, kept):
    said = fields(None, channel, text="Bread", link=typed, do="save")
    inside.post("/w/bakery/compose/", said)
    assert Post.objects.get().link == kept


def test_a_post_that_was_not_begun_is_no_mistake(inside, channel):
    page = inside.get("/w/bakery/compose/").content.decode()
    assert "Write something or add a picture." in page
    assert "note bad" not in page


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("calendar", "Move a post"),
        ("compose", "Save now"),
        ("inbox", "Leave the answer"),
    ],
)
def test_the_sheet_of_shortcuts_has_those_of_the_page(inside, space, page, says):
    sheet = inside.get(f"/w/bakery/{page}/").content.decode().split('id="keys"')[1]
    assert says in sheet.split("</dialog>")[0]


def test_what_is_too_long_is_said_before_it_is_sent(inside, channel):
    sent = fields(None, channel, text="x" * 501)
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert said["blocked"] is True
    assert "1 character too long" in said["checks"]
    assert "<b>-1</b>" in said["counters"]
    assert "data-blocked" in said["buttons"]


def test_a_link_that_is_yet_to_come_is_asked_for(inside, channel):
    sent = fields(None, channel, text="Read more: [URL]")
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "“[URL]” still stands in the text" in said["checks"]
    assert said["blocked"] is False


def test_each_part_of_a_thread_has_its_own_room(inside, channel):
    sent = fields(None, channel, text="one", more=["x" * 499])
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "part 1" in said["counters"]
    assert "<b>497</b>" in said["counters"]
    assert "<b>1</b>" in said["counters"]


def test_the_zone_follows_the_channel(inside, channel, boss):
    from clarion.channels import actions as channels

    channels.set_zone(channel, "America/New_York", by=boss)
    said = inside.post("/w/bakery/compose/check/", fields(None, channel), **JSON).json()
    assert said["zone"] == "America/New_York"


def test_a_preview_never_runs_what_somebody_typed(inside, channel):
    sent = fields(None, channel, text="<script>alert(1)</script> #bread @bo https://a.example/")
    said = inside.post("/w/bakery/compose/check/", sent, **JSON).json()
    assert "<script>" not in said["previews"]
    assert '<span class="lk">#bread</span>' in said["previews"]
    assert '<span class="lk">@bo</span>' in said["previews"]


def test_the_brief_tells_what_was_learned(inside, campaign, space):
    from clarion.strategy.actions import learn

    learn(campaign, said_by="measurement", key="k", text="Mornings do best", evidence={})
    page = text_of(inside.get(f"/w/bakery/compose/brief/?campaign={campaign.pk}"))
    assert "Mornings do best" in page


# --- out with it ----------------------------------------------------------------------------


def test_schedule_plans_at_the_time_on_the_page_and_can_be_called_off(inside, post, soon):
    answer = inside.post(page_of(post), fields(post, do="schedule", **when(soon)), follow=True)
    assert "Scheduled for" in text_of(answer)
    delivery = Delivery.objects.get()
    assert (
        f"{delivery.planned_for.astimezone(soon.tzinfo):%Y-%m-%d %H:%M}"
        == f"{soon:%Y-%m-%d %H:%M}"
    )
    inside.post(f"{page_of(post)}cancel/")
    assert Delivery.objects.get().state == "cancelled"
    inside.post(f"{page_of(post)}plan/")
    assert Delivery.objects.filter(state="planned").count() == 1


def test_scheduling_the_rest_says_what_was_taken_down(inside, half_down, boss, soon):
    publishing.cancel(half_down, by=boss)
    page = text_of(inside.get(page_of(half_down)))
    assert "Write again" in page
    answer = inside.post(page_of(half_down), fields(half_down, do="schedule", **when(soon)))
    assert answer.status_code == 409
    assert "It was taken down on bakery" in text_of(answer)
    assert not Delivery.objects.filter(state="planned").exists()


def test_taking_back_a_calling_off_leaves_down_what_was_taken_down(inside, half_down, second):
    inside.post(f"{page_of(half_down)}cancel/")
    inside.post(f"{page_of(half_down)}plan/")
    assert [d.channel for d in Delivery.objects.filter(state="planned")] == [second]


def test_schedule_without_a_time_asks_for_one(inside, post):
    answer = inside.post(page_of(post), fields(post, do="schedule"))
    assert answer.status_code == 422
    assert "Choose when it should go out" in text_of(answer)


def test_schedule_without_a_channel_asks_for_one(inside, space, soon):
    answer = inside.post("/w/bakery/compose/", fields(None, do="schedule", **when(soon)))
    assert answer.status_code == 422
    assert "Choose at least one channel" in text_of(answer)
    assert Post.objects.get().text == "Fresh bread at seven"


def test_publish_now_asks_first_and_goes_out_once(inside, post, work, playground):
    page = text_of(inside.get(page_of(post)))
    assert "cannot be called back" in page
    for _ in range(2):
        inside.post(page_of(post), fields(Post.objects.get(), do="now"))
        work()
    assert playground.stats["accepted"] == 1
    page = text_of(inside.get(page_of(post)))
    assert "See it" in page
    assert "It is out, so its words stand" in page


def test_the_bin_calls_off_and_gives_back(inside, post, boss, soon):
    publishing.schedule(post, soon, by=boss)
    post.refresh_from_db()
    inside.post(page_of(post), fields(post, do="bin", **when(soon)))
    post.refresh_from_db()
    assert post.state == "binned"
    assert Delivery.objects.get().state == "cancelled"
    assert "in the bin" in text_of(inside.get(page_of(post)))
    inside.post(f"{page_of(post)}restore/")
    post.refresh_from_db()
    assert post.state == "draft"


def test_a_reader_sees_the_post_and_no_buttons(client, post, member):
    client.force_login(member("analyst").user)
    page = text_of(client.get(page_of(post)))
    assert "Fresh bread at seven" in page
    assert 'value="schedule"' not in page
    assert client.post(page_of(post), fields(post, text="Mine")).status_code == 403
    post.refresh_from_db()
    assert post.text == "Fresh bread at seven"


def test_a_note_stays_in_the_history(inside, post):
    inside.post(f"{page_of(post)}note/", {"note": "Ask Ines about the flour"})
    assert "Ask Ines about the flour" in text_of(inside.get(page_of(post)))


def test_what_is_out_on_one_channel_stays_while_the_other_can_still_change(
    inside, space, channel, boss, playground, work
):
    from clarion.channels import actions as channels

    answers = {"server": playground.url, "handle": "second"}
    [second] = channels.start(space, "playground", answers, "", by=boss)
    post = content.write(
        space,
        "Fresh bread",
        [channel, second],
        variants={channel.pk: {"options": {"sensitive": "yes"}}},
        by=boss,
    )
    publishing.publish_now(post, by=boss)
    publishing.drop(Delivery.objects.get(channel=second), by=boss)
    work()
    post.refresh_from_db()
    page = text_of(inside.get(page_of(post)))
    assert "readonly" in page
    both = {"channels": [channel.pk, second.pk], f"text-{second.pk}": "Later, for you"}
    sent = {"text": "Fresh bread", "version": post.version, **both}
    assert inside.post(page_of(post), sent).status_code == 302
    words = {v.channel_id: (v.text, v.options) for v in post.variants.all()}
    assert words == {channel.pk: ("", {"sensitive": "yes"}), second.pk: ("Later, for you", {})}
    answer = inside.post(page_of(post), {**sent, "text": "Stale bread", "version": 99})
    assert answer.status_code == 409


@pytest.mark.parametrize(
    "hostile",
    [
        {"text": "x" * 300_000},
        {"text": "a\x00b"},
        {"more": ["part"] * 400},
        {"channels": ["x", "99999999999999999999", "-1", "²"]},
        {"media": ["x", "0", "99999999999999999"], "campaign": "99999999999999999"},
        {"day": "0001-01-01", "hour": "00:00", "zone": "Europe/Berlin"},
        {"day": "9999-12-31", "hour": "23:59", "zone": "Nowhere/Land"},
        {"day": "yesterday", "hour": "25:99", "version": "²"},
        {"link": "javascript:alert(1)"},
    ],
)
def test_hostile_fields_are_answered_with_a_sentence(inside, post, hostile):
    sent = fields(post, **hostile)
    assert inside.post("/w/bakery/compose/check/", sent, **JSON).status_code == 200
    for address in (page_of(post), "/w/bakery/compose/"):
        assert inside.post(address, {**sent, "do": "schedule"}).status_code in (302, 409, 422)


# --- deliveries -----------------------------------------------------------------------------


@pytest.fixture
def held(delivery, work):
    """Its time passed without success, so it may have lost its sense."""
    past = timezone.now() - timedelta(days=2)
    Delivery.objects.update(planned_for=past)
    work()
    delivery.refresh_from_db()
    assert delivery.state == "held"
    return delivery


def act(client, delivery, do, **data):
    return client.post(f"/w/bakery/deliveries/{delivery.pk}/{do}/", data)


def test_a_held_delivery_is_tried_again_with_one_click(inside, held, work, playground):
    page = text_of(inside.get(page_of(held.variant.post)))
    assert "Try again" in page
    assert "Trying again cannot post it twice" in page
    act(inside, held, "retry")
    work()
    held.refresh_from_db()
    assert held.state == "live"
    assert playground.stats["accepted"] == 1
    assert not Notice.objects.filter(solved_at=None).exists()


def test_what_may_be_out_is_looked_up_and_never_sent_again(inside, delivery, work, playground):
    playground.fault("lose_answer", next=1, seconds=0.1)
    work()
    Delivery.objects.update(state="held", due_at=None, problem="It may be live already.")
    page = text_of(inside.get(page_of(delivery.variant.post)))
    assert "looks on the network first" in page
    assert "I looked: it is not there, send it again" in page
    act(inside, delivery, "retry")
    work()
    delivery.refresh_from_db()
    assert delivery.state == "live"
    assert playground.stats["accepted"] == 1


def test_pressing_retry_twice_is_refused_the_second_time(inside, held):
    act(inside, held, "retry")
    assert act(inside, held, "retry").status_code == 409


def test_what_was_found_by_hand_is_noted_as_live(inside, held):
    wrong = inside.post(
        f"/w/bakery/deliveries/{held.pk}/is-live/", {"url": "nonsense"}, HTTP_HX_REQUEST="true"
    )
    assert wrong.status_code == 422
    assert "nonsense" in text_of(wrong)
    act(inside, held, "is-live", url="https://example.social/p/1")
    held.refresh_from_db()
    assert (held.state, held.url) == ("live", "https://example.social/p/1")


def test_a_delivery_can_be_given_up(inside, held):
    act(inside, held, "drop")
    held.refresh_from_db()
    assert held.state == "cancelled"


def test_a_live_post_can_be_taken_down(inside, delivery, work, playground):
    work()
    act(inside, delivery, "take-down")
    delivery.refresh_from_db()
    assert delivery.state == "removed"
    assert playground.stats["live"] == 0


def test_only_those_who_may_publish_decide_about_deliveries(client, held, member):
    client.force_login(member("editor").user)
    for do in ("retry", "not-there", "drop", "is-live", "take-down"):
        assert act(client, held, do, url="https://a.example/").status_code == 403
    held.refresh_from_db()
    assert held.state == "held"
    assert f"deliveries/{held.pk}/retry/" not in text_of(client.get(page_of(held.variant.post)))


def test_a_post_page_costs_a_handful_of_queries(
    inside, held, boss, django_assert_max_num_queries
):
    post = held.variant.post
    for n in range(30):
        approval.add_note(post, f"Note {n}", by=boss)
    inside.get(page_of(post))
    with django_assert_max_num_queries(43):
        inside.get(page_of(post))


# --- by hand --------------------------------------------------------------------------------


def test_who_posts_it_is_chosen_while_writing(inside, space, channel, soon, member):
    bo = member("editor")
    said = fields(None, channel, do="schedule", **when(soon), **{f"hand-{channel.pk}": bo.pk})
    inside.post("/w/bakery/compose/", said)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.hand_id) == ("by_hand", bo.pk)
    page = text_of(inside.get(page_of(Post.objects.get())))
    assert f'<option value="{bo.pk}" selected>Bo, by hand</option>' in page


def test_where_only_a_program_is_in_the_way_a_person_is_offered(inside, space):
    sky = Channel.objects.create(
        workspace=space, network_key="bluesky", remote_id="did:plc:x", handle="bakery.example"
    )
    said = fields(None, sky, media=[in_library(space).pk])
    page = text_of(inside.post("/w/bakery/compose/check/", said))
    assert "A person can post this in the app" in page
    handed = {**said, f"hand-{sky.pk}": "person"}
    page = text_of(inside.post("/w/bakery/compose/check/", handed))
    assert "A person can post this in the app" not in page
    assert "It goes out all the same." in page


def test_words_that_are_too_long_are_nothing_for_a_person_either(inside, channel):
    page = text_of(
        inside.post("/w/bakery/compose/check/", fields(None, channel, text="x" * 501))
    )
    assert "A person can post this in the app" not in page
