"""The page of an invitation's link."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.accounts import invitations
from visitors.models import Invitation, Membership
from visitors.roles import Role

User = get_user_model()
YES = {"answer": "yes"}
PASSWORD = "ships and 12 lighthouses"
ANA = {
    "first_name": "Ana Lima",
    "email": "ana@example.com",
    "username": "ana",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


@pytest.fixture
def invitation(lumenkit, admin):
    """An invitation of an email to be member of Lumenkit, from its admin."""
    return invitations.invite("ana@example.com", lumenkit, Role.MEMBER, by=admin)


@pytest.fixture
def link(invitation):
    return invitations.path(invitation)


@pytest.fixture
def open_link(lumenkit, admin):
    """The path of an invitation by name, which any account can accept."""
    return invitations.path(invitations.invite("Ana Lima", lumenkit, Role.MEMBER, by=admin))


def words(page):
    return page.content.decode()


def test_an_invitation_names_the_inviter_and_the_website(client, link):
    page = client.get(link)
    assert "Join <bdi>Lumenkit</bdi>" in words(page)
    assert "<bdi>ada</bdi> invites you" in words(page)
    assert "Looks up visitors, copies summaries and exports journeys." in words(page)
    assert 'value="ana@example.com"' in words(page)
    assert "no-store" in page["Cache-Control"]
    assert page["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex">' in words(page)


def test_opening_an_invitation_changes_nothing(client, link, viewer):
    sign_in(client, viewer)
    for browser in (Client(), client):
        for _ in range(3):
            browser.get(link)
            browser.head(link)
    assert Invitation.objects.get().used_at is None
    assert Client().post(link, ANA).status_code == 302


def test_a_new_user_joins_and_is_signed_in(client, link):
    answer = client.post(link, ANA, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert "Welcome. You are now a member of Lumenkit." in words(answer)
    ana = User.objects.get(username="ana")
    assert answer.wsgi_request.user == ana
    assert (ana.get_full_name(), ana.email) == ("Ana Lima", "ana@example.com")
    assert (ana.is_superuser, ana.is_staff) == (False, False)
    assert Membership.objects.get(user=ana).role == "member"
    again = Client()
    assert again.login(username="ana", password=PASSWORD, request=answer.wsgi_request)


def test_a_used_invitation_is_gone(client, link):
    client.post(link, ANA)
    for browser in (client, Client()):
        page = browser.get(link)
        assert page.status_code == 410
        assert "has been used" in words(page)
    replayed = Client().post(link, ANA | {"username": "bob", "email": "bob@example.com"})
    assert replayed.status_code == 410
    assert not User.objects.filter(username="bob").exists()


def test_an_expired_invitation_is_gone(client, link, clock):
    clock.shift(timedelta(days=3, minutes=1))
    for answer in (client.get(link), client.post(link, ANA)):
        assert answer.status_code == 410
        assert "has expired" in words(answer)
    assert not User.objects.filter(username="ana").exists()


def test_a_withdrawn_invitation_is_gone(client, link, invitation, admin):
    invitations.withdraw(invitation, by=admin)
    for answer in (client.get(link), client.post(link, ANA)):
        assert answer.status_code == 410
        assert "is no longer valid" in words(answer)


@pytest.mark.parametrize(
    "change", [lambda link: link[:-2] + "/", lambda link: link.replace(".", ".A"), lambda _: "/invitations/%00/"]
)
def test_an_incomplete_invitation_link_is_a_404(client, link, change):
    for answer in (client.get(change(link)), client.post(change(link), ANA)):
        assert answer.status_code == 404
        assert "is incomplete" in words(answer)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"username": ""}, "This field is required."),
        ({"first_name": ""}, "Enter your name."),
        ({"email": ""}, "Enter your email address."),
        ({"email": "ana"}, "Enter a valid email address."),
        ({"username": "ADA"}, "A user with that username already exists."),
        ({"username": "boss@example.com"}, "A user name can’t contain @."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"email": "Vera@Example.com"}, "An account already has this email."),
        ({"password2": "another"}, "The two password fields didn’t match."),
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        ({"password1": "password123", "password2": "password123"}, "This password is too common."),
        ({"password1": "ana@example.com", "password2": "ana@example.com"}, "too similar to the email address"),
    ],
)
def test_an_invalid_account_keeps_the_invitation_open(client, open_link, viewer, changed, sentence):
    User.objects.filter(pk=viewer.pk).update(email="vera@example.com")
    people = User.objects.count()
    page = client.post(open_link, ANA | changed)
    assert page.status_code == 422
    assert sentence in words(page)
    assert PASSWORD not in words(page)
    assert User.objects.count() == people
    assert Client().post(open_link, ANA).status_code == 302


def test_a_bad_password_is_shown_beside_it(client, open_link):
    page = Page(client.post(open_link, ANA | {"password1": "short", "password2": "short"}).content)
    assert [page.with_id(f"id_password{number}").get("aria-invalid") for number in "12"] == ["true", None]


def test_a_new_account_gets_the_invited_email(client, link):
    assert "The invitation is for this email." in words(client.get(link))
    client.post(link, ANA | {"email": "somebody.else@example.org"})
    assert User.objects.get(username="ana").email == "ana@example.com"


def test_an_existing_user_accepts_with_a_button(client, link, viewer):
    User.objects.filter(pk=viewer.pk).update(email="ana@example.com")
    sign_in(client, viewer)
    assert "Join as <bdi>vera</bdi>" in words(client.get(link))
    assert Membership.objects.get(user=viewer).role == "viewer"
    assert "Welcome. You are now a member of Lumenkit." in words(client.post(link, YES, follow=True))
    assert Membership.objects.get(user=viewer).role == "member"


@pytest.mark.parametrize("sent", [{}, {"answer": "no"}, ANA])
def test_a_signed_in_user_joins_with_the_button_only(client, open_link, viewer, sent):
    sign_in(client, viewer)
    page = client.post(open_link, sent)
    assert page.status_code == 400
    assert "Join as <bdi>vera</bdi>" in words(page)
    assert Membership.objects.get(user=viewer).role == "viewer"
    assert Invitation.objects.get().used_at is None


def test_an_invitation_of_another_email_is_refused(client, link, viewer):
    sign_in(client, viewer)
    for answer in (client.get(link), client.post(link, YES)):
        assert answer.status_code == 403
        assert "for someone else" in words(answer)
    assert Membership.objects.get(user=viewer).role == "viewer"


def test_an_invitation_that_gives_nothing_new_is_refused(client, lumenkit, admin, viewer):
    sign_in(client, viewer)
    link = invitations.path(invitations.invite("anyone", lumenkit, Role.VIEWER, by=admin))
    assert client.get(link).status_code == 409
    assert client.post(link, YES).status_code == 409


def test_accepting_needs_a_csrf_token(link, viewer):
    User.objects.filter(pk=viewer.pk).update(email="ana@example.com")
    careful = Client(enforce_csrf_checks=True)
    sign_in(careful, viewer)
    assert careful.post(link, YES).status_code == 403
    assert Client(enforce_csrf_checks=True).post(link, ANA).status_code == 403
    assert Invitation.objects.get().used_at is None


def test_a_new_administrator_is_redirected_to_the_websites(client, db):
    root = User.objects.create_superuser("root")
    link = invitations.path(invitations.invite("ana@example.com", None, None, by=root))
    assert "manage this Journeydesk" in words(client.get(link))
    assert client.post(link, ANA).url == "/websites/"
    assert User.objects.get(username="ana").is_superuser


def test_signing_in_leads_back_to_the_invitation(client, link):
    page = words(client.get(link))
    address = f"/sign-in/?next={link}"
    assert f'href="{address}"' in page
    User.objects.create_user("ana", "ana@example.com", PASSWORD)
    assert client.post(address, {"username": "ana", "password": PASSWORD, "next": link}).url == link


def test_a_refused_invitation_is_logged_without_the_link(client, link, viewer, caplog):
    sign_in(client, viewer)
    client.get(link)
    assert f"An invitation was refused (wrong recipient) to user {viewer.pk}." in caplog.text
    assert link.split("/")[2] not in caplog.text
    assert str(Invitation.objects.get().key.hex) not in caplog.text
