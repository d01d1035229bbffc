import pytest

from clarion.accounts import actions as accounts
from clarion.accounts.models import ApiToken
from clarion.accounts.rights import NotAllowed


def test_a_program_that_may_only_invite_gives_nobody_more_than_that(space, boss, member):
    mine = space.memberships.get(role="owner")
    accounts.issue_token(mine, "Staff list", ["read", "people"], by=boss)
    program = ApiToken.objects.get().actor()
    friend = member("member")
    with pytest.raises(NotAllowed, match="admin"):
        accounts.change_role(friend, "member", {"1": "admin"}, by=program)
    friend.refresh_from_db()
    assert friend.channel_roles == {}
