"""A website's own page: settings, pause and removal."""

from uuid import UUID

import pytest

from tests.page_reader import Page
from visitors import profiles
from visitors.models import LastSeen, Membership, Snapshot, StoredJourney, Website
from visitors.sandbox import documented, tokens

OVERVIEW = "/websites/lumenkit/"
LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
JOURNEY = f"/lumenkit/visitors/{LEAD}/"
FACTS = {"name": "Lumenkit", "domain": "lumenkit.example", "time_zone": "America/New_York", "currency": "USD"}


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def test_changed_settings_are_logged_without_their_values(browser_of_admin, admin, changes):
    response = browser_of_admin.post(OVERVIEW, FACTS | {"name": "Shop", "currency": "eur"})
    assert response.url == OVERVIEW
    website = Website.objects.get()
    assert (website.name, website.currency, website.slug) == ("Shop", "EUR", "lumenkit")
    assert changes() == [f"User {admin.pk} changed name, currency, website lumenkit"]


def test_settings_that_another_user_changes_meanwhile_are_kept(browser_of_admin, changes):
    def fields(response):
        inputs = Page(response.content).named("input")
        return {field["name"]: field.get("value", "") for field in inputs if field.get("name")}

    shown = fields(browser_of_admin.get(OVERVIEW))
    Website.objects.update(time_zone="Asia/Seoul", currency="KRW")
    refused = fields(browser_of_admin.post(OVERVIEW, shown | {"name": ""}))
    browser_of_admin.post(OVERVIEW, refused | {"name": "Shop"})
    website = Website.objects.get()
    assert (website.name, website.time_zone, website.currency) == ("Shop", "Asia/Seoul", "KRW")
    assert [line.partition(" changed ")[2] for line in changes()] == ["name, website lumenkit"]


def test_control_characters_in_a_name_are_replaced(browser_of_admin):
    browser_of_admin.post(OVERVIEW, FACTS | {"name": "Lumen\x01\u202ekit"})
    assert Website.objects.get().name == "Lumen\ufffd\ufffdkit"


def test_invalid_settings_are_refused(browser_of_admin, lumenkit):
    response = browser_of_admin.post(OVERVIEW, FACTS | {"name": "", "domain": "no domain"})
    page = Page(response.content)
    assert response.status_code == 422
    assert page.with_id("id_domain")["value"] == "no domain"
    assert "Enter a valid domain" in page.text
    assert "Websites Lumenkit" in page.text
    assert Website.objects.get().domain == "lumenkit.example"


def test_a_zone_with_an_older_name_stays_and_is_not_offered(browser_of_admin):
    Website.objects.update(time_zone="US/Eastern")
    page = Page(browser_of_admin.get(OVERVIEW).content)
    assert page.with_id("id_time_zone")["value"] == "US/Eastern"
    assert {"value": "US/Eastern"} not in page.named("option")
    browser_of_admin.post(OVERVIEW, FACTS | {"time_zone": "US/Eastern"})
    assert Website.objects.get().time_zone == "US/Eastern"


def test_a_time_zone_can_be_typed_as_a_city(browser_of_admin):
    browser_of_admin.post(OVERVIEW, FACTS | {"time_zone": "buenos aires"})
    assert Website.objects.get().time_zone == "America/Argentina/Buenos_Aires"


def test_the_page_shows_the_mask_and_no_token(browser_of_admin, lumenkit):
    html = browser_of_admin.get(OVERVIEW).content.decode()
    assert lumenkit.credential_mask in html
    assert tokens.LUMENKIT_KEY not in html
    assert lumenkit.credential_encrypted not in html


def test_without_a_role_the_page_explains_missing_visitors(browser, browser_of_admin, lumenkit):
    words = "You don’t see this website’s visitors"
    assert words in Page(browser.get(OVERVIEW).content).text
    assert words not in Page(browser_of_admin.get(OVERVIEW).content).text


def test_a_paused_website_shows_stored_profiles(browser_of_admin, browser_of_member, sandbox, clock, changes):
    browser_of_member.get(JOURNEY)
    clock.shift(3 * 3600)
    assert browser_of_admin.post(f"{OVERVIEW}pause/", {"answer": "yes"}).url == OVERVIEW
    assert "Paused" in Page(browser_of_admin.get(OVERVIEW).content).text
    asked = len(sandbox.calls)
    assert browser_of_member.get(JOURNEY).status_code == 200
    page = Page(browser_of_member.post(f"{JOURNEY}refresh/", follow=True).content)
    assert "This website is paused. What you see is from 3 hours ago." in page.text
    fragment = browser_of_member.post(f"{JOURNEY}refresh/", {"automatic": "1"}, headers={"HX-Request": "true"})
    assert "This website is paused" in Page(fragment.content).text
    browser_of_member.post(f"{JOURNEY}follow/")
    assert len(sandbox.calls) == asked
    browser_of_admin.post(f"{OVERVIEW}resume/", {"answer": "yes"})
    browser_of_member.post(f"{JOURNEY}refresh/")
    assert len(sandbox.calls) == asked + 1
    assert [line.split(maxsplit=2)[2] for line in changes()] == [
        "paused, website lumenkit",
        "resumed, website lumenkit",
    ]


