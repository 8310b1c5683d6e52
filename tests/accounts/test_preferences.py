"""The preferences of a user: stored with the account, and used on every page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from visitors.models import Preferences

ADDRESS = "/account/preferences/"


def test_the_theme_and_density_apply_to_every_page(browser_of_member):
    assert 'data-theme="system"' in browser_of_member.get("/").content.decode()
    response = browser_of_member.post(ADDRESS, {"theme": "dark", "density": "compact"})
    assert (response.status_code, response.headers["Location"]) == (302, "/account/")
    for page in ("/", "/account/", "/nothing/here/"):
        assert 'data-theme="dark" data-density="compact"' in browser_of_member.get(page).content.decode()


def test_preferences_follow_the_user_to_another_browser(browser_of_member, member):
    browser_of_member.post(ADDRESS, {"theme": "light"})
    other = Client()
    other.force_login(member)
    assert 'data-theme="light"' in other.get("/").content.decode()


def test_a_change_leaves_other_preferences_alone(browser_of_member, member):
    browser_of_member.post(ADDRESS, {"theme": "dark"})
    response = browser_of_member.post(
        ADDRESS, {"summary_content": "billing", "summary_format": "html"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 204
    stored = Preferences.objects.get(user=member)
    assert (stored.theme, stored.summary_content, stored.summary_format) == ("dark", "billing", "html")


@pytest.mark.parametrize("form", [{}, {"theme": "pink"}, {"theme": ""}, {"user": "1"}, {"summary_format": "\x00"}])
def test_a_form_without_a_choice_changes_nothing(browser_of_member, form):
    assert browser_of_member.post(ADDRESS, form).status_code == 400
    assert not Preferences.objects.exists()


def test_reading_preferences_costs_no_query(browser_of_member):
    with CaptureQueriesContext(connection) as queries:
        assert b"data-theme" in browser_of_member.get("/account/").content
    assert not [query["sql"] for query in queries if "preferences" in query["sql"]]
