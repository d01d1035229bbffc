import pytest

from clarion.channels.models import Channel


@pytest.fixture
def show(client, owner, space):
    client.force_login(owner)
    return lambda **headers: client.get("/w/bakery/health/", headers=headers)


def test_a_worker_that_never_ran_is_told_with_what_to_do(show):
    page = show().content.decode()
    assert "None has ever run." in page
    assert "clarion worker" in page
    assert "PostgreSQL" in page


def test_a_shut_channel_is_part_of_the_picture(show, channel):
    assert "1 connected." in show().content.decode()
    channel.move("shut", problem="Gone.")
    assert "no longer takes the key of bakery" in show().content.decode()


def test_other_brands_on_this_server_are_nobodys_business(show, db):
    from clarion.accounts.actions import found_workspace
    from clarion.accounts.models import User

    other = found_workspace(User.objects.create_user("eve@o.example", "x"), "Other")
    Channel.objects.create(
        workspace=other,
        network_key="playground",
        remote_id="1",
        handle="secret-shop",
        secret={},
        state="shut",
    )
    assert "secret-shop" not in show().content.decode()


def test_keys_that_do_not_fit_are_found(show, channel, settings):
    from clarion.kit import secrets

    secrets._box.cache_clear()
    settings.SECRET_BOX_KEYS = ["OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg="]
    try:
        assert "cannot be decrypted" in show().content.decode()
    finally:
        secrets._box.cache_clear()


def test_the_looks_refresh_without_the_frame(show):
    page = show(**{"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert 'hx-trigger="every 20s"' in page


def test_only_who_has_the_settings_sees_the_server(client, member):
    client.force_login(member("manager").user)
    assert client.get("/w/bakery/health/").status_code == 403
