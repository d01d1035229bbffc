import re

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command
from django.test import Client

from clarion.accounts import actions as accounts
from clarion.accounts.actions import sign_in_link
from clarion.accounts.models import User

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"


def yield_hotp_counters():
    """The counter of this half minute."""
    return [next(iter(yield_hotp_counters_from_time()))]


def test_the_page_for_signing_in_stands_where_signed_out_people_are_sent(client, space):
    sent = client.get(f"/w/{space.slug}/", follow=True)
    assert sent.redirect_chain[0][0].startswith("/sign-in/?next=/w/bakery/")
    assert "current-password" in sent.content.decode()


def test_a_password_leads_to_the_workspace(client, owner, space):
    said = {"login": owner.email, "password": "correct horse battery"}
    arrived = client.post("/sign-in/", said, follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/"


def test_a_wrong_password_is_refused_and_the_address_stays_typed(client, owner):
    answer = client.post("/sign-in/", {"login": owner.email, "password": "wrong"})
    assert answer.status_code == 422
    assert owner.email in answer.content.decode()


def test_guessing_passwords_is_slowed_down_in_words(client, owner):
    for _ in range(5):
        client.post("/sign-in/", {"login": owner.email, "password": "wrong"})
    answer = client.post("/sign-in/", {"login": owner.email, "password": "wrong"})
    assert answer.status_code == 429
    assert "Too many failed" in answer.content.decode()


def test_very_many_tries_from_one_place_meet_a_page_that_says_so(client, db):
    for n in range(30):
        client.post("/sign-in/", {"login": f"{n}@bakery.example", "password": "x"})
    answer = client.post("/sign-in/", {"login": "a@bakery.example", "password": "x"})
    assert answer.status_code == 429
    assert "That was too often" in answer.content.decode()


def test_looking_at_a_sign_in_link_does_not_use_it_up(client, owner, space):
    link = sign_in_link(owner)
    assert client.get(link).status_code == 200
    assert client.get(link).status_code == 200
    arrived = client.post(link, follow=True)
    assert arrived.context["person"] == owner


def test_a_sign_in_link_works_once(client, owner, space):
    link = sign_in_link(owner)
    client.post(link)
    client.logout()
    again = client.post(link)
    assert again.status_code == 422
    assert "has been used" in again.content.decode()


def test_nobody_signs_up_without_an_invitation(client, db):
    assert client.get("/signup/").status_code == 404
    assert client.get("/accounts/signup/").status_code == 404


# --- invitations ----------------------------------------------------------------------------


@pytest.fixture
def invited(space, boss):
    _, key = accounts.invite(space, "cy@bakery.example", "editor", by=boss)
    return f"/invitation/{key}/"


def test_an_invited_person_chooses_a_name_and_a_password_and_is_in(client, invited, space):
    assert "Join Bakery" in client.get(invited).content.decode()
    said = {"name": "Cy", "password": "correct horse battery"}
    arrived = client.post(invited, said, follow=True)
    assert arrived.request["PATH_INFO"] == "/w/bakery/"
    member = space.memberships.get(user__email="cy@bakery.example")
    assert (str(member.user), member.role) == ("Cy", "editor")


def test_a_weak_password_of_an_invited_person_makes_no_account(client, invited):
    answer = client.post(invited, {"name": "Cy", "password": "1234"})
    assert answer.status_code == 422
    assert "too short" in answer.content.decode()
    assert not User.objects.filter(email="cy@bakery.example").exists()


def test_somebody_who_is_known_signs_in_first_and_then_joins(client, invited, space):
    User.objects.create_user("cy@bakery.example", "correct horse battery", name="Cy")
    sent = client.get(invited)
    assert sent.url == f"/sign-in/?next={invited}"
    said = {"login": "cy@bakery.example", "password": "correct horse battery"}
    page = client.post(sent.url, said, follow=True)
    assert page.request["PATH_INFO"] == invited
    client.post(invited)
    assert space.memberships.filter(user__email="cy@bakery.example").exists()


def test_an_invitation_for_somebody_else_is_refused(client, invited, owner):
    client.force_login(owner)
    answer = client.post(invited)
    assert answer.status_code == 422
    assert "is for cy@bakery.example" in answer.content.decode()


def test_an_invitation_works_once(client, invited):
    client.post(invited, {"name": "Cy", "password": "correct horse battery"})
    client.logout()
    assert client.get(invited).status_code == 404


# --- forgotten passwords --------------------------------------------------------------------


def test_a_letter_with_a_link_makes_a_new_password(client, owner, space, mailoutbox):
    client.post("/sign-in/forgotten/", {"email": owner.email})
    [letter] = mailoutbox
    [link] = [word for word in letter.body.split() if word.startswith("http")]
    assert letter.to == [owner.email]
    form = client.get(link.removeprefix("http://testserver"), follow=True)
    said = {"password1": "fresh bread at seven", "password2": "fresh bread at seven"}
    answer = client.post(form.request["PATH_INFO"], said)
    assert answer.status_code == 302, answer.content.decode()
    owner.refresh_from_db()
    assert owner.check_password("fresh bread at seven")
    again = client.get(link.removeprefix("http://testserver"), follow=True)
    assert again.status_code == 404
    assert "used up" in again.content.decode()


def test_nobody_learns_who_has_an_account_by_asking_for_letters(client, owner, mailoutbox):
    known = client.post("/sign-in/forgotten/", {"email": owner.email}, follow=True)
    unknown = client.post("/sign-in/forgotten/", {"email": "no@body.example"}, follow=True)
    assert known.templates[0].name == unknown.templates[0].name
    assert known.redirect_chain == unknown.redirect_chain
    assert len(mailoutbox) == 1


def test_without_a_mail_server_the_page_says_who_can_help(client, db):
    page = client.get("/sign-in/forgotten/").content.decode()
    assert "No mail server is set up" in page
    assert "clarion manage sign_in_link --email" in page


def test_whoever_runs_this_host_lets_one_person_in(client, owner, space, capsys, db):
    call_command("sign_in_link", email=owner.email.upper())
    link = capsys.readouterr().out.strip()
    assert client.post(link, follow=True).context["person"] == owner
    with pytest.raises(CommandError, match="Nobody"):
        call_command("sign_in_link", email="no@body.example")


# --- one's own account ----------------------------------------------------------------------


def test_ones_name_and_shortcuts_change_without_ado(client, owner, space):
    client.force_login(owner)
    client.post("/w/bakery/account/", {"name": "Ada L.", "email": owner.email})
    owner.refresh_from_db()
    assert (owner.name, owner.shortcuts_on) == ("Ada L.", False)
    assert 'data-shortcuts="off"' in client.get("/w/bakery/").content.decode()


def test_a_new_address_for_signing_in_asks_for_the_password_first(client, owner, space):
    client.force_login(owner)
    said = {"name": "Ada", "email": "new@bakery.example"}
    asked = client.post("/w/bakery/account/", said)
    assert asked.url.startswith("/account/confirm/")
    owner.refresh_from_db()
    assert owner.email == "ada@bakery.example"
    client.post(asked.url, {"password": "correct horse battery"})
    owner.refresh_from_db()
    assert owner.email == "new@bakery.example"


def test_a_token_is_shown_once_and_can_be_revoked(client, owner, space):
    client.force_login(owner)
    said = {"name": "Robot", "scopes": ["read", "write"], "days": "30"}
    page = client.post("/w/bakery/account/tokens/", said, follow=True).content.decode()
    key = re.search(r'value="(clarion_[^"]+)"', page)[1]
    assert accounts.actor_for_key(key)[1].may == {"read", "write"}
    assert key not in client.get("/w/bakery/account/").content.decode()
    token = owner.memberships.get().tokens.get()
    client.post(f"/w/bakery/account/tokens/{token.pk}/revoke/")
    assert accounts.actor_for_key(key) is None


def test_a_token_without_scopes_is_refused_next_to_the_field(client, owner, space):
    client.force_login(owner)
    answer = client.post("/w/bakery/account/tokens/", {"name": "Robot", "days": ""})
    assert answer.status_code == 422
    assert answer.context["new"].errors["scopes"]


def test_somebody_elses_token_cannot_be_revoked_here(client, owner, space, member):
    other = member("editor")
    token, _ = accounts.issue_token(other, "Theirs", ["read"], by=other.actor())
    client.force_login(owner)
    assert client.post(f"/w/bakery/account/tokens/{token.pk}/revoke/").status_code == 404


def test_a_browser_elsewhere_can_be_signed_out(client, owner, space):
    elsewhere = Client(headers={"User-Agent": PHONE})
    said = {"login": owner.email, "password": "correct horse battery"}
    elsewhere.post("/sign-in/", said)
    elsewhere.get("/w/bakery/")
    client.post("/sign-in/", said)
    client.get("/w/bakery/")
    assert "Safari on iPhone" in client.get("/account/sessions/").content.decode()
    session = UserSession.objects.get(user_agent=PHONE)
    client.post(f"/account/sessions/{session.pk}/end/")
    assert elsewhere.get("/w/bakery/").status_code == 302
    assert client.get("/w/bakery/").status_code == 200


def test_nobody_ends_the_sessions_of_others(client, owner, space, member):
    theirs = Client()
    theirs.force_login(member("editor").user)
    theirs.get("/w/bakery/")
    session = UserSession.objects.get()
    client.force_login(owner)
    assert client.post(f"/account/sessions/{session.pk}/end/").status_code == 404


def test_codes_of_an_app_are_asked_for_when_signing_in(client, owner, space):
    said = {"login": owner.email, "password": "correct horse battery"}
    client.post("/sign-in/", said)
    client.post("/account/confirm/?next=/account/security/app/", {"password": said["password"]})
    page = client.get("/account/security/app/")
    code = format_hotp_value(hotp_value(page.context["form"].secret, *yield_hotp_counters()))
    shown = client.post("/account/security/app/", {"code": code}, follow=True)
    assert "Recovery codes" in shown.content.decode()
    spare = shown.context["unused_codes"][0]
    client.post("/sign-out/")
    asked = client.post("/sign-in/", said, follow=True)
    assert "One more step" in asked.content.decode()
    assert client.get("/w/bakery/").status_code == 302
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    client.post("/sign-in/code/", {"code": spare})
    assert client.get("/w/bakery/").status_code == 200


def test_who_needed_a_new_password_can_still_have_a_second_factor(
    client, owner, space, mailoutbox
):
    client.post("/sign-in/forgotten/", {"email": owner.email})
    [link] = [word for word in mailoutbox[0].body.split() if word.startswith("http")]
    form = client.get(link.removeprefix("http://testserver"), follow=True)
    fresh = "fresh bread at seven"
    client.post(form.request["PATH_INFO"], {"password1": fresh, "password2": fresh})
    client.post("/sign-in/", {"login": owner.email, "password": fresh})
    client.post("/account/confirm/?next=/account/security/app/", {"password": fresh})
    assert "secret" in client.get("/account/security/app/").context["form"].__dict__


OWN_PAGES = (
    "/account/password/",
    "/account/sessions/",
    "/account/security/",
    "/account/security/app/",
    "/account/security/keys/",
    "/account/security/keys/add/",
    "/account/security/codes/new/",
    "/account/confirm/",
    "/w/bakery/account/",
)


@pytest.mark.parametrize("path", OWN_PAGES)
def test_every_page_about_oneself_stands_in_our_frame(client, owner, space, path):
    client.post("/sign-in/", {"login": owner.email, "password": "correct horse battery"})
    client.post("/account/confirm/", {"password": "correct horse battery"})
    page = client.get(path)
    assert page.status_code == 200
    assert 'class="side"' in page.content.decode()


RAW = (
    "/accounts/login/",
    "/accounts/email/",
    "/account/email/",
    "/sign-up/",
    "/confirm-email/",
)


@pytest.mark.parametrize("path", RAW)
def test_no_page_of_the_library_shows_its_raw_face(client, owner, path):
    client.force_login(owner)
    assert client.get(path).status_code == 404


# --- where strangers would like us to lead --------------------------------------------------


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:void(0)",
]


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client, owner, there):
    said = {"login": owner.email, "password": "correct horse battery", "next": there}
    answer = client.post("/sign-in/", said)
    assert (answer.status_code, answer.url) == (302, "/")


@pytest.mark.parametrize("there", ELSEWHERE)
def test_confirming_a_password_and_signing_out_lead_nowhere_else(client, owner, space, there):
    client.force_login(owner)
    said = {"password": "correct horse battery", "next": there}
    assert client.post("/account/confirm/", said).url.startswith("/")
    assert "evil" not in client.post("/account/confirm/", said).url
    assert client.post("/sign-out/", {"next": there}).url == "/sign-in/"


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/me", "/"])
def test_a_host_that_is_not_ours_is_refused_in_words(client, db, path):
    said = client.get(path, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    assert said.status_code == 400
    assert "evil.example" not in said.content.decode()


def test_a_letter_leads_to_our_address_whatever_host_a_stranger_says(client, owner, mailoutbox):
    client.post(
        "/sign-in/forgotten/", {"email": owner.email}, HTTP_X_FORWARDED_HOST="evil.example"
    )
    [letter] = mailoutbox
    assert "http://testserver/sign-in/forgotten/" in letter.body


def test_naming_another_address_buys_no_more_guesses(client, owner):
    for n in range(12):
        said = {"login": f"a{n}@bakery.example", "password": "wrong"}
        last = client.post("/sign-in/", said, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
    assert last.status_code == 429
