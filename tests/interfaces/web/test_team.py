import pytest

from clarion.accounts.models import Invitation, Membership


@pytest.fixture
def inside(client, owner, space):
    client.force_login(owner)
    return client


def text(answer):
    return answer.content.decode()


def test_an_invitations_link_is_shown_once(inside, space):
    said = {"email": "cy@bakery.example", "role": "editor"}
    page = inside.post("/w/bakery/team/invite/", said, follow=True)
    assert "http://testserver/invitation/" in text(page)
    assert "/invitation/" not in text(inside.get("/w/bakery/team/"))
    assert "cy@bakery.example" in text(inside.get("/w/bakery/team/"))


def test_the_shown_link_lets_the_person_in(inside, client, space):
    said = {"email": "cy@bakery.example", "role": "editor"}
    page = inside.post("/w/bakery/team/invite/", said, follow=True)
    url = page.context["fresh"]["url"].removeprefix("http://testserver")
    client.logout()
    client.post(url, {"name": "Cy", "password": "correct horse battery"})
    assert Membership.objects.filter(user__name="Cy", role="editor").exists()


def test_an_invitation_is_mailed_where_mail_is_set_up(
    inside, settings, mailoutbox, monkeypatch
):
    from clarion.interfaces.web import team

    monkeypatch.setattr(team, "SMTP", settings.EMAIL_BACKEND)
    said = {"email": "cy@bakery.example", "role": "editor"}
    page = inside.post("/w/bakery/team/invite/", said, follow=True)
    [letter] = mailoutbox
    assert letter.to == ["cy@bakery.example"]
    assert "/invitation/" in letter.body
    assert "was mailed" in text(page)


def test_somebody_who_is_here_is_not_invited_again(inside, owner):
    page = inside.post("/w/bakery/team/invite/", {"email": owner.email, "role": "editor"})
    assert page.status_code == 422
    assert "in this workspace already" in text(page)


def test_nonsense_is_no_address(inside):
    page = inside.post("/w/bakery/team/invite/", {"email": "cy at home", "role": "editor"})
    assert page.status_code == 422
    assert "cy at home" in text(page)


def test_a_withdrawn_invitation_is_gone(inside, space, boss):
    from clarion.accounts.actions import invite

    invitation, _ = invite(space, "cy@bakery.example", "editor", by=boss)
    inside.post(f"/w/bakery/team/invitations/{invitation.pk}/withdraw/")
    assert not Invitation.objects.exists()


def test_a_role_here_and_another_on_one_channel(inside, channel, member):
    bo = member("editor")
    said = {"role": "member", f"channel-{channel.pk}": "moderator"}
    inside.post(f"/w/bakery/team/{bo.pk}/", said)
    bo.refresh_from_db()
    assert (bo.role, bo.channel_roles) == ("member", {str(channel.pk): "moderator"})
    page = text(inside.get(f"/w/bakery/team/{bo.pk}/"))
    assert '<option value="moderator" selected>' in page


def test_the_last_owner_stays_owner(inside, owner):
    me = owner.memberships.get()
    page = inside.post(f"/w/bakery/team/{me.pk}/", {"role": "editor"})
    assert page.status_code == 422
    assert "needs an owner" in text(page)


def test_a_manager_cannot_make_an_owner(client, member):
    manager, bo = member("manager", name="Max"), member("editor")
    client.force_login(manager.user)
    assert client.post(f"/w/bakery/team/{bo.pk}/", {"role": "owner"}).status_code == 403
    bo.refresh_from_db()
    assert bo.role == "editor"


def test_somebody_is_taken_out(inside, client, member):
    bo = member("editor")
    inside.post(f"/w/bakery/team/{bo.pk}/remove/")
    assert not Membership.objects.filter(pk=bo.pk).exists()
    client.force_login(bo.user)
    assert client.get("/w/bakery/").status_code == 404


def test_the_page_of_a_member_still_shows_who_is_looking(inside, owner, member):
    bo = member("editor")
    page = inside.get(f"/w/bakery/team/{bo.pk}/")
    assert page.context["person"] == owner


def test_an_editor_sees_the_team_and_can_change_nothing(client, owner, member):
    client.force_login(member("editor").user)
    page = text(client.get("/w/bakery/team/"))
    assert "Invite" not in page
    assert "approve posts or send them back" in page
    me = owner.memberships.get()
    assert client.post(f"/w/bakery/team/{me.pk}/remove/").status_code == 403
    said = {"email": "x@y.example", "role": "editor"}
    assert client.post("/w/bakery/team/invite/", said).status_code == 403


def test_a_large_team_costs_no_more_questions(inside, member, django_assert_max_num_queries):
    for n in range(20):
        member("editor", name=f"Bo{n}")
    with django_assert_max_num_queries(20):
        inside.get("/w/bakery/team/")
