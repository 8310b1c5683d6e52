"""Signing in with a password, with a reset link, and with OpenID Connect."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.browser.conftest import violations
from visitors.accounts.openid import provider
from visitors.accounts.views.password_reset import make_reset_link

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore::DeprecationWarning:authlib")]


def test_a_reset_password_signs_in(desk, member, live_server):
    page = desk()
    path = make_reset_link(member).removeprefix("http://testserver")
    page.goto(path)
    page.get_by_label("New password", exact=True).fill("quite another password")
    page.get_by_label("Repeat new password").fill("quite another password")
    assert violations(page) == []
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()
    page.get_by_label("User name or email").fill("mina")
    page.get_by_label("Password").fill("quite another password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Who are you looking for?")).to_be_visible()


def test_too_many_attempts_show_how_long_to_wait(desk, member):
    for _ in range(9):
        Client().post("/sign-in/", {"username": "mina", "password": "wrong"})
    page = desk()
    page.goto("/sign-in/")
    page.get_by_label("User name or email").fill("mina")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Try again in 30 minutes.")).to_be_visible()
    assert violations(page) == []


def test_openid_sign_in_works_under_the_content_security_policy(desk, live_server, member, settings):
    from tests.openid_issuer import OpenIDIssuer  # noqa: PLC0415 (slow)

    member.email = "mina@example.com"
    member.set_unusable_password()
    member.save()
    with OpenIDIssuer({"subject-mina": {"email": "mina@example.com", "email_verified": True}}) as issuer:
        settings.OIDC_ISSUER, settings.PUBLIC_URL = issuer.url, live_server.url
        settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = "journeydesk", "secret"
        settings.AUTHENTICATION_BACKENDS = [
            *settings.AUTHENTICATION_BACKENDS,
            "visitors.accounts.openid.backend.OpenIDBackend",
        ]
        provider.get_provider_settings.cache.clear()
        page = desk()
        # The issuer's own page wants a style sheet from elsewhere; no test goes there.
        page.route(re.compile(r"^https?://(?!localhost|127\.0\.0\.1)"), lambda route: route.fulfill(body=""))
        page.goto("/account/")
        assert violations(page) == []
        page.get_by_role("link", name="Sign in with your company account").click()
        page.get_by_role("button", name="subject-mina").click()
        expect(page.get_by_role("heading", name="Your account")).to_be_visible()
        expect(page.get_by_text("You sign in as mina.")).to_be_visible()
    provider.get_provider_settings.cache.clear()
