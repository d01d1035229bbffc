"""The listening page: words to watch, what was heard, and making it ours to answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clarion.community.models import Conversation
from clarion.interfaces.web.templatetags.spotlight import spotlight
from clarion.listening import actions
from clarion.listening.models import Mention, Watch
from clarion.networks.base import Message


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


@pytest.fixture
def rye(channel, boss):
    return actions.watch(channel, "rye", by=boss)


def at(space, path=""):
    return f"/w/{space.slug}/listening/{path}"


def words(response):
    return response.content.decode()


def heard(watch, n=1, text="Best rye in town", **rest):
    now = timezone.now()
    return Mention.objects.bulk_create(
        Mention(
            watch=watch,
            remote_id=f"m{i}-{watch.pk}",
            author=f"cy{i:02}",
            text=f"{text} {i:02}",
            at=now - timedelta(minutes=i),
            **rest,
        )
        for i in range(n)
    )


def test_a_watch_is_set_up_and_says_when_it_last_listened(
    browser, space, channel, playground, work
):
    browser.post(at(space, "watches/new/"), {"words": "rye bread", "channel": channel.pk})
    assert "has not listened yet" in words(browser.get(at(space)))
    playground.say("cy", "The best rye bread of my life")
    work()
    page = words(browser.get(at(space)))
    assert "listened" in page
    assert "The best <mark>rye</mark> <mark>bread</mark> of my life" in page


def test_the_same_words_twice_are_refused_beside_the_field(browser, space, channel, rye):
    said = browser.post(at(space, "watches/new/"), {"words": "rye", "channel": channel.pk})
    assert said.status_code == 422
    assert "is watched there already" in words(said)
    assert 'value="rye"' in words(said)


@pytest.mark.parametrize("body", [{}, {"words": "x", "channel": "999"}, {"words": "\x00"}])
def test_a_form_that_makes_no_sense_is_a_sentence(browser, space, channel, body):
    assert browser.post(at(space, "watches/new/"), body).status_code == 422


def test_newest_stands_first_and_the_stream_goes_on_where_it_stopped(browser, space, rye):
    heard(rye, 35)
    first = words(browser.get(at(space)))
    assert first.index("cy00") < first.index("cy01")
    assert "cy29" in first
    assert "cy30" not in first
    older = first.split("before=")[1].split('"')[0]
    assert "cy30" in words(browser.get(at(space, f"?before={older}")))


def test_the_stream_is_of_one_watch_when_asked(browser, space, channel, boss, rye):
    heard(rye, 1, "rye news")
    other = actions.watch(channel, "spelt", by=boss)
    heard(other, 1, "spelt news")
    page = words(browser.get(at(space, f"?watch={other.pk}")))
    assert "<mark>spelt</mark> news" in page
    assert "<mark>rye</mark> news" not in page


def test_the_page_asks_as_little_for_much_that_was_heard(
    browser, space, rye, django_assert_max_num_queries
):
    heard(rye, 30, language="de")
    with django_assert_max_num_queries(22):
        browser.get(at(space))


def test_pausing_can_be_taken_back(browser, space, rye):
    browser.post(at(space, f"watches/{rye.pk}/pause/"))
    page = words(browser.get(at(space)))
    assert "Paused: “rye”" in page
    assert f"watches/{rye.pk}/resume/" in page
    browser.post(at(space, f"watches/{rye.pk}/resume/"))
    assert Watch.objects.get().state == "on"


def test_stopping_asks_first_and_forgets(browser, space, rye):
    heard(rye, 3)
    assert "forget the 3 mentions" in words(browser.get(at(space)))
    browser.post(at(space, f"watches/{rye.pk}/stop/"))
    assert not Mention.objects.exists()


def test_answering_a_mention_leads_to_its_conversation(browser, space, rye):
    [mention] = heard(rye)
    said = browser.post(at(space, f"mentions/{mention.pk}/answer/"))
    conversation = Conversation.objects.get()
    assert said.url == f"/w/{space.slug}/inbox/{conversation.pk}/"
    assert "Best rye in town" in words(browser.get(said.url))
    assert "In the inbox" in words(browser.get(at(space)))


def test_who_may_only_read_sees_no_buttons_and_is_refused(client, space, rye, member):
    [mention] = heard(rye)
    client.force_login(member("analyst").user)
    page = words(client.get(at(space)))
    assert "New watch" not in page
    assert f"mentions/{mention.pk}/answer/" not in page
    assert client.post(at(space, f"mentions/{mention.pk}/answer/")).status_code == 403
    assert client.post(at(space, f"watches/{rye.pk}/stop/")).status_code == 403


def test_a_channel_that_cannot_be_listened_through_is_named_with_the_reason(
    browser, space, channel
):
    channel.move("shut", problem="The key is no longer good.")
    page = words(browser.get(at(space)))
    assert "Not listened through" in page
    assert "must be connected again" in page


def test_an_empty_page_shows_an_example(browser, space, channel):
    assert "sourdough near me" in words(browser.get(at(space)))


def test_a_problem_of_a_watch_stands_beside_it(browser, space, rye):
    Watch.objects.update(problem="The network asked us to slow down.")
    assert "The network asked us to slow down." in words(browser.get(at(space)))


def test_what_our_own_accounts_say_is_not_news(rye, channel):
    now = timezone.now()
    said = [
        Message("1", "post", channel.handle, "Our rye", now),
        Message("2", "post", "cy", "My rye", now),
    ]
    actions.hear(rye, said)
    assert [m.author for m in rye.mentions.all()] == ["cy"]


@pytest.mark.parametrize(
    ("text", "wanted", "shown"),
    [
        ("Best <Rye> here", "rye", "Best &lt;<mark>Rye</mark>&gt; here"),
        ("Everyday", "rye", "Everyday"),
        ("a.b a+b", "a+b", "a.b <mark>a+b</mark>"),
        ("rye bread, bread of rye", '"rye bread"', "<mark>rye bread</mark>, bread of rye"),
        ("nothing", "", "nothing"),
    ],
)
def test_wanted_words_are_marked_and_markup_stays_harmless(text, wanted, shown):
    assert spotlight(text, wanted) == shown
