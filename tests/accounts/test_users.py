"""Finding users by what was typed."""

import pytest
from axes.models import AccessAttempt
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


def test_find_user_refuses_what_names_two_accounts():
    User.objects.create_user("ana", "team@example.com")
    User.objects.create_user("Team@example.com")
    with pytest.raises(InvalidChange, match="Several accounts"):
        find_user("TEAM@example.com")


def test_find_user_prefers_an_exact_user_name_to_an_email():
    User.objects.create_user("mallory", "ana")
    ana = User.objects.create_user("ana")
    assert find_user("ana") == ana


@pytest.fixture
def mina():
    return User.objects.create_user("mina", email="Mina@example.com")


@pytest.mark.parametrize("typed", ["mina", " mina ", "Mina", "MINA", "mina@example.com", "MINA@EXAMPLE.COM"])
def test_sign_in_takes_a_user_name_or_an_email_in_any_case(mina, typed):
    assert resolve_username(typed) == "mina"


@pytest.mark.parametrize(
    ("name", "typed"), [("Agent", "agent"), ("änne", "ÄNNE"), ("jÖrg", "JörG"), ("Жанна", "жАННА"), ("a.b+c", "A.B+C")]
)
def test_user_names_match_in_any_case_of_any_alphabet(name, typed):
    User.objects.create_user(name)
    assert resolve_username(typed) == name


@pytest.mark.parametrize(("name", "typed"), [("a.b", "axb"), ("mina", "min"), ("mina", "xmina"), ("ilk", "ılk")])
def test_other_user_names_do_not_match(name, typed):
    User.objects.create_user(name)
    assert resolve_username(typed) == typed


def test_only_the_exact_name_matches_among_names_that_differ_by_case():
    for name in ("agent", "Agent"):
        User.objects.create_user(name)
    assert [resolve_username(typed) for typed in ("agent", "Agent", "AGENT")] == ["agent", "Agent", "AGENT"]


def test_a_name_in_another_case_is_not_a_failed_sign_in(client):
    User.objects.create_user("agent", password="a long password")
    form = {"username": "Agent", "password": "a long password"}
    assert client.post("/sign-in/", form).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_failures_count_for_the_account_in_any_case(client):
    User.objects.create_user("agent", password="a long password")
    for name in ("agent", "Agent", "AGENT", " aGent"):
        client.post("/sign-in/", {"username": name, "password": "wrong"})
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"agent"}


@pytest.mark.parametrize("typed", ["", "unknown", "unknown@example.com", "unknown@"])
def test_sign_in_takes_unknown_names_as_they_are(mina, typed):
    assert resolve_username(typed) == typed


def test_sign_in_does_not_resolve_what_names_two_accounts(mina):
    User.objects.create_user("MINA@example.com")
    assert resolve_username("mina@example.com") == "mina@example.com"


def test_sign_in_prefers_a_user_name_to_an_email(mina):
    User.objects.create_user("mina@example.com")
    assert resolve_username("mina@example.com") == "mina@example.com"


def test_resolving_takes_one_query_with_or_without_an_account(mina, django_assert_num_queries):
    for typed in ("mina", "mina@example.com", "unknown", "unknown@example.com"):
        with django_assert_num_queries(1):
            resolve_username(typed)
