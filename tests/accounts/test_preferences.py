"""The preferences of a user: stored with the account, and used on every page."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.concurrency import beside
from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.models import Preferences
from visitors.web.time_zones import listed_time_zones

ADDRESS = "/account/preferences/"


def test_the_theme_and_density_apply_to_every_page(browser_of_member):
    assert 'data-theme="system"' in browser_of_member.get("/").content.decode()
    response = browser_of_member.post(ADDRESS, {"theme": "dark", "density": "compact"})
    assert (response.status_code, response.headers["Location"]) == (302, "/account/")
    for page in ("/", "/account/", "/nothing/here/"):
        assert 'data-theme="dark" data-density="compact"' in browser_of_member.get(page).content.decode()


def test_clock_and_shortcuts_apply_to_every_page(browser_of_member):
    browser_of_member.post(ADDRESS, {"clock": "12", "shortcuts": "off"})
    assert 'data-clock="12" data-shortcuts="off"' in browser_of_member.get("/").content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
        ("", ""),
    ],
)
def test_a_time_zone_is_found_as_it_is_typed(browser_of_member, member, typed, stored):
    browser_of_member.post(ADDRESS, {"time_zone": typed})
    assert Preferences.objects.get(user=member).time_zone == stored
    page = Page(browser_of_member.get("/account/").content)
    assert page.with_id("time_zone")["value"] == stored


def test_an_unknown_time_zone_is_explained_and_changes_nothing(browser_of_member):
    response = browser_of_member.post(ADDRESS, {"time_zone": "Mars", "theme": "dark"}, follow=True)
    assert "Mars is not an IANA time zone" in Page(response.content).text
    assert not Preferences.objects.exists()


def test_zones_are_offered_without_their_older_names():
    assert {"UTC", "Asia/Kolkata", "America/New_York", "Europe/Amsterdam"} <= set(listed_time_zones())
    assert not {"Asia/Calcutta", "US/Eastern", "Etc/GMT+5", "localtime"} & set(listed_time_zones())


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


@pytest.mark.parametrize(
    "form", [{}, {"theme": "pink"}, {"theme": ""}, {"user": "1"}, {"summary_format": "\x00"}, {"clock": "13"}]
)
def test_a_form_without_a_choice_changes_nothing(browser_of_member, form):
    assert browser_of_member.post(ADDRESS, form).status_code == 400
    assert not Preferences.objects.exists()


def test_reading_preferences_costs_no_query(browser_of_member):
    with CaptureQueriesContext(connection) as queries:
        assert b"data-theme" in browser_of_member.get("/account/").content
    assert not [query["sql"] for query in queries if "preferences" in query["sql"]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("statement", ["INSERT INTO", "UPDATE"])
def test_two_changes_at_once_are_both_stored(browser_of_member, member, statement):
    if statement == "UPDATE":
        Preferences.objects.create(user=member)
    other = Client()
    sign_in(other, member)
    with beside(f'{statement} "visitors_preferences"', lambda: other.post(ADDRESS, {"theme": "dark"})) as outcomes:
        browser_of_member.post(ADDRESS, {"density": "compact"})
    assert outcomes == [None]
    stored = Preferences.objects.get()
    assert (stored.theme, stored.density) == ("dark", "compact")
