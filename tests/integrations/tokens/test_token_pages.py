"""The pages on which tokens are created, listed and revoked."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from tests.access_tokens import new_token
from tests.sessions import sign_in
from visitors.integrations.tokens.actions import MAX_TOKENS
from visitors.models import AccessToken

PAGE = "/account/tokens/"
FORM = {"name": "Nightly report", "website": "", "days": "90"}


def test_a_token_is_shown_once(browser_of_member, member):
    page = browser_of_member.post(PAGE, FORM).content.decode()
    [secret, again] = re.findall(r"jd_[\w-]{43}", page)  # the field, and its button
    assert secret == again
    token = AccessToken.objects.get()
    assert (token.user, token.website, token.name) == (member, None, "Nightly report")
    assert secret not in str(vars(token))
    assert token.expires_at - timezone.now() > timedelta(days=89)
    later = browser_of_member.get(PAGE).content.decode()
    assert token.mask in later
    assert secret not in later
    assert "Nightly report" in later
    assert "Never" in later


def test_a_token_can_be_limited_to_a_website(browser_of_member, lumenkit):
    browser_of_member.post(PAGE, FORM | {"website": "lumenkit", "days": "7"})
    assert AccessToken.objects.get().website == lumenkit
    assert "Expires in 7 days" in browser_of_member.get(PAGE).content.decode()


@pytest.mark.parametrize("wrong", [{"name": ""}, {"name": "x" * 61}, {"website": "pocketgarden"}, {"days": "3650"}])
def test_a_wrong_form_creates_nothing(browser_of_member, pocketgarden, wrong):
    answer = browser_of_member.post(PAGE, FORM | wrong)
    assert answer.status_code == 422
    assert AccessToken.objects.count() == 0


def test_a_form_without_its_fields_is_refused(browser_of_member):
    assert browser_of_member.post(PAGE, {"name": "x"}).status_code == 400


def test_the_number_of_tokens_is_limited(browser_of_member, member):
    for _ in range(MAX_TOKENS):
        new_token(member)
    assert browser_of_member.post(PAGE, FORM).status_code == 422
    assert AccessToken.objects.count() == MAX_TOKENS


def test_users_see_and_revoke_their_own_tokens_only(browser_of_member, member, viewer):
    new_token(viewer)
    other = AccessToken.objects.get()
    assert other.mask not in browser_of_member.get(PAGE).content.decode()
    assert browser_of_member.post(f"{PAGE}{other.pk}/revoke/", {"answer": "yes"}).status_code == 404
    new_token(member)
    own = AccessToken.objects.get(user=member)
    assert browser_of_member.post(f"{PAGE}{own.pk}/revoke/", {"answer": "yes"}).url == PAGE
    assert list(AccessToken.objects.all()) == [other]


def test_administrators_see_and_revoke_all_tokens(member, lumenkit, caplog):
    new_token(member, lumenkit)
    token = AccessToken.objects.get()
    administrator = get_user_model().objects.create_superuser("root")
    browser = Client()
    sign_in(browser, administrator)
    page = browser.get("/tokens/").content.decode()
    assert token.mask in page
    assert "Lumenkit" in page
    assert browser.post(f"/tokens/{token.pk}/revoke/", {"answer": "yes"}).url == "/tokens/"
    assert AccessToken.objects.count() == 0
    assert f"User {administrator.pk} revoked an access token, user {member.pk}" in caplog.text


def test_a_deactivated_account_is_named_as_such(member):
    new_token(member)
    get_user_model().objects.update(is_active=False)
    browser = Client()
    sign_in(browser, get_user_model().objects.create_superuser("root"))
    assert "Account deactivated" in browser.get("/tokens/").content.decode()


def test_the_account_page_leads_to_the_tokens_and_says_what_ends_none(browser_of_member):
    page = browser_of_member.get("/account/").content.decode()
    assert f'href="{PAGE}"' in page
    assert "keep working when you change your password or sign out everywhere" in page


def test_a_new_password_and_signing_out_everywhere_leave_tokens(browser_of_member, member):
    headers = new_token(member)
    form = {
        "old_password": "a long password",
        "new_password1": "quite another one",
        "new_password2": "quite another one",
    }
    assert browser_of_member.post("/account/password/", form).status_code == 302
    assert browser_of_member.post("/account/sign-out-everywhere/", {"answer": "yes"}).status_code == 302
    assert browser_of_member.get("/account/").status_code == 302
    assert Client().get("/api/v1/websites", headers=headers).status_code == 200
