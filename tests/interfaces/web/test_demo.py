import time

import pytest
from django.utils import timezone

from clarion.accounts.journal import verify
from clarion.accounts.models import User, Workspace
from clarion.ads.queries import purse
from clarion.channels.models import Channel
from clarion.community.models import Conversation
from clarion.content.models import Media, Post
from clarion.interfaces.demo.build import make
from clarion.interfaces.demo.farewell import remove
from clarion.kit.errors import NotYet
from clarion.listening.models import Mention
from clarion.measurement.goals import flat, tree
from clarion.measurement.models import Meter, Reading
from clarion.measurement.queries import of_workspace
from clarion.publishing.models import Delivery
from clarion.strategy.models import Campaign


@pytest.fixture
def there(playground, settings):
    """The installation's own practice network."""
    settings.PLAYGROUND_URL = playground.url
    return playground


@pytest.fixture
def demo(owner, there):
    return make(owner, time_zone="Europe/Berlin")


def test_the_demo_has_ninety_days_behind_it_and_weeks_ahead(demo):
    live = Delivery.objects.filter(channel__workspace=demo, state="live")
    assert live.count() > 120
    first = live.order_by("live_at").first().live_at
    assert 85 <= (timezone.now() - first).days <= 90
    assert Delivery.objects.filter(state="planned", due_at__gt=timezone.now()).count() >= 12
    assert Post.objects.filter(state="review").count() == 4
    assert Conversation.objects.filter(state="open").count() == 7
    assert Mention.objects.count() == 24


def test_the_demos_numbers_are_those_of_its_readings(demo):
    results = of_workspace(demo)
    assert results["views"].value > 50_000
    assert 0.02 < results["engagement_rate"].value / 100 < 0.12
    assert results["clicks"].value > 500
    assert results["revenue"].value > 100


def test_some_of_the_demos_goals_are_off_track(demo):
    found = {b.goal.kpi: b.standing.state for b in flat(tree(demo, timezone.localdate()))}
    assert found == {"conversions": "off_track", "clicks": "on_track", "likes": "off_track"}


def test_the_demos_money_adds_up(demo):
    told = purse(Campaign.objects.get(name="Beans by Post"))
    assert (told.budget, told.spent) == (600, told.budget - told.left)


def test_the_demos_journal_holds(demo):
    verdict = verify(demo)
    assert (verdict.broken_at, verdict.rows > 70) == (None, True)


def test_one_thing_of_the_demo_needs_a_person_and_says_why(demo):
    held = Delivery.objects.get(state="held")
    assert "500" in held.problem


def test_nobody_of_the_demo_can_sign_in(demo, owner):
    others = User.objects.exclude(pk=owner.pk)
    assert others.count() == 4
    assert not any(u.has_usable_password() or u.is_active for u in others)


def test_the_worker_goes_on_from_the_demos_history_and_changes_none_of_it(demo, work, there):
    before = list(Reading.objects.order_by("pk").values_list("pk", "total"))
    soon = Delivery.objects.filter(state="planned").order_by("due_at").first()
    Delivery.objects.filter(pk=soon.pk).update(due_at=timezone.now())
    work()
    there.forward(hours=30)
    Meter.objects.update(due_at=timezone.now(), last_read_at=None)
    work()
    old = Reading.objects.filter(pk__in=[pk for pk, _ in before])
    assert list(old.order_by("pk").values_list("pk", "total")) == before
    fresh = Reading.objects.exclude(pk__in=[pk for pk, _ in before])
    assert set(fresh.values_list("delivery", flat=True)) == {soon.pk}
    assert Channel.objects.filter(state="open").count() == 2


def test_an_open_question_of_the_demo_can_be_answered(demo, work):
    from clarion.community import actions as community

    boss = demo.memberships.get(role="owner").actor()
    for kind in ("comment", "direct", "mention"):
        question = Conversation.objects.filter(state="open", kind=kind).first()
        community.answer(question, "Gladly.", by=boss)
        work()
        assert "Gladly." in [m.text for m in question.messages.filter(ours=True)], kind


def test_the_demo_is_made_without_the_practice_network_and_says_what_is_missing(
    owner, settings, db
):
    settings.PLAYGROUND_URL = "http://127.0.0.1:9"
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:9"]
    demo = make(owner)
    assert {c.state for c in demo.channels.all()} == {"shut"}
    assert "did not answer" in demo.channels.first().problem
    assert of_workspace(demo)["views"].value > 10_000


def test_a_demo_made_without_the_network_goes_on_when_it_is_there(owner, settings, playground):
    from clarion.channels import actions as channels

    settings.PLAYGROUND_URL = "http://127.0.0.1:9"
    demo = make(owner)
    boss = demo.memberships.get(role="owner").actor()
    shut = demo.channels.order_by("pk").first()
    answers = {"server": playground.url, "handle": shut.handle}
    [again] = channels.start(demo, shut.network_key, answers, "", by=boss)
    assert (again.pk, again.state, demo.channels.count()) == (shut.pk, "open", 2)


def test_asking_twice_gives_the_same_demo(demo, owner):
    assert make(owner) == demo


def test_the_demo_goes_without_a_trace_and_leaves_the_rest_alone(demo, space, owner):
    boss = demo.memberships.get(role="owner").actor()
    paths = [m.path for m in Media.objects.all()]
    remove(demo, by=boss)
    assert list(Workspace.objects.all()) == [space]
    assert list(User.objects.all()) == [owner]
    for model in (Delivery, Post, Reading, Conversation, Media, Channel, Campaign):
        assert not model.objects.exists()
    assert paths


def test_the_demos_pictures_leave_the_disk_with_it(demo, django_capture_on_commit_callbacks):
    paths = [m.path for m in Media.objects.all()]
    assert all(p.exists() for p in paths)
    boss = demo.memberships.get(role="owner").actor()
    with django_capture_on_commit_callbacks(execute=True):
        remove(demo, by=boss)
    assert not any(p.exists() for p in paths)


def test_a_real_workspace_cannot_be_removed_like_the_demo(space, boss):
    with pytest.raises(NotYet, match="practice"):
        remove(space, by=boss)


def test_the_demo_is_quickly_there(owner, there):
    began = time.process_time()
    make(owner)
    assert time.process_time() - began < 10  # of this process; far above what it takes


def test_no_invented_post_is_offered_for_real_money(demo, client, owner):
    """It stands on no network: an order would be taken and then fail."""
    client.force_login(owner)
    page = client.get(f"/w/{demo.slug}/paid/").content.decode()
    assert "/paid/new/" not in page
    assert "stands on none" in page
    post = Post.objects.filter(workspace=demo, variants__deliveries__state="live").first()
    page = client.get(f"/w/{demo.slug}/posts/{post.pk}/results/").content.decode()
    assert "see it there" not in page
    assert "/paid/new/" not in page
