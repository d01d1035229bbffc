import pytest

from clarion.accounts.models import Workspace
from clarion.interfaces.demo.build import make


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


SAID = {
    "name": "Big Bakery",
    "time_zone": "Europe/Lisbon",
    "language": "pt",
    "currency": "GBP",
    "country": "DE-BY",
    "spacing_minutes": 45,
    "four_eyes": "on",
}


def test_the_settings_of_a_workspace_are_kept(inside, space):
    assert inside.post("/w/bakery/settings/", SAID).status_code == 302
    space.refresh_from_db()
    assert (space.name, space.time_zone, space.language) == (
        "Big Bakery",
        "Europe/Lisbon",
        "pt",
    )
    assert (space.country, space.spacing_minutes) == ("DE-BY", 45)
    assert (space.currency, space.four_eyes, space.track_links) == ("GBP", True, False)


def test_a_time_zone_that_does_not_exist_is_refused_and_nothing_is_kept(inside, space):
    answer = inside.post("/w/bakery/settings/", SAID | {"time_zone": "Narnia"})
    assert answer.status_code == 422
    assert "Narnia" in answer.content.decode()
    space.refresh_from_db()
    assert space.name == "Bakery"


def test_a_currency_set_by_other_ways_can_be_kept(inside, space):
    Workspace.objects.update(currency="XAU", language="gsw")
    page = inside.get("/w/bakery/settings/").content.decode()
    assert '<option value="XAU" selected>' in page
    answer = inside.post("/w/bakery/settings/", SAID | {"currency": "XAU", "language": "gsw"})
    assert answer.status_code == 302


def test_a_manager_has_no_settings(client, member):
    client.force_login(member("manager").user)
    assert client.get("/w/bakery/settings/").status_code == 403
    assert client.post("/w/bakery/settings/", SAID).status_code == 403


def test_the_demo_goes_with_one_click(client, owner, space, playground, settings):
    settings.PLAYGROUND_URL = playground.url
    demo = make(owner)
    client.force_login(owner)
    assert "Remove the demo" in client.get(f"/w/{demo.slug}/").content.decode()
    assert client.get(f"/w/{demo.slug}/settings/demo/remove/").status_code == 405
    arrived = client.post(f"/w/{demo.slug}/settings/demo/remove/", follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/"
    assert list(Workspace.objects.all()) == [space]


def test_a_real_workspace_is_not_removed_by_that_address(inside, space):
    answer = inside.post("/w/bakery/settings/demo/remove/")
    assert answer.status_code == 422
    assert Workspace.objects.filter(pk=space.pk).exists()
