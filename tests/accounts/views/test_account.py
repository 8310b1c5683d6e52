"""The user's own account."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.concurrency import beside
from tests.page_reader import Page
from visitors.accounts import administration

NEW = "quite another password"


@pytest.fixture
def member(member):
    member.first_name, member.last_name, member.email = "Mina", "Park", "mina@example.com"
    member.save()
    return member


def words(answer):
    return Page(answer.content).text


def save(browser, **fields):
    form = {"full_name": "Mina Park", "email": "mina@example.com", "current_password": ""}
    return browser.post("/account/", form | fields, follow=True)


def change(browser, old="a long password", new=NEW, again=None):
    form = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return browser.post("/account/password/", form, follow=True)


def test_the_account_page_shows_name_and_email(browser_of_member):
    page = browser_of_member.get("/account/")
    assert "You sign in as mina." in words(page)
    for value in ("Mina Park", "mina@example.com"):
        assert f'value="{value}"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_every_page_links_to_the_account(browser_of_member):
    assert 'href="/account/"' in browser_of_member.get("/").content.decode()


def test_changing_the_name_needs_no_password(browser_of_member, member):
    assert "Saved." in words(save(browser_of_member, full_name="Mina van der Berg"))
    member.refresh_from_db()
    assert member.get_full_name() == "Mina van der Berg"


def test_changing_the_email_needs_the_current_password(browser_of_member, member):
    for password, sentence in (("", "Enter your current password"), ("wrong", "not your current password")):
        assert sentence in words(save(browser_of_member, email="new@example.com", current_password=password))
        member.refresh_from_db()
        assert member.email == "mina@example.com"
    save(browser_of_member, email="new@example.com", current_password="a long password")
    member.refresh_from_db()
    assert member.email == "new@example.com"


@pytest.mark.parametrize("other", [{"username": "joe", "email": "joe@example.com"}, {"username": "joe@example.com"}])
def test_the_email_of_another_account_is_refused(browser_of_member, member, other):
    get_user_model().objects.create_user(**other)
    refused = save(browser_of_member, email="JOE@example.com", current_password="a long password")
    assert "Another account has this email." in words(refused)


def test_the_account_form_ignores_other_fields(browser_of_member, member):
    save(browser_of_member, is_superuser="on", is_staff="on", username="root")
    member.refresh_from_db()
    assert (member.username, member.is_staff, member.is_superuser) == ("mina", False, False)


def test_a_new_password_ends_the_other_sessions(browser_of_member, member):
    elsewhere = Client()
    elsewhere.force_login(member)
    assert "Password changed." in words(change(browser_of_member))
    assert browser_of_member.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("short", "too short"),
        ("password123", "too common"),
        ("73194628305", "entirely numeric"),
        ("mina@example.com", "too similar"),
    ],
)
def test_a_weak_password_is_refused(browser_of_member, member, new, sentence):
    assert sentence in words(change(browser_of_member, new=new))
    member.refresh_from_db()
    assert member.check_password("a long password")


def test_two_different_new_passwords_are_refused(browser_of_member, member):
    assert "didn’t match" in words(change(browser_of_member, again="something else entirely"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", [administration.deactivate, administration.delete_account])
def test_a_new_password_does_not_undo_what_an_administrator_does(browser_of_member, member, act):
    users = get_user_model().objects
    root = users.create_superuser("root")
    with beside('UPDATE "auth_user" SET "password"', lambda: act(users.get(pk=member.pk), by=root)) as outcomes:
        answer = change(browser_of_member)
    assert outcomes == [None]
    assert answer.redirect_chain[-1][0].startswith("/sign-in/")
    assert not users.filter(username="mina", is_active=True).exists()


def test_guesses_of_the_current_password_are_limited(browser_of_member, member):
    statuses = [change(browser_of_member, old=f"guess {number}").status_code for number in range(11)]
    assert statuses == [422] * 9 + [429] * 2
    refused = change(browser_of_member)
    assert refused.status_code == 429
    assert "Try again in 30 minutes." in words(refused)
    member.refresh_from_db()
    assert member.check_password("a long password")


def test_signing_out_everywhere_ends_all_sessions(browser_of_member, member):
    elsewhere = Client()
    elsewhere.force_login(member)
    left = browser_of_member.post("/account/sign-out-everywhere/", {"answer": "yes"}, follow=True)
    assert "You are signed out everywhere." in words(left)
    assert elsewhere.get("/").status_code == 302


def test_a_user_without_a_password_needs_none(client, db):
    user = get_user_model().objects.create_user("joe")
    client.force_login(user)
    assert "Current password" not in words(client.get("/account/"))
    save(client, full_name="Joe", email="joe@example.com")
    user.refresh_from_db()
    assert user.email == "joe@example.com"
