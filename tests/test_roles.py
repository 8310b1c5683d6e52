"""Roles and their order."""

import pytest

from visitors.roles import Role


def test_roles_have_their_article():
    assert [role.with_article for role in Role] == ["a viewer", "a member", "a manager"]


@pytest.mark.parametrize("role", Role)
def test_each_role_includes_the_roles_before_it(role):
    roles = list(Role)
    assert [least for least in roles if role.includes(least)] == roles[: roles.index(role) + 1]
