"""The world of the tests: a practice network, a bakery and its people."""

import signal
from datetime import timedelta

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

# How quick this machine is at the moment says nothing about the code.
hypothesis_settings.register_profile(
    "steady", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("steady")

# Started in the background, tests and all that they start would be deaf to these.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_modifyitems(items):
    """Mark every test that touches the database, so that `-m "not db"` is truly quick."""
    for item in items:
        if {"db", "transactional_db"} & set(item.fixturenames):
            item.add_marker("db")


@pytest.fixture(scope="session")
def playground_server(tmp_path_factory):
    from tests.playground_kit import running

    with running(tmp_path_factory.mktemp("playground")) as place:
        yield place


@pytest.fixture
def playground(playground_server, settings):
    """The practice network, empty and without faults; simulated time stands still."""
    playground_server.reset()
    settings.PRIVATE_HOSTS_ALLOWED = [playground_server.host]
    return playground_server


@pytest.fixture
def rows(tmp_path):
    """The data files of the limit registry, to be changed: `rows.change("x", "280", "300")`."""
    from tests.limits_kit import Rows

    with Rows(tmp_path / "limits") as copy:
        yield copy


# --- the bakery -----------------------------------------------------------------------------


@pytest.fixture
def owner(db):
    from clarion.accounts.models import User

    return User.objects.create_user("ada@bakery.example", "correct horse battery", name="Ada")


@pytest.fixture
def space(owner):
    from clarion.accounts.actions import found_workspace

    return found_workspace(owner, "Bakery", time_zone="Europe/Berlin")


@pytest.fixture
def boss(space):
    """An actor with every right in the bakery."""
    return space.memberships.get(role="owner").actor()


@pytest.fixture
def member(space):
    """Make somebody with a role: member("editor").actor()."""
    from clarion.accounts.models import Membership, User

    def make(role, name="Bo", channel_roles=None):
        user = User.objects.create_user(
            f"{name.lower()}-{role}@bakery.example", "correct horse", name=name
        )
        return Membership.objects.create(
            workspace=space, user=user, role=role, channel_roles=channel_roles or {}
        )

    return make


@pytest.fixture
def channel(space, boss, playground):
    """The bakery's account on the practice network."""
    from clarion.channels import actions as channels

    [channel] = channels.start(
        space, "playground", {"server": playground.url, "handle": "bakery"}, "", by=boss
    )
    return channel


@pytest.fixture
def campaign(space, boss):
    from clarion.strategy import actions as strategy

    return strategy.start_campaign(
        space, "Spring", goal_metric="likes", goal_value=100, budget=50, by=boss
    )


@pytest.fixture
def post(space, campaign, channel, boss):
    """A draft."""
    from clarion.content import actions as content

    return content.write(space, "Fresh bread at seven", [channel], campaign=campaign, by=boss)


@pytest.fixture
def delivery(post, boss):
    """One approved post, due now."""
    from clarion.publishing import actions as publishing

    [delivery] = publishing.publish_now(post, by=boss)
    return delivery


@pytest.fixture
def second(space, boss, playground):
    """Another account of the bakery on the practice network."""
    from clarion.channels import actions as channels

    answers = {"server": playground.url, "handle": "second"}
    [channel] = channels.start(space, "playground", answers, "", by=boss)
    return channel


@pytest.fixture
def two(post, boss, channel, second):
    """One post for two channels, planned in three hours."""
    from django.utils import timezone

    from clarion.content import actions as content
    from clarion.publishing import actions as publishing

    post = content.edit(post, version=post.version, channels=[channel, second], by=boss)
    publishing.schedule(post, timezone.now() + timedelta(hours=3), by=boss)
    post.refresh_from_db()
    return post


@pytest.fixture
def half_down(two, boss, channel, work):
    """Of the post for two channels one was out and is taken down; the other waits."""
    from django.utils import timezone

    from clarion.publishing import actions as publishing
    from clarion.publishing.models import Delivery

    first = Delivery.objects.filter(channel=channel)
    first.update(due_at=timezone.now())
    work()
    publishing.take_down(first.get(), by=boss)
    return two


@pytest.fixture
def work():
    """Let the worker do all that is due."""
    from clarion.interfaces.worker.steps import run_until_idle

    return run_until_idle


@pytest.fixture
def later():
    """Travel: `with later(minutes=5): …`."""
    import time_machine
    from django.utils import timezone

    return lambda **by: time_machine.travel(timezone.now() + timedelta(**by), tick=True)


@pytest.fixture
def png():
    """A small picture."""
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (64, 48), "peru").save(out, "PNG")
    return out.getvalue()
