from clarion.accounts.actions import sign_in_link


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
