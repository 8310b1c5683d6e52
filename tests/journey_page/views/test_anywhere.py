"""A visitor id without a website: who is asked, in which order, and what the page says if nobody knows the visitor."""

from datetime import UTC, datetime

import pytest

from tests.page_reader import Page
from visitors.journey_page.views import anywhere
from visitors.models import AuditEntry, Membership
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
APP_USER = documented.APP_USER.visitor_id
NOBODY = "0e5c0000-0000-4000-8000-00000000000f"


@pytest.fixture(autouse=True)
def _both_websites(member, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member)


def log_of(visitor_id):
    """The website and result of each entry about a visitor, oldest first."""
    entries = AuditEntry.objects.filter(visitor_id=visitor_id).order_by("pk")
    return list(entries.values_list("website__slug", "result"))


@pytest.mark.parametrize("first", ["lumenkit", "pocketgarden", "", "nonsense"])
@pytest.mark.parametrize(("visitor_id", "slug"), [(LEAD, "lumenkit"), (APP_USER, "pocketgarden")])
def test_the_website_that_knows_the_visitor_is_found(browser_of_member, sandbox, first, visitor_id, slug):
    response = browser_of_member.get(f"/visitors/{visitor_id}/?first={first}")
    assert response.url == f"/{slug}/visitors/{visitor_id}/"
    browser_of_member.get(response.url)
    # One call for each website that was asked, and none for the page.
    asked = 2 if first != slug and (first == "pocketgarden" or slug == "pocketgarden") else 1
    assert sandbox.calls.count(visitor_id) == asked


def test_a_paste_opens_the_journey_on_the_right_website(browser_of_member, sandbox):
    response = browser_of_member.post("/", {"pasted": f"who is {APP_USER}?", "website": ""}, follow=True)
    assert response.redirect_chain[-1][0] == f"/pocketgarden/visitors/{APP_USER}/"
    assert log_of(APP_USER) == [("lumenkit", "not found"), ("pocketgarden", "shown")]
    # The next one is asked there first.
    response = browser_of_member.post("/", {"pasted": LEAD, "website": ""})
    assert response.url == f"/visitors/{LEAD}/?first=pocketgarden"


def test_a_stored_visitor_is_opened_without_a_call(browser_of_member, sandbox, pocketgarden):
    browser_of_member.get(f"/pocketgarden/visitors/{APP_USER}/")
    calls = len(sandbox.calls)
    assert browser_of_member.get(f"/visitors/{APP_USER}/?first=lumenkit").url == f"/pocketgarden/visitors/{APP_USER}/"
    assert len(sandbox.calls) == calls


def test_a_bot_is_known_to_its_website(browser_of_member, sandbox):
    bot = documented.BOT.visitor_id
    assert browser_of_member.get(f"/visitors/{bot}/?first=lumenkit").url == f"/lumenkit/visitors/{bot}/"


def test_unknown_everywhere_says_who_was_asked(browser_of_member, sandbox):
    response = browser_of_member.get(f"/visitors/{NOBODY}/")
    shown = Page(response.content).text
    assert response.status_code == 404
    assert "DataFast has no page views of this visitor on lumenkit.example and pocketgarden.example." in shown
    assert "Could not be asked" not in shown
    assert log_of(NOBODY) == [("lumenkit", "not found"), ("pocketgarden", "not found")]


def test_a_website_that_cannot_be_asked_is_named_with_the_reason(browser_of_member, sandbox, pocketgarden):
    pocketgarden.paused_at = datetime.now(UTC)
    pocketgarden.save()
    response = browser_of_member.get(f"/visitors/{NOBODY}/?first=pocketgarden")
    shown = Page(response.content)
    assert response.status_code == 404
    assert "no page views of this visitor on lumenkit.example." in shown.text
    assert "Could not be asked pocketgarden.example This website is paused" in shown.text
    assert f"/pocketgarden/visitors/{NOBODY}/" in shown.links


def test_the_budget_of_a_token_is_kept(browser_of_member, sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    browser_of_member.get(f"/visitors/{NOBODY}/")
    shown = Page(browser_of_member.get(f"/visitors/{NOBODY[:-1]}1/").content).text
    assert "No website could be asked" in shown
    assert shown.count("The limit of 1 request a minute for this website’s key is reached.") == 2


def test_no_website_is_asked_once_the_time_is_over(browser_of_member, settings):
    settings.UPSTREAM_DEADLINE_SECONDS = 0
    shown = Page(browser_of_member.get(f"/visitors/{NOBODY}/").content).text
    assert shown.count(anywhere.NO_TIME_LEFT) == 2
