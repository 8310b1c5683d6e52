"""Finding users by what was typed."""

import pytest
from django.contrib.auth import get_user_model

from visitors.accounts.users import InvalidChange, find_user, resolve_username

pytestmark = pytest.mark.django_db

User = get_user_model()


@pytest.mark.parametrize("typed", ["ana", "ANA", "ana@example.com", "Ana@Example.COM"])
def test_find_user_by_user_name_or_email_in_any_case(typed):
    ana = User.objects.create_user("ana", "ana@example.com")
    assert find_user(typed) == ana


@pytest.mark.parametrize("typed", ["", "ann", "an", "ana@example", "%"])
def test_find_user_needs_the_whole_name_or_email(typed):
    User.objects.create_user("ana", "ana@example.com")
    User.objects.create_user("without an address")
    assert find_user(typed) is None


def test_find_user_refuses_a_shared_email():
    User.objects.create_user("ana", "team@example.com")
    User.objects.create_user("bob", "team@example.com")
    with pytest.raises(InvalidChange, match="Several accounts"):
        find_user("team@example.com")


def test_find_user_prefers_an_exact_user_name_to_an_email():
    User.objects.create_user("mallory", "ana")
    ana = User.objects.create_user("ana")
    assert find_user("ana") == ana


@pytest.fixture
def mina():
    return User.objects.create_user("mina", email="Mina@example.com")


@pytest.mark.parametrize("typed", ["mina", " mina ", "mina@example.com", "MINA@EXAMPLE.COM"])
def test_sign_in_takes_a_user_name_or_an_email(mina, typed):
    assert resolve_username(typed) == "mina"


@pytest.mark.parametrize("typed", ["", "unknown", "unknown@example.com", "Mina"])
def test_sign_in_takes_unknown_names_as_they_are(mina, typed):
    assert resolve_username(typed) == typed


def test_sign_in_does_not_resolve_a_shared_email(mina):
    User.objects.create_user("joe", email="mina@example.com")
    assert resolve_username("mina@example.com") == "mina@example.com"


def test_an_inactive_account_does_not_block_its_email(mina):
    User.objects.create_user("former", email="mina@example.com", is_active=False)
    assert resolve_username("mina@example.com") == "mina"


def test_sign_in_prefers_a_user_name_to_an_email(mina):
    User.objects.create_user("mina@example.com")
    assert resolve_username("mina@example.com") == "mina@example.com"


def test_resolving_takes_one_query_with_or_without_an_account(mina, django_assert_num_queries):
    for typed in ("mina", "mina@example.com", "unknown", "unknown@example.com"):
        with django_assert_num_queries(1):
            resolve_username(typed)
