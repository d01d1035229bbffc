"""Approvals: a yes covers bytes; a no says what to change; what is held waits for a person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.accounts.actions import change_workspace, notify
from clarion.accounts.models import Notice
from clarion.content import actions as content
from clarion.content.agreement import approval
from clarion.content.models import Post
from clarion.publishing import actions as publishing
from clarion.publishing.models import Delivery


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


@pytest.fixture
def asked(post, member):
    """Bo asks for approval of a post for the day after tomorrow."""
    bo = member("editor").actor()
    at = timezone.now() + timedelta(days=2)
    content.edit(post, version=post.version, planned_for=at, by=bo)
    approval.ask_for_approval(post, "Is the hour right?", by=bo)
    return Post.objects.get(pk=post.pk)


def review(client, post, do="", **data):
    url = f"/w/bakery/posts/{post.pk}/review/"
    return client.post(url, {"do": do, **data}) if do else client.get(url)


def text_of(answer):
    return answer.content.decode()


def test_the_list_shows_what_goes_out_first_first(inside, asked, space, channel, boss):
    sooner = content.write(space, "Rolls at six", [channel], by=boss)
    at = timezone.now() + timedelta(days=1)
    content.edit(sooner, version=sooner.version, planned_for=at, by=boss)
    approval.ask_for_approval(sooner, by=boss)
    undated = content.write(space, "Some day", [channel], by=boss)
    approval.ask_for_approval(undated, by=boss)
    page = text_of(inside.get("/w/bakery/approvals/"))
    assert page.index("Rolls at six") < page.index("Fresh bread") < page.index("Some day")


def test_an_empty_list_says_what_comes_here(inside, space):
    assert "Nothing waits for you" in text_of(inside.get("/w/bakery/approvals/"))


def test_the_review_shows_everything_a_yes_covers(inside, asked):
    page = text_of(review(inside, asked))
    for words in (
        "Fresh bread at seven",
        "Is the hour right?",
        "Bo",
        "Europe/Berlin",
        "bakery",
    ):
        assert words in page
    assert asked.seal() in page


def test_a_yes_by_one_who_may_schedule_puts_it_on_its_way(inside, asked):
    answer = review(inside, asked, "approve", seal=asked.seal())
    assert answer.status_code == 302
    assert "Approved and scheduled for" in text_of(inside.get(answer["Location"]))
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.planned_for) == ("planned", asked.planned_for)
    assert not Notice.objects.filter(solved_at=None).exists()


def test_a_yes_does_not_bring_back_what_was_taken_down(inside, half_down, boss, second):
    publishing.cancel(half_down, by=boss)
    content.edit(
        half_down,
        version=half_down.version,
        variants={second.pk: {"text": "Rolls at seven"}},
        by=boss,
    )
    approval.ask_for_approval(half_down, by=boss)
    half_down.refresh_from_db()
    review(inside, half_down, "approve", seal=half_down.seal())
    assert [d.channel for d in Delivery.objects.filter(state="planned")] == [second]


def test_a_yes_by_a_client_says_what_is_missing(client, asked, member):
    client.force_login(member("client", "Cleo").user)
    answer = review(client, asked, "approve", seal=asked.seal())
    assert "Somebody who may schedule" in text_of(client.get(answer["Location"]))
    asked.refresh_from_db()
    assert asked.state == "approved"
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("at", "words"), [(None, "It has no day yet"), (-1, "Its time has passed")]
)
def test_a_yes_without_a_good_time_says_so(inside, asked, at, words):
    planned_for = None if at is None else timezone.now() + timedelta(hours=at)
    Post.objects.update(planned_for=planned_for)
    asked.refresh_from_db()
    answer = review(inside, asked, "approve", seal=asked.seal())
    assert words in text_of(inside.get(answer["Location"]))
    assert not Delivery.objects.exists()


def test_a_yes_to_other_bytes_is_refused_and_keeps_the_note(inside, asked, boss):
    seen = asked.seal()
    content.edit(asked, version=asked.version, text="Rolls at seven", by=boss)
    answer = review(inside, asked, "approve", seal=seen, note="Lovely")
    assert answer.status_code == 409
    assert "has changed since you looked" in text_of(answer)
    assert "Lovely" in text_of(answer)
    assert "Rolls at seven" in text_of(answer)
    asked.refresh_from_db()
    assert asked.state == "review"


def test_a_no_needs_a_reason_and_reaches_the_writer(inside, asked):
    assert "Say what should change" in text_of(review(inside, asked, "return"))
    review(inside, asked, "return", note="Mention the rolls")
    asked.refresh_from_db()
    assert asked.state == "draft"
    page = text_of(inside.get(f"/w/bakery/posts/{asked.pk}/"))
    assert "Mention the rolls" in page


def test_what_changed_since_the_last_yes_is_marked_word_by_word(inside, asked, boss):
    approval.approve(asked, asked.seal(), by=boss)
    asked.refresh_from_db()
    content.edit(asked, version=asked.version, text="Fresh bread at eight", by=boss)
    approval.ask_for_approval(asked, by=boss)
    page = text_of(review(inside, asked))
    assert '<del><span class="sr">removed: </span>seven</del>' in page
    assert '<ins><span class="sr">added: </span>eight</ins>' in page


def test_in_a_four_eyes_workspace_nobody_approves_their_own(inside, space, post, boss):
    change_workspace(space, {"four_eyes": True}, by=boss)
    approval.ask_for_approval(post, by=boss)
    answer = review(inside, post, "approve", seal=post.seal())
    assert answer.status_code == 403
    assert "somebody else than the writer approves" in text_of(answer)


def test_a_writer_may_look_but_not_decide(client, asked, member):
    client.force_login(member("editor", "Cy").user)
    assert 'value="approve"' not in text_of(review(client, asked))
    assert review(client, asked, "approve", seal=asked.seal()).status_code == 403
    asked.refresh_from_db()
    assert asked.state == "review"


def test_the_list_costs_a_handful_of_queries(
    inside, space, channel, boss, django_assert_max_num_queries
):
    for n in range(40):
        post = content.write(space, f"Post {n}", [channel], by=boss)
        approval.ask_for_approval(post, by=boss)
    inside.get("/w/bakery/approvals/")
    with django_assert_max_num_queries(25):
        assert "Page 1 of 2" in text_of(inside.get("/w/bakery/approvals/"))


# --- needs you, notifications ---------------------------------------------------------------


@pytest.fixture
def held(delivery, work):
    Delivery.objects.update(planned_for=timezone.now() - timedelta(days=2))
    work()
    return Delivery.objects.get()


def test_what_is_held_waits_with_its_reason_and_a_way_on(inside, held, work):
    page = text_of(inside.get("/w/bakery/needs-you/"))
    assert "Its time passed a day ago" in page
    url = f"/w/bakery/deliveries/{held.pk}/retry/"
    assert url in page
    answer = inside.post(url, {"with_post": "1"})
    assert answer["Location"] == "/w/bakery/needs-you/"
    work()
    assert "Nothing needs you" in text_of(inside.get("/w/bakery/needs-you/"))


def test_one_row_is_answered_in_place(inside, held):
    url = f"/w/bakery/deliveries/{held.pk}/retry/"
    answer = inside.post(url, {"with_post": "1"}, HTTP_HX_REQUEST="true")
    assert text_of(answer).lstrip().startswith("<li")
    assert "Planned" in text_of(answer)
    assert "Trying again" in answer["HX-Trigger"]


def test_a_notice_leads_to_the_thing_and_can_be_put_away_and_back(inside, space):
    notify(space.pk, "delivery:1", "Not published. The text is too long.", "posts/1/")
    page = text_of(inside.get("/w/bakery/notifications/"))
    assert "The text is too long" in page
    assert "/w/bakery/posts/1/" in page
    notice = Notice.objects.get()
    inside.post(f"/w/bakery/notifications/{notice.pk}/dismiss/")
    assert "All quiet" in text_of(inside.get("/w/bakery/notifications/"))
    inside.post(f"/w/bakery/notifications/{notice.pk}/back/")
    assert "The text is too long" in text_of(inside.get("/w/bakery/notifications/"))


def test_a_notice_told_anew_is_not_doubled_by_an_undo(inside, space, boss):
    from clarion.accounts.actions import dismiss

    notify(space.pk, "delivery:1", "Not published.", "posts/1/")
    first = Notice.objects.get()
    dismiss(first, by=boss)
    notify(space.pk, "delivery:1", "Not published.", "posts/1/")
    inside.post(f"/w/bakery/notifications/{first.pk}/back/")
    assert Notice.objects.filter(solved_at=None).count() == 1


def test_many_held_deliveries_cost_a_handful_of_queries(
    inside, space, channel, boss, django_assert_max_num_queries
):
    for n in range(40):
        post = content.write(space, f"Post {n}", [channel], by=boss)
        variant = post.variants.get()
        Delivery.objects.create(variant=variant, channel=channel, state="held", problem="No.")
    inside.get("/w/bakery/needs-you/")
    with django_assert_max_num_queries(20):
        assert "Page 1 of 2" in text_of(inside.get("/w/bakery/needs-you/"))
