"""Finding users by what was typed."""

from threading import Barrier, Thread

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction
from django.test import Client

from visitors.accounts import invitations
from visitors.accounts.users import InvalidChange, display_name, find_user, resolve_username
from visitors.roles import Role

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


def test_a_name_does_not_change_the_direction_of_the_text_around_it():
    assert display_name(User(username="ana", first_name="Ana\u202e \u2067Lima\u200f")) == "Ana\ufffd \ufffdLima"
    assert display_name(User(username="ana")) == "ana"


@pytest.fixture
def mina():
    return User.objects.create_user("mina", email="Mina@example.com")


@pytest.mark.parametrize("typed", ["mina", " mina ", "Mina", "MINA", "mina@example.com", "MINA@EXAMPLE.COM"])
def test_sign_in_takes_a_user_name_or_an_email_in_any_case(mina, typed):
    assert resolve_username(typed) == "mina"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Agent", "agent"),
        ("änne", "ÄNNE"),
        ("jÖrg", "JörG"),
        ("Жанна", "жАННА"),
        ("a.b+c", "A.B+C"),
        ("strauß", "STRAUSS"),
        ("strauss", "Strauß"),
        ("strauß", "STRAUẞ"),
        ("σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("agent", "Ａｇｅｎｔ"),
        ("jose\u0301", "JOSÉ"),
    ],
)
def test_user_names_match_in_any_case_of_any_alphabet(client, name, typed):
    user = User.objects.create_user(name, password="a long password")
    assert client.post("/sign-in/", {"username": typed, "password": "a long password"}).status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("a.b", "axb"), ("mina", "min"), ("mina", "xmina"), ("ilk", "ılk"), ("ilk", "İLK"), ("strasse", "STRAbE")],
)
def test_other_user_names_do_not_match(name, typed):
    User.objects.create_user(name)
    assert resolve_username(typed) == typed


def test_of_names_that_differ_by_case_the_exact_one_matches():
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


@pytest.mark.parametrize("email", ["Mina@example.com", "mina@example.com", "MINA@EXAMPLE.COM"])
@pytest.mark.parametrize("is_active", [True, False])
def test_the_database_refuses_a_second_account_with_an_email(mina, email, is_active):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("joe", email, is_active=is_active)
    joe = User.objects.create_user("joe")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=joe.pk).update(email=email)
    User.objects.create_user("without an email, like joe")


JOE = {"first_name": "Joe", "username": "joe", "password1": "ships and 12 lighthouses"}
EMAIL = "new@example.com"


@pytest.fixture
def forms(lumenkit, admin, viewer):
    """Forms that enter the same email: of two invited users and of a user with an account. Each posts when called."""
    viewer.set_unusable_password()
    viewer.save()

    def join(name):
        link = invitations.path(invitations.invite(name, lumenkit, Role.VIEWER, by=admin))
        form = JOE | {"username": name, "password2": JOE["password1"], "email": EMAIL}
        return lambda: Client().post(link, form)

    def change_email():
        client = Client()
        client.force_login(viewer)
        return lambda: client.post("/account/", {"full_name": "", "email": EMAIL.upper()})

    return {"joe": join("joe"), "ana": join("ana"), "account": change_email()}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", [("joe", "ana"), ("joe", "account")])
def test_one_of_two_users_who_enter_an_email_at_once_gets_it(forms, pair):
    both_validated, responses = Barrier(2, timeout=30), []

    def submit(post):
        waits = [both_validated]

        def wait_after_validation(execute, sql, *rest):
            result = execute(sql, *rest)
            is_validation = sql.startswith("SELECT 1") and '"auth_user"."email"' in sql
            if is_validation and waits:
                waits.pop().wait()
            return result

        with connection.execute_wrapper(wait_after_validation):
            responses.append(post())
        connection.close()

    threads = [Thread(target=submit, args=[forms[name]]) for name in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(response.status_code for response in responses) == [302, 422]
    (refused,) = [response.text for response in responses if response.status_code == 422]
    assert "has this email" in refused
    assert User.objects.filter(email__iexact=EMAIL).count() == 1
