"""The list of websites with their statuses, for users who manage them."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.page_reader import Page
from visitors import profiles
from visitors.models import Website
from visitors.sandbox import documented, tokens

LEAD = documented.RETURNING_LEAD.visitor_id


def shown(browser):
    return Page(browser.get("/websites/").content)


def test_administrators_see_all_websites_and_admins_their_own(browser, browser_of_admin, lumenkit, pocketgarden):
    assert "Pocket Garden" in shown(browser).text
    assert "Lumenkit" in shown(browser_of_admin).text
    assert "Pocket Garden" not in shown(browser_of_admin).text


def test_a_user_who_manages_no_website_is_refused(browser_of_member):
    assert browser_of_member.get("/websites/").status_code == 403


def test_without_websites_an_administrator_is_led_to_connect(browser):
    page = shown(browser)
    assert "No website yet" in page.text
    assert "/websites/add/" in page.links
    assert "/websites/" in Page(browser.get("/").content).links


def test_a_working_website_shows_last_answer_and_calls(browser, lumenkit, sandbox, clock):
    assert "Ready" in shown(browser).text
    profiles.get_profile(lumenkit, LEAD)
    clock.shift(181)
    text = shown(browser).text
    assert "Working" in text
    assert "3 minutes ago" in text
    assert "0 of 60" in text
    assert lumenkit.credential_mask in text
    profiles.refresh_profile(lumenkit, LEAD)
    assert "1 of 60" in shown(browser).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"key_rejected_since": datetime(2026, 5, 4, 12, tzinfo=UTC)}, "Key rejected since"),
        ({"paused_at": datetime(2026, 5, 4, 12, tzinfo=UTC)}, "Paused since"),
        ({"consecutive_failures": 5}, "DataFast unavailable"),
        ({"credential_encrypted": "of a lost key"}, "The key can’t be read"),
    ],
)
def test_the_problem_of_a_website_is_shown(browser, lumenkit, fields, words):
    Website.objects.update(**fields)
    assert words in shown(browser).text


def test_many_websites_take_no_more_queries_than_one(browser, lumenkit):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert browser.get("/websites/").status_code == 200
        return len(caught)

    one = queries()
    for number in range(20):
        website = Website(slug=f"shop-{number}", name="Shop", domain="shop.example")
        website.set_token(f"{tokens.LUMENKIT_KEY}{number}")
        website.save()
    assert queries() == one <= 6


def test_managers_find_the_websites_in_the_menu(browser_of_admin, browser_of_member, sandbox):
    for address in ("/", f"/lumenkit/visitors/{LEAD}/"):
        assert "/websites/" in Page(browser_of_admin.get(address).content).links
        assert "/websites/" not in Page(browser_of_member.get(address).content).links
