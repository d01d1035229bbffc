import pytest
from django.utils import timezone

from clarion.channels.models import Channel, Waiting
from clarion.networks import registry
from clarion.networks.base import Redirect
from clarion.networks.limits import limits
from clarion.publishing import actions as publishing


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


def text(answer):
    return answer.content.decode()


@pytest.mark.parametrize("key", registry.NETWORKS)
def test_every_network_of_the_register_has_its_form(inside, key):
    page = inside.get(f"/w/bakery/channels/connect/{key}/")
    asked = {f.key for f in registry.NETWORKS[key].connect.fields}
    assert page.status_code == 200
    assert set(page.context["form"].fields) == asked


def test_an_account_is_connected_and_stands_in_the_list(inside, playground):
    said = {"server": playground.url, "handle": "bakery"}
    page = inside.post("/w/bakery/channels/connect/playground/", said, follow=True)
    assert "bakery is connected" in text(page)
    assert Channel.objects.get().handle == "bakery"


def test_what_a_network_refuses_is_said_and_what_was_typed_stays(inside, playground):
    said = {"server": playground.url, "handle": "Not a handle!"}
    page = inside.post("/w/bakery/channels/connect/playground/", said)
    assert page.status_code == 422
    assert "A handle has up to 40 letters" in text(page)
    assert "Not a handle!" in text(page)


def test_a_missing_field_is_named_before_anything_is_asked(inside):
    page = inside.post("/w/bakery/channels/connect/bluesky/", {"handle": "a.bsky.social"})
    assert page.status_code == 422
    assert page.context["form"].errors["app_password"]


def test_an_unknown_network_is_nowhere(inside):
    assert inside.get("/w/bakery/channels/connect/friendster/").status_code == 404


def test_a_network_with_its_own_door_sends_there_and_back(
    inside, space, playground, monkeypatch
):
    """The practice network has no such door, so its adapter is given one."""
    connect = registry.get("playground").connect

    async def start(http, answers, redirect_uri, state):
        return Redirect(
            f"https://far.example/yes?back={redirect_uri}&state={state}", {"a": "b"}
        )

    async def finish(http, saved, answer):
        assert saved == {"a": "b"}
        return await type(connect).start(
            connect, http, {"server": playground.url, "handle": "bakery"}, "", ""
        )

    monkeypatch.setattr(connect, "start", start, raising=False)
    monkeypatch.setattr(connect, "finish", finish, raising=False)
    said = {"server": playground.url, "handle": "bakery"}
    page = inside.post("/w/bakery/channels/connect/playground/", said)
    assert "Go to far.example" in text(page)
    state = page.context["url"].rpartition("state=")[2]
    assert "http://testserver/channels/back/" in page.context["url"]
    monkeypatch.undo()
    monkeypatch.setattr(connect, "finish", finish, raising=False)
    back = inside.get("/channels/back/", {"state": state, "code": "yes"}, follow=True)
    assert "bakery is connected" in text(back)
    assert not Waiting.objects.exists()


def test_a_way_back_that_nobody_opened_is_refused(inside):
    page = inside.get("/channels/back/", {"state": "made-up", "code": "x"})
    assert page.status_code == 422
    assert "no longer open" in text(page)


def test_a_no_at_the_networks_door_is_said(inside, space, owner):
    from clarion.kit.keys import key_hash

    Waiting.objects.create(
        state_hash=key_hash("s"),
        workspace=space,
        network_key="playground",
        user_id=owner.pk,
        saved={},
    )
    page = inside.get("/channels/back/", {"state": "s", "error": "access_denied"}, follow=True)
    assert "sent you back without a yes" in text(page)


def test_a_shut_channel_says_why_and_what_waits_for_it(inside, channel, post, boss):
    later = timezone.now() + timezone.timedelta(days=1)
    publishing.schedule(post, later, by=boss)
    channel.move("shut", problem="The password was changed.")
    for path in ("/w/bakery/channels/", f"/w/bakery/channels/{channel.pk}/"):
        page = text(inside.get(path))
        assert "The password was changed." in page
        assert "1 " in page
        assert "for it" in page
        assert f"?channel={channel.pk}" in page


