"""The page of a website's members, for users who manage it."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client

from tests.concurrency import wait_for_mails
from tests.sessions import sign_in
from visitors.accounts import invitations
from visitors.models import Invitation, Membership
from visitors.roles import Role

User = get_user_model()
PAGE = "/websites/lumenkit/people/"


@pytest.fixture
def browser(client, admin):
    """The test client, signed in as the website's admin."""
    sign_in(client, admin)
    return client


def role_of(name):
    """Return the user's role on Lumenkit, or None."""
    return Membership.objects.filter(user__username=name).values_list("role", flat=True).first()


def number_of(name):
    return Membership.objects.get(user__username=name).pk


def link_on(page):
    """Return the path of the invitation's link on a page."""
    return re.search(r'value="http://testserver(/invitations/[^"]+)"', page.content.decode())[1]


def test_members_are_listed_with_few_queries(browser, person_with_role, django_assert_max_num_queries):
    for number in range(30):
        person_with_role(f"colleague{number}", Role.VIEWER)
    with django_assert_max_num_queries(8):
        page = browser.get(PAGE).content.decode()
    assert page.count("colleague") > 30
    assert "Looks up visitors and copies summaries" in page


@pytest.mark.parametrize("typed", ["ana", "ANA@example.com"])
def test_an_existing_user_gets_the_role_at_once(browser, typed):
    ana = User.objects.create_user("ana", "ana@example.com")
    answer = browser.post(PAGE, {"name_or_email": typed, "role": "viewer"}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "ana (ana) is now a viewer of Lumenkit." in answer.content.decode()
    theirs = Client()
    sign_in(theirs, ana)
    assert "Lumenkit" in theirs.get("/").content.decode()


def test_a_new_member_gets_a_link_shown_once(browser):
    page = browser.post(PAGE, {"name_or_email": "ana@example.com", "role": "member"})
    link = link_on(page)
    assert invitations.read(link.split("/")[2]).role == "member"
    assert link not in browser.get(PAGE).content.decode()
    assert "ana@example.com" in browser.get(PAGE).content.decode()


def test_with_mail_the_invitation_is_mailed(browser, settings):
    settings.SENDS_MAIL = True
    link = link_on(browser.post(PAGE, {"name_or_email": "ana@example.com", "role": "viewer"}))
    wait_for_mails()
    (letter,) = mail.outbox
    assert letter.to == ["ana@example.com"]
    assert f"http://testserver{link}" in letter.body
    assert "ada invites you to see the visitors of lumenkit.example in Journeydesk, as a viewer." in letter.body


def test_without_mail_no_invitation_is_mailed(browser):
    browser.post(PAGE, {"name_or_email": "ana@example.com", "role": "viewer"})
    assert mail.outbox == []


def test_inviting_twice_leaves_one_invitation(browser):
    form = {"name_or_email": "ana@example.com", "role": "member"}
    first, second = link_on(browser.post(PAGE, form)), link_on(browser.post(PAGE, form))
    assert Invitation.objects.count() == 1
    assert (Client().get(first).status_code, Client().get(second).status_code) == (410, 200)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Enter a user name or an email address."),
        ({"name_or_email": "   ", "role": "viewer"}, "Enter a user name or an email address."),
        ({"name_or_email": "ana"}, "Choose a role."),
        ({"name_or_email": "ana", "role": "owner"}, "owner is not one of the available choices"),
        ({"name_or_email": "ana@", "role": "viewer"}, "Enter a valid email address."),
        ({"name_or_email": "ana", "role": "viewer"}, "There is no user ana. To invite someone new, enter their email"),
        ({"name_or_email": "Ana Lima", "role": "viewer"}, "There is no user Ana Lima."),
        ({"name_or_email": "ana.example.com", "role": "viewer"}, "There is no user ana.example.com."),
        ({"name_or_email": "ana@example", "role": "viewer"}, "Enter a valid email address."),
        ({"name_or_email": "ana@example.com, bo@example.com", "role": "viewer"}, "Enter a valid email address."),
        ({"name_or_email": "Ana <ana@example.com>", "role": "viewer"}, "Enter a valid email address."),
        ({"name_or_email": "mailto:ana@example.com", "role": "viewer"}, "Enter a valid email address."),
        ({"name_or_email": "x" * 255, "role": "viewer"}, "at most 254 characters"),
        ({"name_or_email": "a\0b", "role": "viewer"}, "There is no user a\ufffdb."),
        ({"name_or_email": "ada", "role": "viewer"}, "ada is already a manager."),
        ({"name_or_email": "mina", "role": "admin"}, "mina is already a member."),
    ],
)
def test_an_invalid_member_is_refused_beside_the_field(browser, member, form, sentence):
    page = browser.post(PAGE, form)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert (role_of("ada"), role_of("mina")) == ("admin", "member")
    assert not Invitation.objects.exists()


