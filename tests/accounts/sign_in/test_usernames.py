"""Whom somebody means who signs in."""

import pytest
from django.contrib.auth import get_user_model

from visitors.accounts.sign_in.usernames import user_name

pytestmark = pytest.mark.django_db


@pytest.fixture
def mina():
    return get_user_model().objects.create_user("mina", email="Mina@example.com")


@pytest.mark.parametrize("typed", ["mina", " mina ", "mina@example.com", "MINA@EXAMPLE.COM"])
def test_an_account_is_meant_by_its_name_or_by_its_address(mina, typed):
    assert user_name(typed) == "mina"


@pytest.mark.parametrize("typed", ["", "nobody", "nobody@example.com", "Mina"])
def test_who_is_not_there_is_nobody(mina, typed):
    assert user_name(typed) == typed


def test_an_address_that_two_accounts_share_means_neither(mina):
    get_user_model().objects.create_user("joe", email="mina@example.com")
    assert user_name("mina@example.com") == "mina@example.com"


def test_an_account_that_was_closed_does_not_keep_its_address(mina):
    get_user_model().objects.create_user("former", email="mina@example.com", is_active=False)
    assert user_name("mina@example.com") == "mina"


def test_a_user_name_comes_before_an_address(mina):
    get_user_model().objects.create_user("mina@example.com")
    assert user_name("mina@example.com") == "mina@example.com"


def test_it_takes_one_query_whether_there_is_an_account_or_not(mina, django_assert_num_queries):
    for typed in ("mina", "mina@example.com", "nobody", "nobody@example.com"):
        with django_assert_num_queries(1):
            user_name(typed)
