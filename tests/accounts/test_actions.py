import pytest

from clarion.accounts import actions as accounts
from clarion.accounts.models import ApiToken
from clarion.accounts.rights import NotAllowed
from clarion.kit.errors import NotYet


def test_a_program_that_may_only_invite_gives_nobody_more_than_that(space, boss, member):
    mine = space.memberships.get(role="owner")
    accounts.issue_token(mine, "Staff list", ["read", "people"], by=boss)
    program = ApiToken.objects.get().actor()
    friend = member("member")
    with pytest.raises(NotAllowed, match="admin"):
        accounts.change_role(friend, "member", {"1": "admin"}, by=program)
    friend.refresh_from_db()
    assert friend.channel_roles == {}


def sent_by(manager, role="editor"):
    """The key of an invitation that this member has sent."""
    _, key = accounts.invite(manager.workspace, "cy@bakery.example", role, by=manager.actor())
    return key


@pytest.mark.parametrize("role", ["analyst", "strategist", "client"])
def test_an_invitation_ends_with_the_right_of_whoever_sent_it(boss, member, role):
    manager = member("manager")
    key = sent_by(manager)
    accounts.change_role(manager, role, by=boss)
    with pytest.raises(NotYet, match="Ask for a new one"):
        accounts.join(key, name="Cy", password="correct horse battery")
    accounts.change_role(manager, "manager", by=boss)
    assert accounts.open_invitation(key) is None


def test_an_invitation_to_more_than_its_sender_may_ends(boss, member):
    second = member("owner")
    key = sent_by(second, "owner")
    accounts.change_role(second, "manager", by=boss)
    assert accounts.open_invitation(key) is None


def test_an_invitation_goes_with_whoever_sent_it_and_the_journal_says_so(space, boss, member):
    manager = member("manager")
    key = sent_by(manager)
    accounts.remove(manager, by=boss)
    assert accounts.open_invitation(key) is None
    assert space.journal.filter(did="person.uninvited", about="cy@bakery.example").exists()


def test_an_invitation_that_may_still_be_given_stays_open(boss, member):
    second = member("owner")
    key = sent_by(second)
    accounts.change_role(second, "manager", by=boss)
    joined = accounts.join(key, name="Cy", password="correct horse battery")
    assert joined.role == "editor"