def test_reconnecting_knows_what_was_said_last_time_but_no_secret(inside, channel):
    page = text(inside.get(f"/w/bakery/channels/connect/playground/?channel={channel.pk}"))
    assert "Reconnect bakery" in page
    assert 'value="bakery"' in page
    assert channel.secret["token"] not in page


def test_the_page_of_a_channel_tells_its_limits_with_their_source(inside, channel, work):
    work()
    page = text(inside.get(f"/w/bakery/channels/{channel.pk}/"))
    assert "500</span> characters" in page
    assert "read from its own server" in page
    assert channel.secret["token"] not in page


def test_the_time_zone_of_a_channel_is_checked_and_kept(inside, channel):
    wrong = inside.post(f"/w/bakery/channels/{channel.pk}/zone/", {"time_zone": "Mars/Base"})
    assert wrong.status_code == 422
    assert "Mars/Base" in text(wrong)
    inside.post(f"/w/bakery/channels/{channel.pk}/zone/", {"time_zone": "Asia/Tokyo"})
    channel.refresh_from_db()
    assert channel.time_zone == "Asia/Tokyo"


def test_check_now_makes_the_channel_due(inside, channel):
    Channel.objects.update(due_at=timezone.now() + timezone.timedelta(hours=1))
    inside.post(f"/w/bakery/channels/{channel.pk}/check/")
    channel.refresh_from_db()
    assert channel.due_at <= timezone.now()


def test_disconnecting_forgets_the_key(inside, channel):
    inside.post(f"/w/bakery/channels/{channel.pk}/disconnect/")
    channel.refresh_from_db()
    assert (channel.state, channel.secret) == ("gone", {})
    assert "1 disconnected" in text(inside.get("/w/bakery/channels/"))


def test_a_channel_of_another_workspace_is_nowhere(client, channel, db):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    stranger = User.objects.create_user("eve@other.example", "x")
    found_workspace(stranger, "Other")
    client.force_login(stranger)
    assert client.get(f"/w/other/channels/{channel.pk}/").status_code == 404
    assert client.post(f"/w/other/channels/{channel.pk}/disconnect/").status_code == 404


def test_who_may_not_connect_sees_no_way_to(client, channel, member):
    client.force_login(member("editor").user)
    page = text(client.get("/w/bakery/channels/"))
    assert "Connect a channel" not in page
    assert client.get("/w/bakery/channels/connect/playground/").status_code == 403
    assert client.post(f"/w/bakery/channels/{channel.pk}/disconnect/").status_code == 403


def test_the_table_tells_what_each_network_can_do(inside, space):
    page = text(inside.get("/w/bakery/channels/"))
    for network in registry.NETWORKS.values():
        assert network.name in page
        for note in network.notes:
            assert note.split("'")[0][:30] in page


def test_many_channels_cost_no_more_questions(
    inside, space, channel, django_assert_max_num_queries
):
    for n in range(30):
        Channel.objects.create(
            workspace=space,
            network_key="playground",
            remote_id=f"x{n}",
            handle=f"shop{n}",
            secret={},
            state="open",
        )
    with django_assert_max_num_queries(20):
        inside.get("/w/bakery/channels/")


# --- limits -----------------------------------------------------------------------------------


def test_the_limits_of_connected_networks_are_shown_with_source_and_date(inside, channel, rows):
    page = text(inside.get("/w/bakery/channels/"))
    assert "Limits of Playground" in page
    assert "500 characters, as readers count" in page
    assert "docs/networks/playground.md" in page
    assert "Limits of Bluesky" not in page
    assert "Not verified" not in page
    when = limits("playground")["text"].verified
    rows.change("playground", f", verified = {when}", "")
    assert "Not verified" in text(inside.get("/w/bakery/channels/"))


def test_without_a_channel_there_are_no_limits_to_show(inside):
    assert 'id="limits"' not in text(inside.get("/w/bakery/channels/"))
