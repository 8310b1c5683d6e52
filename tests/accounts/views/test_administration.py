"""The pages about all accounts, for administrators."""

import re
from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.models import AuditAction, AuditEntry, AuditResult, Invitation, LastSeen, Membership, Website
from visitors.roles import Role
from visitors.sandbox import documented

User = get_user_model()


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root", "root@example.com")


@pytest.fixture
def browser(client, root):
    """The test client, signed in as an administrator."""
    sign_in(client, root)
    return client


def words(answer):
    return answer.content.decode()


def test_all_accounts_are_listed_with_few_queries(browser, person_with_role, django_assert_max_num_queries):
    for number in range(30):
        person_with_role(f"colleague{number}", Role.VIEWER)
    with django_assert_max_num_queries(8):
        page = words(browser.get("/people/"))
    assert page.count("<bdi>Lumenkit</bdi>, viewer") == 30
    assert "Administrator" in page


def test_the_page_of_all_people_leads_to_where_one_is_invited(browser):
    assert "/websites/add/" in Page(browser.get("/people/").content).links
    Website.objects.create(slug="shop", name="Shop", domain="shop.example")
    assert "/websites/shop/people/" in Page(browser.get("/people/").content).links


def test_an_account_shows_its_roles(browser, member):
    page = words(browser.get(f"/people/{member.pk}/"))
    assert "Lumenkit" in page
    assert "Never" in page


def test_an_existing_user_becomes_administrator_at_once(browser, member):
    assert "mina (mina) is now an administrator." in words(
        browser.post("/people/", {"name_or_email": "mina"}, follow=True)
    )
    theirs = Client()
    sign_in(theirs, member)
    assert theirs.get("/people/").status_code == 200


def test_a_new_administrator_gets_a_link_shown_once(browser):
    page = browser.post("/people/", {"name_or_email": "ana@example.com"})
    (link,) = re.findall(r'value="http://testserver(/invitations/[^"]+)"', words(page))
    assert Client().get(link).status_code == 200
    assert link not in words(browser.get("/people/"))
    number = Invitation.objects.get().pk
    assert "/invitations/" in words(browser.post(f"/invitations/{number}/link/", {"answer": "yes"}))
    assert Client().get(link).status_code == 410
    assert browser.post(f"/invitations/{number}/withdraw/", {"answer": "yes"}).url == "/people/"
    assert not Invitation.objects.exists()


def test_admins_cannot_change_administrator_invitations(client, browser, admin):
    browser.post("/people/", {"name_or_email": "ana@example.com"})
    invitation = Invitation.objects.get()
    sign_in(client, admin)
    for what in ("link", "withdraw"):
        assert client.post(f"/invitations/{invitation.pk}/{what}/", {"answer": "yes"}).status_code == 403
    assert Invitation.objects.get().key == invitation.key


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a user name or an email address."),
        ("@", "Enter a valid email address."),
        ("ana", "There is no user ana."),
    ],
)
def test_an_invalid_name_is_refused_beside_the_field(browser, typed, sentence):
    page = browser.post("/people/", {"name_or_email": typed})
    assert page.status_code == 422
    assert sentence in words(page)


def test_deactivating_an_account_ends_its_sessions(browser, member):
    theirs = Client()
    sign_in(theirs, member)
    assert theirs.get("/").status_code == 200
    browser.post(f"/people/{member.pk}/active/", {"answer": "no"})
    assert theirs.get("/").url.startswith("/sign-in/")
    assert not Client().login(username="mina", password="a long password", request=browser.get("/").wsgi_request)
    browser.post(f"/people/{member.pk}/active/", {"answer": "yes"})
    assert theirs.get("/").status_code == 302
    assert Membership.objects.get(user=member).role == "member"


def test_an_administrators_reset_link_is_shown_once(browser, member):
    page = words(browser.post(f"/people/{member.pk}/reset-link/", {"answer": "yes"}))
    (link,) = re.findall(r'value="http://testserver(/reset/[^"]+)"', page)
    assert "/reset/" not in words(browser.get(f"/people/{member.pk}/"))
    theirs = Client()
    form = theirs.get(link, follow=True)
    assert "For <bdi>mina</bdi>." in words(form)
    new = {"new_password1": "boats and 7 bridges", "new_password2": "boats and 7 bridges"}
    assert theirs.post(form.redirect_chain[-1][0], new).status_code == 302
    assert theirs.login(username="mina", password="boats and 7 bridges", request=form.wsgi_request)


def test_a_deactivated_account_gets_no_reset_link(browser, member):
    User.objects.filter(pk=member.pk).update(is_active=False)
    answer = browser.post(f"/people/{member.pk}/reset-link/", {"answer": "yes"}, follow=True)
    assert "Reactivate it first." in words(answer)
    assert "/reset/" not in words(answer)


def test_the_audit_log_keeps_entries_of_deleted_accounts(browser, lumenkit, member):
    AuditEntry.objects.create(
        website=lumenkit,
        user=member,
        user_name="mina",
        visitor_id=documented.CUSTOMER.visitor_id,
        at=datetime.now(UTC),
        action=AuditAction.PAGE,
        result=AuditResult.SHOWN,
    )
    browser.post(f"/people/{member.pk}/delete/", {"answer": "yes"})
    line = AuditEntry.objects.get()
    assert (line.user, line.user_name) == (None, "mina")


def test_an_account_is_deleted_with_its_roles(browser, member):
    theirs = Client()
    sign_in(theirs, member)
    assert "Delete the account" in words(browser.get(f"/people/{member.pk}/delete/"))
    assert User.objects.filter(pk=member.pk).exists()
    assert "mina was deleted." in words(browser.post(f"/people/{member.pk}/delete/", {"answer": "yes"}, follow=True))
    assert not User.objects.filter(pk=member.pk).exists()
    assert not LastSeen.objects.filter(user_id=member.pk).exists()
    assert theirs.get("/").status_code == 302


@pytest.mark.parametrize(("what", "choice"), [("administrator", "no"), ("active", "no"), ("delete", "yes")])
def test_the_last_administrator_reads_why_they_stay(browser, root, what, choice):
    answer = browser.post(f"/people/{root.pk}/{what}/", {"answer": choice}, follow=True)
    assert "Journeydesk needs an administrator." in words(answer)
    root.refresh_from_db()
    assert (root.is_superuser, root.is_active) == (True, True)


def test_a_former_administrator_is_redirected_home(browser, root):
    User.objects.create_superuser("other")
    assert browser.post(f"/people/{root.pk}/administrator/", {"answer": "no"}).url == "/"
    assert browser.get("/people/").status_code == 403


def test_websites_without_another_admin_are_named(browser, admin):
    assert "Lumenkit would have no manager left" in words(browser.get(f"/people/{admin.pk}/delete/"))


@pytest.mark.parametrize("address", ["active", "administrator", "delete"])
def test_only_administrators_change_accounts(client, admin, root, address):
    sign_in(client, admin)
    assert client.post(f"/people/{root.pk}/{address}/", {"answer": "no"}).status_code == 403
    assert client.post("/people/", {"name_or_email": "ada"}).status_code == 403
    root.refresh_from_db()
    assert (root.is_superuser, root.is_active) == (True, True)


def test_an_unknown_account_is_a_404(browser):
    assert browser.get("/people/99999/").status_code == 404
    assert browser.post("/people/99999/delete/", {"answer": "yes"}).status_code == 404
