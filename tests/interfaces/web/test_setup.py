import pytest

from clarion.accounts.actions import sign_in_link
from clarion.accounts.models import User, Workspace
from clarion.interfaces.web.setup import FIRST


@pytest.fixture
def newcomer(client, db):
    """Whoever started this installation, just in by the first link."""
    user = User.objects.create_user(FIRST, name="Owner", is_superuser=True)
    client.post(sign_in_link(user))
    return user


def test_the_first_link_leads_to_the_setup(client, db):
    user = User.objects.create_user(FIRST, name="Owner")
    arrived = client.post(sign_in_link(user), follow=True)
    assert arrived.request["PATH_INFO"] == "/setup/"
    assert "Who you are" in arrived.content.decode()


def test_the_first_person_says_who_they_are_and_stays_signed_in(client, newcomer):
    said = {"name": "Ada", "email": "Ada@Bakery.example", "password": "correct horse battery"}
    arrived = client.post("/setup/", said, follow=True)
    assert arrived.request["PATH_INFO"] == "/setup/brand/"
    newcomer.refresh_from_db()
    assert (str(newcomer), newcomer.email) == ("Ada", "ada@bakery.example")
    assert newcomer.check_password("correct horse battery")


def test_a_weak_password_is_refused_and_what_was_typed_stays(client, newcomer):
    said = {"name": "Ada", "email": "ada@bakery.example", "password": "12345"}
    answer = client.post("/setup/", said)
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert "ada@bakery.example" in answer.content.decode()


def test_an_address_that_somebody_has_is_refused(client, newcomer, owner):
    said = {"name": "Ada", "email": owner.email, "password": "correct horse battery"}
    assert client.post("/setup/", said).status_code == 422


def test_a_brand_of_ones_own_leads_to_its_first_channel(client, newcomer):
    said = {"name": "Bakery", "time_zone": "Europe/Berlin", "language": "de", "currency": "EUR"}
    arrived = client.post("/setup/brand/", said, follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/setup/"
    space = Workspace.objects.get()
    assert (space.time_zone, space.language) == ("Europe/Berlin", "de")


def test_a_time_zone_that_does_not_exist_is_refused_next_to_its_field(client, newcomer):
    said = {"name": "Bakery", "time_zone": "Berlin", "language": "de", "currency": "EUR"}
    answer = client.post("/setup/brand/", said)
    assert answer.status_code == 422
    assert "not a time zone" in answer.context["form"].errors["time_zone"][0]


def test_the_practice_channel_takes_one_click(client, owner, space, playground, settings):
    settings.PLAYGROUND_URL = playground.url
    client.force_login(owner)
    arrived = client.post(f"/w/{space.slug}/setup/", follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/"
    assert space.channels.get().handle == "bakery"


def test_a_practice_network_that_is_away_is_said_so(client, owner, space, settings):
    settings.PLAYGROUND_URL = "http://127.0.0.1:9"
    settings.PRIVATE_HOSTS_ALLOWED = ["127.0.0.1:9"]
    client.force_login(owner)
    assert client.post(f"/w/{space.slug}/setup/").status_code == 422


def test_the_demo_brand_takes_one_click(client, newcomer, playground, settings):
    settings.PLAYGROUND_URL = playground.url
    arrived = client.post("/setup/demo/", {"time_zone": "Europe/Lisbon"}, follow=True)
    demo = Workspace.objects.get()
    assert arrived.request["PATH_INFO"] == f"/w/{demo.slug}/"
    assert (demo.demo, demo.time_zone) == (True, "Europe/Lisbon")


def test_the_demo_is_not_made_by_a_link(client, newcomer):
    assert client.get("/setup/demo/").status_code == 405
    assert not Workspace.objects.exists()


def test_a_second_workspace_is_one_menu_entry_away(client, owner, space):
    client.force_login(owner)
    assert "/workspaces/new/" in client.get(f"/w/{space.slug}/").content.decode()
    said = {"name": "Café", "time_zone": "UTC", "language": "en", "currency": "EUR"}
    client.post("/workspaces/new/", said)
    assert Workspace.objects.filter(slug="cafe").exists()


def test_who_skipped_the_first_step_is_reminded_on_home(client, newcomer):
    said = {"name": "Bakery", "time_zone": "UTC", "language": "en", "currency": "EUR"}
    client.post("/setup/brand/", said)
    assert "Say who you are" in client.get("/w/bakery/").content.decode()
    me = {"name": "Ada", "email": "ada@bakery.example", "password": "correct horse battery"}
    arrived = client.post("/setup/", me, follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/"
    assert "Say who you are" not in arrived.content.decode()