def test_typed_text_is_escaped_and_kept(browser):
    page = browser.post(PAGE, {"name_or_email": '"><b>ana', "role": "owner"}).content.decode()
    assert "&quot;&gt;&lt;b&gt;ana" in page
    assert "<b>ana" not in page


def test_a_role_is_changed_and_taken_away_at_once(browser, member):
    theirs = Client()
    sign_in(theirs, member)
    # 404 without a role, 403 with one that is too low.
    export = "/lumenkit/visitors/00000000-0000-0000-0000-000000000000/events.csv"
    assert theirs.get(export).status_code == 404
    answer = browser.post(f"{PAGE}{number_of('mina')}/role/", {"role": "viewer"}, follow=True)
    assert "mina is now a viewer of Lumenkit." in answer.content.decode()
    assert theirs.get(export).status_code == 403
    assert "Remove" in browser.get(f"{PAGE}{number_of('mina')}/remove/").content.decode()
    browser.post(f"{PAGE}{number_of('mina')}/remove/", {"answer": "yes"})
    assert role_of("mina") is None
    assert theirs.get("/lumenkit/visitors/current/").status_code == 404
    assert "Lumenkit" not in theirs.get("/").content.decode()


@pytest.mark.parametrize("role", ["", "owner", "ADMIN"])
def test_an_unknown_role_is_a_400(browser, member, role):
    assert browser.post(f"{PAGE}{number_of('mina')}/role/", {"role": role}).status_code == 400
    assert role_of("mina") == "member"


def test_the_last_admin_reads_why_they_stay(browser):
    for address, form in (("role", {"role": "viewer"}), ("remove", {"answer": "yes"})):
        answer = browser.post(f"{PAGE}{number_of('ada')}/{address}/", form, follow=True)
        assert "Lumenkit needs a manager." in answer.content.decode()
    assert role_of("ada") == "admin"


def test_giving_up_the_own_role_redirects_home(browser, person_with_role):
    person_with_role("otto", Role.ADMIN)
    assert browser.post(f"{PAGE}{number_of('ada')}/remove/", {"answer": "yes"}).url == "/"


@pytest.mark.parametrize("person", ["viewer", "member"])
def test_only_managers_change_members(client, request, person, admin):
    sign_in(client, request.getfixturevalue(person))
    number = number_of("ada")
    posts = {
        PAGE: {"name_or_email": "x", "role": "admin"},
        f"{PAGE}{number}/role/": {"role": "viewer"},
        f"{PAGE}{number}/remove/": {"answer": "yes"},
    }
    assert [client.post(address, form).status_code for address, form in posts.items()] == [403, 403, 403]
    assert role_of("ada") == "admin"
    assert not Invitation.objects.exists()


def test_members_of_another_website_are_a_404(browser, pocketgarden, admin, db):
    other = User.objects.create_user("other")
    there = Membership.objects.create(website=pocketgarden, user=other, role=Role.ADMIN)
    invitation = invitations.invite("ana", pocketgarden, Role.ADMIN, by=other)
    for address in (
        f"{PAGE}{there.pk}/role/",
        f"{PAGE}{there.pk}/remove/",
        f"/websites/pocketgarden/people/{there.pk}/remove/",
        f"/invitations/{invitation.pk}/link/",
        f"/invitations/{invitation.pk}/withdraw/",
    ):
        assert browser.post(address, {"role": "viewer", "answer": "yes"}).status_code == 404
    there.refresh_from_db()
    assert there.role == "admin"
    assert Invitation.objects.get().key == invitation.key


def test_an_invitation_gets_a_new_link_or_is_withdrawn(browser):
    first = link_on(browser.post(PAGE, {"name_or_email": "ana@example.com", "role": "member"}))
    number = Invitation.objects.get().pk
    second = link_on(browser.post(f"/invitations/{number}/link/", {"answer": "yes"}))
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    answer = browser.post(f"/invitations/{number}/withdraw/", {"answer": "yes"}, follow=True)
    assert "is withdrawn" in answer.content.decode()
    assert Client().get(second).status_code == 410
    assert browser.post(f"/invitations/{number}/link/", {"answer": "yes"}).status_code == 404


def test_an_administrator_manages_members_without_a_role(client, admin):
    sign_in(client, User.objects.create_superuser("root"))
    assert "ada" in client.get(PAGE).content.decode()
    assert client.post(f"{PAGE}{number_of('ada')}/remove/", {"answer": "yes"}).status_code == 302
    assert role_of("ada") is None
    assert "No members yet" in client.get(PAGE).content.decode()
    assert client.get("/lumenkit/visitors/current/").status_code == 404


def test_members_pages_are_not_cached(browser):
    assert "no-store" in browser.get(PAGE)["Cache-Control"]
    assert "no-store" in browser.post(PAGE, {"name_or_email": "ana@example.com", "role": "viewer"})["Cache-Control"]
