"""A campaign goes on to another brand: as drafts, with media of its own, and once."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from clarion.accounts.actions import found_workspace, issue_token
from clarion.accounts.models import JournalEntry, Membership
from clarion.accounts.rights import NotAllowed
from clarion.channels import actions as channels
from clarion.content import actions as content
from clarion.content import library
from clarion.content.agreement import approval
from clarion.content.copying import How, copy_campaign
from clarion.content.models import Decision, Media, Post
from clarion.kit.errors import NotYet
from clarion.publishing.models import Delivery


@pytest.fixture
def butcher(owner):
    return found_workspace(owner, "Butcher", time_zone="America/New_York")


@pytest.fixture
def there(butcher):
    return butcher.memberships.get().actor()


@pytest.fixture
def shop(butcher, there, playground):
    """The butcher's account."""
    answers = {"server": playground.url, "handle": "butcher"}
    [channel] = channels.start(butcher, "playground", answers, "", by=there)
    return channel


@pytest.fixture
def full(post, png, boss, space, channel, second):
    """A post with everything: picture, rights, labels, words of its own, an approval."""
    medium = library.add(space, "loaf.png", png, alt="A loaf", by=boss)
    until = timezone.now() + timedelta(days=300)
    rights = {"rights_by": "Jo", "rights_until": until, "notes": "Cheap", "labels": ["Photo"]}
    medium = library.change(medium, **rights, by=boss)
    post = content.edit(
        post,
        version=post.version,
        planned_for=nine(space.zone, 40),
        media=[medium],
        labels=["Bread"],
        first_comment="Recipe below",
        channels=[channel, second],
        variants={channel.pk: {"text": "Just for them", "without": [medium.pk]}},
        by=boss,
    )
    approval.approve(post, seal=post.seal(), by=boss)
    return post


def nine(zone, days):
    day = timezone.localdate(timezone=zone) + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 9, tzinfo=zone)


def test_all_that_is_said_comes_along_and_nothing_that_was_decided(
    full, campaign, butcher, boss, there, channel, shop
):
    made = copy_campaign(campaign, butcher, How({channel.pk: shop}, 7), by=boss, there=there)
    [copy] = made.posts
    assert (copy.workspace, copy.campaign.name, copy.state) == (butcher, "Spring", "draft")
    assert (copy.text, copy.first_comment) == (full.text, "Recipe below")
    assert [label.name for label in copy.labels.all()] == ["Bread"]
    [variant] = copy.variants.all()
    assert (variant.channel, variant.text) == (shop, "Just for them")
    [medium] = copy.pieces()
    assert medium.workspace == butcher
    assert variant.without == [medium.pk]
    assert (medium.alt, medium.rights_by, medium.notes) == ("A loaf", "Jo", "")
    assert medium.rights_until == full.pieces()[0].rights_until
    assert [label.workspace for label in medium.labels.all()] == [butcher]
    assert medium.path.exists()
    assert not Decision.objects.filter(post=copy).exists()
    assert not Delivery.objects.filter(variant__post=copy).exists()
    assert copy.campaign.budget == 0


def test_the_hour_of_the_day_is_that_of_the_other_brand(
    full, campaign, butcher, boss, there, channel, shop, space
):
    start = nine(space.zone, 50).date()
    how = How({channel.pk: shop}, starts_on=start)
    [copy] = copy_campaign(campaign, butcher, how, by=boss, there=there).posts
    local = copy.planned_for.astimezone(butcher.zone)
    assert (local.date(), local.hour) == (start, 9)


def test_a_time_that_would_have_passed_is_left_open_and_counted(
    full, campaign, butcher, boss, there, channel, shop
):
    how = How({channel.pk: shop}, -90)
    made = copy_campaign(campaign, butcher, how, by=boss, there=there)
    assert (made.undated, made.posts[0].planned_for) == (1, None)


def test_again_adds_only_what_is_new(
    full, campaign, butcher, boss, there, channel, shop, space
):
    def again():
        return copy_campaign(campaign, butcher, How({channel.pk: shop}), by=boss, there=there)

    first = again()
    content.edit(first.posts[0], version=1, text="Ours now", by=there)
    content.write(space, "One more", [channel], campaign=campaign, by=boss)
    second = again()
    assert [post.text for post in second.posts] == ["One more"]
    assert (second.here, second.campaign) == (1, first.campaign)
    assert butcher.posts.count() == 2
    assert Media.objects.filter(workspace=butcher).count() == 1


def test_both_journals_say_so(full, campaign, butcher, boss, there, channel, shop, space):
    copy_campaign(campaign, butcher, How({channel.pk: shop}), by=boss, there=there)
    rows = JournalEntry.objects.filter(did__startswith="campaign.copied")
    said = {row.workspace: row.after for row in rows}
    assert said[space] == {"into": "Butcher: Spring", "posts": 1, "left": 0}
    assert said[butcher] == {"from": "Bakery: Spring", "posts": 1, "left": 0}


def test_rights_are_needed_on_both_sides(
    full, campaign, butcher, boss, there, channel, shop, owner, member
):
    how = How({channel.pk: shop})
    with pytest.raises(NotAllowed):
        copy_campaign(campaign, butcher, how, by=member("client").actor(), there=there)
    Membership.objects.filter(workspace=butcher).update(role="analyst")
    weak = butcher.memberships.get().actor()
    with pytest.raises(NotAllowed):
        copy_campaign(campaign, butcher, how, by=boss, there=weak)
    assert not Post.objects.filter(workspace=butcher).exists()


def test_two_channels_into_one_are_refused(
    full, campaign, butcher, boss, there, channel, second, shop
):
    how = How({channel.pk: shop, second.pk: shop})
    with pytest.raises(NotYet, match="lead to the same"):
        copy_campaign(campaign, butcher, how, by=boss, there=there)


def test_on_the_page_brand_days_and_channels_are_chosen(
    full, campaign, butcher, channel, second, shop, owner
):
    client = Client()
    client.force_login(owner)
    address = f"/w/bakery/campaigns/{campaign.pk}/copy/"
    assert "Copy to another brand" in client.get(address[: -len("copy/")]).content.decode()
    assert "?into=butcher" in client.get(address).content.decode()
    assert client.get(f"{address}?into=nobody").status_code == 404
    form = {"days": 7, f"channel_{channel.pk}": shop.pk, f"channel_{second.pk}": ""}
    answer = client.post(f"{address}?into=butcher", form, follow=True)
    assert "1 post copied as drafts." in answer.content.decode()
    assert Post.objects.get(workspace=butcher).variants.get().channel == shop


def test_a_program_shows_a_token_of_each_brand(
    full, campaign, butcher, channel, shop, space, owner
):
    def token(workspace):
        mine = workspace.memberships.get(user=owner)
        scopes = ["read", "write", "plan"]
        return issue_token(mine, "copier", scopes, by=mine.actor())[1]

    def ask(**body):
        return Client().post(
            f"/api/v1/campaigns/{campaign.pk}/copies",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token(space)}"},
        )

    mapped = {str(channel.pk): shop.pk}
    assert ask(token="clarion_wrong", channels=mapped).status_code == 422
    answer = ask(token=token(butcher), channels=mapped, starts_on=str(date(2030, 1, 7)))
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (len(said["posts"]), said["here"], said["left"]) == (1, 0, 0)
    assert Post.objects.get(pk=said["posts"][0]).workspace == butcher
    again = ask(token=token(butcher), channels=mapped).json()
    assert (again["posts"], again["here"]) == ([], 1)
    wrong = ask(token=token(butcher), channels={str(channel.pk): channel.pk})
    assert "has no channel" in wrong.json()["problem"]