def test_a_paused_website_without_a_profile_explains_itself(
    browser_of_admin, browser_of_member, admin, lumenkit, sandbox
):
    browser_of_admin.post(f"{OVERVIEW}pause/", {"answer": "yes"})
    response = browser_of_member.get(JOURNEY)
    page = Page(response.content)
    assert response.status_code == 503
    assert "This website is paused" in page.text
    assert "ada can resume the website." in page.text
    assert "Try again" not in page.text
    assert OVERVIEW in Page(browser_of_admin.get(JOURNEY).content).links
    assert "Paused" in Page(browser_of_member.get("/").content).text
    assert len(sandbox.calls) == 0


def test_a_second_pause_keeps_the_time_of_the_first(browser_of_admin, clock, changes):
    browser_of_admin.post(f"{OVERVIEW}pause/", {"answer": "yes"})
    first = Website.objects.get().paused_at
    clock.shift(60)
    browser_of_admin.post(f"{OVERVIEW}pause/", {"answer": "yes"})
    assert Website.objects.get().paused_at == first
    assert len(changes()) == 1


def test_the_page_names_what_a_removal_deletes(browser_of_admin, member, lumenkit, sandbox):
    profiles.get_profile(lumenkit, LEAD)
    text = Page(browser_of_admin.get(f"{OVERVIEW}remove/").content).text
    for words in (
        lumenkit.credential_mask,
        "the access of 2 people",
        "the stored data of 1 visitor",
        "The data in DataFast.",
    ):
        assert words in text
    assert Website.objects.exists()


@pytest.mark.usefixtures("sandbox")
def test_typing_the_slug_removes_the_website_and_its_data(
    browser_of_admin, browser_of_member, lumenkit, pocketgarden, changes
):
    browser_of_member.get(JOURNEY)
    browser_of_member.post(f"{JOURNEY}look/")
    assert browser_of_admin.post(f"{OVERVIEW}remove/", {"typed": " Lumenkit "}).url == "/"
    assert list(Website.objects.all()) == [pocketgarden]
    assert not Snapshot.objects.exists()
    assert not Membership.objects.exists()
    assert not LastSeen.objects.exists()
    assert not StoredJourney.objects.exists()
    assert browser_of_member.get(JOURNEY).status_code == 404
    assert [line.split(maxsplit=2)[2] for line in changes()] == ["removed, website lumenkit"]


@pytest.mark.parametrize("typed", ["", "yes", "pocketgarden"])
def test_a_wrong_slug_removes_nothing(browser_of_admin, typed):
    response = browser_of_admin.post(f"{OVERVIEW}remove/", {"typed": typed})
    assert response.status_code == 422
    assert "Nothing was removed." in Page(response.content).text
    assert Website.objects.exists()


@pytest.mark.parametrize("rest", ["", "key/", "pause/", "resume/", "remove/"])
def test_pages_of_other_websites_are_404(browser_of_admin, pocketgarden, rest):
    for method in (browser_of_admin.get, browser_of_admin.post):
        if rest in ("pause/", "resume/") and method == browser_of_admin.get:
            continue
        response = method(f"/websites/pocketgarden/{rest}", {"typed": "pocketgarden"})
        assert response.status_code == 404
    assert Website.objects.filter(slug="pocketgarden", paused_at=None).exists()


@pytest.mark.parametrize(
    ("domain", "is_warned"),
    [("www.pocketgarden.example", True), ("lumenkit.example", False), ("garden.example", False)],
)
def test_a_domain_of_another_website_is_saved_with_a_warning(browser_of_admin, pocketgarden, domain, is_warned):
    Website.objects.filter(pk=pocketgarden.pk).update(domain="pocketgarden.example")
    page = Page(browser_of_admin.post(OVERVIEW, FACTS | {"domain": domain}, follow=True).content)
    assert "Saved." in page.text
    assert (f"{domain} is already connected as" in page.text) is is_warned
    assert Website.objects.get(slug="lumenkit").domain == domain
