"""What each role may do."""

import pytest

from visitors.roles import Role


def test_somebody_in_a_role_is_called_so():
    assert [role.with_article for role in Role] == ["a viewer", "a member", "an admin"]


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_those_before_it_may(role):
    roles = list(Role)
    assert [least for least in roles if role.includes(least)] == roles[: roles.index(role) + 1]
