"""A page asks the database as little for many posts as for few."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.interfaces.api.conftest import program_of

from clarion.community.models import Conversation, Message
from clarion.content.models import Link, Post, Variant
from clarion.measurement.actions import append
from clarion.measurement.models import Click, Reading
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign

PAGES = (
    *(
        "",
        "calendar/",
        "calendar/?view=week",
        "calendar/?view=list",
        "approvals/",
        "needs-you/",
    ),
    *("inbox/", "results/", "results/?sort=revenue", "campaigns/", "strategy/", "paid/"),
)
LISTS = ("posts", "deliveries", "conversations", "campaigns")
FATES = (("approved", "live"), ("approved", "planned"), ("approved", "held"), ("review", None))
numbers = count()


@pytest.fixture
def more(space, channel):
    """more(3): so many posts of each fate, each with all that hangs on it."""

    def make(n):
        for _ in range(n):
            campaign = Campaign.objects.create(
                workspace=space, name="Spring", goal_metric="likes", goal_value=9
            )
            for state, fate in FATES:
                add(campaign, channel, state, fate)

    return make


def add(campaign, channel, state, fate):
    now, number = timezone.now(), next(numbers)
    post = Post.objects.create(
        workspace=campaign.workspace,
        campaign=campaign,
        text=f"Post {number}",
        author_name="Ada",
        state=state,
        planned_for=now + timedelta(minutes=number % 9),
    )
    variant = Variant.objects.create(post=post, channel=channel)
    if fate:
        id_ = f"r{number}" if fate == "live" else ""
        due = now + timedelta(days=1) if fate == "planned" else None
        delivery = Delivery.objects.create(
            variant=variant,
            channel=channel,
            state=fate,
            planned_for=now,
            live_at=now,
            remote_id=id_,
            due_at=due,
        )
        told(delivery, number)


def told(delivery, number):
    now, channel = timezone.now(), delivery.channel
    append([Reading(delivery=delivery, metric=m, total=number) for m in ("views", "likes")])
    link = Link.objects.create(
        variant=delivery.variant, code=f"{number:08}", target="https://x"
    )
    Click.objects.create(link=link, ref=f"{number}", at=now)
    talk = Conversation.objects.create(
        workspace=channel.workspace,
        channel=channel,
        delivery=delivery,
        thread=f"{number}",
        kind="comment",
        author="bo",
        last_at=now,
    )
    Message.objects.create(
        conversation=talk, channel=channel, remote_id=f"{number}", author="bo", text="?", at=now
    )


def asked(get, address):
    assert get(address).status_code == 200  # the first visit writes a session
    with CaptureQueriesContext(connection) as queries:
        get(address)
    return len(queries)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_more_for_many_posts(
    client, owner, space, more, page, django_assert_max_num_queries
):
    client.force_login(owner)
    address = f"/w/{space.slug}/{page}"
    more(2)
    few = asked(client.get, address)
    more(8)
    with django_assert_max_num_queries(few):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", LISTS)
def test_a_list_of_the_api_asks_no_more_for_many_rows(
    space, more, path, django_assert_max_num_queries
):
    program = program_of(space.memberships.get())
    more(2)
    few = asked(program.get, path)
    more(8)
    with django_assert_max_num_queries(few):
        assert len(program.get(path).json()["items"]) > 8
