"""The journey page in each of its states, as a browser without JavaScript gets it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model

from tests.faulty_upstream import answer, error
from tests.page_reader import Page
from visitors import profiles
from visitors.audit import erasure
from visitors.journey_page import article_cache
from visitors.models import Membership, Snapshot, Website
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
PAYLOADS = Path(__file__).parents[2] / "journey" / "payloads"
PAYLOAD_ID = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"

# Every value of the two editions' answers, in the words of the page, in New York's zone.
IN_WORDS = {
    "visitor-2025.json": [
        *("South Korea", "KR", "Chungcheongnam-do", "Seosan City"),
        *("Referrer youtube.com", "Chrome 133.0.0.0", "Mac OS 10.15.7", "Apple Macintosh, desktop", "1728 × 998"),
        *("3 visits", "8 page views", "1 listed", "7 page views and 2 visits are not in DataFast’s answer"),
        *("First visit Apr 10, 2025, 23:38", "Latest visit Apr 10, 2025, 23:38", "Latest page codefa.st/"),
        *("23:38:49", "newsletter_signup", "Sign up for the newsletter", "first goal after 5 seconds"),
        *("72 of 100", "1.38%, about 1 in 72", "$3.09", "83.1%, plenty of data behind it"),
    ],
    "visitor-2026.json": [
        *("South Korea", "KR", "South Chungcheong", "Seosan City"),
        *("Referrer youtube.com", "Campaign source newsletter", "Medium email", "Campaign launch"),
        "Google Ads click EAIaIQobChMI0-test",
        *("Chrome 133.0.0.0", "Mac OS 10.15.7", "Apple Macintosh, desktop", "1728 × 998"),
        *("3 visits", "8 page views", "First visit Sat, May 2, 05:12", "Latest visit Tue, May 5, 04:46"),
        "Latest page codefa.st/dashboard",
        *("05:12:00", "05:13:41", "05:19:05", "16:01:10", "16:03:55", "16:07:12", "04:46:00", "04:47:30"),
        *("/pricing", "/docs/getting-started", "?plan=pro", "/checkout", "/thank-you", "/dashboard"),
        "Onboarding",
        *("newsletter_signup", "Sign up for the newsletter", "checkout_initiated"),
        *("$149", "after 2 days 11 hours", "subscription started", "from the payment provider"),
        *("User id user_123", "Email jane@example.com", "Name Jane Doe", "Plan pro", "Company Example & Co <Ltd>"),
        "Identified Mon, May 4, 16:05",
        "already a customer",
    ],
}


def address(visitor=LEAD, rest=""):
    return f"/lumenkit/visitors/{visitor}/{rest}"


def page(browser, *args):
    return Page(browser.get(address(*args)).content)


@pytest.mark.parametrize("name", IN_WORDS)
def test_every_value_of_an_answer_is_on_the_page(browser_of_member, lumenkit, other_upstream, clock, name):
    clock.move_to("2026-05-20T12:00:00Z")
    other_upstream.behaviors = [answer(body=(PAYLOADS / name).read_bytes())]
    shown = page(browser_of_member, PAYLOAD_ID, "?open=1,2,3")
    assert PAYLOAD_ID in shown.text
    assert [words for words in IN_WORDS[name] if words not in shown.text] == []


def test_the_ribbon_of_many_visits_zooms_into_the_latest_ones(browser_of_member, sandbox):
    long = documented.TEN_THOUSAND.visitor_id
    all_visits = page(browser_of_member, long, "?at=2026-05-01T10:00:00Z")
    zoom = next(link for link in all_visits.links if "ribbon=latest" in link)
    zoomed = page(browser_of_member, long, zoom)
    assert "at=2026-05-01T10:00:00Z" in zoom
    assert "Show the latest visits one by one" in all_visits.text
    assert "340 earlier visits not shown." in zoomed.text
    assert "Show all visits" in zoomed.text
    assert "latest" in [tag.get("value") for tag in zoomed.named("input") if tag.get("name") == "ribbon"]
    assert sum("ribbon=latest&open=" in link for link in zoomed.links) >= 60
    assert [link for link in zoomed.links if link.startswith("?at=") and "ribbon" not in link]  # and out again
    assert not [link for link in page(browser_of_member).links if "ribbon=latest" in link]


def test_visitor_supplied_text_is_never_a_link(browser_of_member, sandbox):
    shown = page(browser_of_member, documented.HOSTILE.visitor_id)
    assert "<script>" in shown.text
    assert [tag["src"] for tag in shown.named("script") if not tag["src"].startswith("/static/")] == []
    assert not shown.named("img")
    assert not [link for link in shown.links if not link.startswith(("/", "#", "?"))]


def test_no_text_of_an_answer_changes_the_direction_of_ours(browser_of_member, other_upstream):
    acting = "\u202eabc\u2066\u2067\u2068\u202a"
    name, data = f"محمد{acting}", json.loads((PAYLOADS / "visitor-2026.json").read_bytes())["data"]
    data["identity"] |= {"params": {"utm_source": f"חדשות{acting}", "utm_campaign": f"מבצע{acting}"}}
    data["profile"] = {"userId": f"7{acting}", "metadata": {"name": name, "company": name, f"a{acting}": name}}
    data["activity"]["visitedPages"][0]["url"] = f"shop.example/שלום{acting}/b?q={acting}"
    data["activity"]["completedGoals"][0]["name"] = f"اشتراك{acting}"
    other_upstream.behaviors = [answer(body={"status": "success", "data": data})]
    texts = [
        browser_of_member.get(address(PAYLOAD_ID, path)).content.decode()
        for path in ("", f"?q={acting}&at={acting}", "summary.txt", "summary.txt?format=markdown", "events.csv")
    ]
    for line in (line for text in texts for line in text.splitlines()):
        assert not re.search("[\u202a-\u202e]", line)
        opened = [line.count(isolate) for isolate in "\u2066\u2067\u2068"]
        assert sum(opened) == line.count("\u2069")
    assert "<title>\u2068محمد" in texts[0]
    assert "\u2069 on lumenkit.example" in texts[0]


def test_html_in_an_answer_is_escaped(browser_of_member, other_upstream):
    def hostile(value):
        match value:
            case dict():
                return {key: hostile(item) for key, item in value.items()}
            case list():
                return [hostile(item) for item in value]
            case str() if value != PAYLOAD_ID and not value[:4].isdigit():
                return f'"><img src=x onerror=alert(1)>{value}'
        return value

    body = json.loads((PAYLOADS / "visitor-2026.json").read_text())
    other_upstream.behaviors = [answer(body={"status": "success", "data": hostile(body["data"])})]
    shown = page(browser_of_member, PAYLOAD_ID, "?open=1,2,3")
    assert "<img src=x onerror=alert(1)>Jane Doe" in shown.text
    assert not shown.named("img")
    assert not [attributes for _, attributes in shown.tags if any(name.startswith("on") for name in attributes)]


def test_pages_about_a_visitor_forbid_caching(browser_of_member, sandbox):
    for response in (
        browser_of_member.get(address()),
        browser_of_member.get("/"),
        browser_of_member.get("/nothing/here/"),
        browser_of_member.post(address(rest="refresh/"), headers={"HX-Request": "true"}),
    ):
        assert {"private", "no-store"} <= set(response.headers["Cache-Control"].split(", "))


def test_an_id_in_capitals_redirects_to_lower_case(browser_of_member):
    response = browser_of_member.get(address("C0FFEE00-0000-4000-8000-000000000002"))
    assert (response.status_code, response.headers["Location"]) == (
        302,
        address("c0ffee00-0000-4000-8000-000000000002"),
    )


@pytest.mark.parametrize(
    "nonsense",
    [
        "x",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "{c0ffee00-0000-4000-8000-000000000002}",
        "%00",
        "c0ffee00000040008000000000000002",
    ],
)
def test_an_invalid_id_is_not_found(browser_of_member, nonsense):
    response = browser_of_member.get(address(nonsense))
    assert response.status_code == 404
    assert "Page not found" in Page(response.content).text


def test_a_foreign_website_is_not_found(browser_of_member, pocketgarden):
    response = browser_of_member.get(f"/pocketgarden/visitors/{LEAD}/")
    assert response.status_code == 404
    assert "Pocket" not in response.content.decode()


def test_an_unknown_visitor_links_to_the_user_s_other_websites(browser_of_member, member, sandbox, pocketgarden):
    Membership.objects.create(website=pocketgarden, user=member)
    response = browser_of_member.get(address(documented.APP_USER.visitor_id))
    shown = Page(response.content)
    assert response.status_code == 404
    assert "Visitor not found on lumenkit.example" in shown.text
    assert f"/pocketgarden/visitors/{documented.APP_USER.visitor_id}/" in shown.links


def test_an_unknown_visitor_links_to_no_foreign_website(browser_of_member, sandbox, pocketgarden):
    assert "Look on" not in page(browser_of_member, documented.APP_USER.visitor_id).text


def test_a_bot_is_explained_without_a_retry(browser_of_member, sandbox):
    response = browser_of_member.get(address(documented.BOT.visitor_id))
    shown = Page(response.content)
    assert response.status_code == 404
    assert "This visitor is a bot" in shown.text
    assert "Try again" not in shown.text


def test_a_rejected_key_names_the_managers(browser_of_member, sandbox):
    get_user_model().objects.create_superuser("ada", first_name="Ada", last_name="King")
    response = browser_of_member.get(address(documented.named("unauthorized").visitor_id))
    shown = Page(response.content)
    assert response.status_code == 503
    assert "DataFast rejected the API key" in shown.text
    assert "Ada King can replace the key." in shown.text
    assert "Replace the key" not in shown.text


def test_a_manager_gets_a_link_to_the_rejected_key(client, admin, sandbox):
    client.force_login(admin)
    shown = Page(client.get(address(documented.named("unauthorized").visitor_id)).content)
    assert "/websites/lumenkit/key/" in shown.links


def test_a_suspended_website_is_called_that_and_its_key_is_not_blamed(client, admin, sandbox):
    client.force_login(admin)
    response = client.get(address(documented.named("suspended").visitor_id))
    shown = Page(response.content)
    assert response.status_code == 503
    assert "Tracking is suspended for this website" in shown.text
    assert "Try again" in shown.text
    assert "/websites/lumenkit/key/" not in shown.links
    assert Website.objects.get().key_rejected_since is None


def test_a_stored_journey_stays_while_the_website_is_suspended(browser_of_member, sandbox, clock):
    browser_of_member.get(address())
    sandbox.answer_with(LEAD, mode="suspended")
    clock.shift(7200)
    response = browser_of_member.post(address(rest="refresh/"), headers={"HX-Request": "true"})
    assert "Tracking is suspended for this website" in Page(response.content).text
    assert browser_of_member.get(address()).status_code == 200


def test_a_reached_limit_shows_and_sends_the_retry_time(browser_of_member, sandbox):
    response = browser_of_member.get(address(documented.named("rate limited").visitor_id))
    shown = Page(response.content)
    seconds = int(response.headers["Retry-After"])
    assert response.status_code == 503
    assert 30 <= seconds <= 35
    assert f"Try again in {seconds} seconds" in shown.text
    assert "Try again" in shown.text


@pytest.mark.parametrize("name", ["server error", "cut-off JSON", "not JSON", "wrong shape", "redirect", "web page"])
def test_a_broken_answer_is_explained_and_can_be_retried(browser_of_member, sandbox, name):
    response = browser_of_member.get(address(documented.named(name).visitor_id))
    shown = Page(response.content)
    assert response.status_code == 503
    assert "Try again" in shown.text
    assert "Nothing is stored about this visitor yet" in shown.text
    assert "Traceback" not in shown.text


def test_a_fresh_page_does_not_refresh_itself(browser_of_member, sandbox):
    assert not [tag for _, tag in page(browser_of_member).tags if tag.get("id") == "renew"]


def test_an_old_profile_refreshes_itself_once(browser_of_member, sandbox, clock):
    browser_of_member.get(address())
    clock.shift(7200)
    shown = page(browser_of_member)
    assert shown.with_id("renew")["hx-post"] == address(rest="refresh/")
    assert shown.with_id("renew")["hx-trigger"] == "load"
    assert "This is the journey as it was 2 hours ago. Refresh asks DataFast for what is new." in shown.text
    assert len(sandbox.calls) == 1


def test_a_refresh_without_javascript_keeps_the_query(browser_of_member, sandbox):
    shown = page(browser_of_member, LEAD, "?kind=goal&open=2")
    fields = {field["name"]: field["value"] for field in shown.named("input") if field.get("name") == "shown"}
    response = browser_of_member.post(address(rest="refresh/"), fields)
    assert (response.status_code, response.headers["Location"]) == (302, address(rest="?kind=goal&open=2"))


def test_a_failing_refresh_without_javascript_shows_a_notice(browser_of_member, other_upstream, clock):
    other_upstream.behaviors = [answer(body=(PAYLOADS / "visitor-2026.json").read_bytes()), error(401)]
    browser_of_member.get(address(PAYLOAD_ID))
    clock.shift(120)
    response = browser_of_member.post(address(PAYLOAD_ID, "refresh/"), follow=True)
    shown = Page(response.content)
    assert "The journey could not be refreshed. What you see is from 2 minutes ago." in shown.text
    assert "Jane Doe" in shown.text


def swapped(response):
    """The ids of the parts that an answer replaces."""
    return {tag["id"] for _, tag in Page(response.content).tags if "hx-swap-oob" in tag}


def refreshed(browser, visitor, **fields):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{address(visitor, '?open=1')}"}
    return browser.post(address(visitor, "refresh/"), fields, headers=headers)


def test_a_refresh_without_news_updates_the_age_only(browser_of_member, other_upstream, clock):
    other_upstream.behaviors = [answer(body=(PAYLOADS / "visitor-2026.json").read_bytes())]
    shown = page(browser_of_member, PAYLOAD_ID)
    (version,) = [tag["value"] for tag in shown.named("input") if tag.get("name") == "version"]
    clock.shift(10)
    response = refreshed(browser_of_member, PAYLOAD_ID, version=version)
    assert swapped(response) == {"notice", "age", "said"}
    assert "just now; no change" in Page(response.content).text
    assert "No change." in Page(response.content).text
    assert len(other_upstream.requests) == 2


def test_a_refresh_with_news_swaps_the_changed_parts(browser_of_member, other_upstream, clock):
    bodies = [(PAYLOADS / f"visitor-{year}.json").read_bytes() for year in (2026, 2025)]
    other_upstream.behaviors = [answer(body=body) for body in bodies]
    shown = page(browser_of_member, PAYLOAD_ID)
    (version,) = [tag["value"] for tag in shown.named("input") if tag.get("name") == "version"]
    clock.shift(10)
    response = refreshed(browser_of_member, PAYLOAD_ID, version=version)
    about_the_person = {"who-name", "who-facts", "side"}
    about_the_journey = {"summary", "since", "totals", "ribbon", "news"}
    always = {"notice", "age", "refresh-version", "said"}
    assert swapped(response) == always | about_the_person | about_the_journey
    assert "72 of 100" in Page(response.content).text


def test_a_refresh_with_another_visit_brings_its_row_and_new_jumps(browser_of_member, other_upstream, clock):
    clock.move_to("2026-05-05T12:00:00Z")
    views = [{"url": "lumenkit.example/", "timestamp": f"2026-05-0{day}T10:00:00Z"} for day in (1, 2, 3)]
    data = [{"activity": {"visitedPages": views[:count]}} for count in (2, 3)]
    other_upstream.behaviors = [answer(200, {"status": "success", "data": one}) for one in data]
    shown = page(browser_of_member, PAYLOAD_ID)
    clock.shift(10)
    response = refreshed(browser_of_member, PAYLOAD_ID, version=shown.with_id("refresh-version")["value"])
    assert {"arrived", "jumps"} <= swapped(response)
    assert Page(response.content).with_id("visit-3")


def test_a_changed_prediction_leaves_the_journey_alone(browser_of_member, other_upstream, clock):
    body = json.loads((PAYLOADS / "visitor-2025.json").read_bytes())
    changed = json.loads(json.dumps(body))
    changed["data"]["prediction"]["score"] = 41
    other_upstream.behaviors = [answer(200, body), answer(200, changed)]
    shown = page(browser_of_member, PAYLOAD_ID)
    (version,) = [tag["value"] for tag in shown.named("input") if tag.get("name") == "version"]
    clock.shift(10)
    response = refreshed(browser_of_member, PAYLOAD_ID, version=version)
    parts = {"notice", "age", "who-name", "who-facts", "refresh-version", "side", "said"}
    assert swapped(response) == parts | {"arrived"}  # with the version that the timeline now shows
    text = Page(response.content).text
    assert "41 of 100" in text
    assert "Refreshed." in text
    # Every part of the page then shows the newest version.
    arrived = Page(response.content).with_id("arrived")
    again = refreshed(browser_of_member, PAYLOAD_ID, version=arrived["data-version"])
    assert swapped(again) == {"notice", "age", "said"}


def test_a_failing_refresh_changes_the_notice_and_the_age_only(browser_of_member, other_upstream, clock):
    other_upstream.behaviors = [
        answer(body=(PAYLOADS / "visitor-2026.json").read_bytes()),
        error(429, headers={"X-RateLimit-Limit": "60"}),
    ]
    shown = page(browser_of_member, PAYLOAD_ID)
    (version,) = [tag["value"] for tag in shown.named("input") if tag.get("name") == "version"]
    clock.shift(30)
    response = refreshed(browser_of_member, PAYLOAD_ID, version=version)
    assert (response.status_code, swapped(response)) == (200, {"notice", "age"})
    text = Page(response.content).text
    assert re.search(r"The journey could not be refreshed. What you see is from 3\d seconds ago\.", text)
    assert "The limit of 60 requests a minute" in text


def test_refreshing_a_visitor_unknown_to_datafast_reloads_the_page(browser_of_member, other_upstream, clock):
    other_upstream.behaviors = [answer(body=(PAYLOADS / "visitor-2026.json").read_bytes()), error(404)]
    browser_of_member.get(address(PAYLOAD_ID))
    clock.shift(120)
    response = refreshed(browser_of_member, PAYLOAD_ID)
    assert response.headers["HX-Redirect"] == address(PAYLOAD_ID)
    assert browser_of_member.get(address(PAYLOAD_ID)).status_code == 404


def test_a_signed_out_user_is_sent_to_sign_in_and_back(client, lumenkit):
    response = refreshed(client, LEAD)
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == f"/sign-in/?next=/lumenkit/visitors/{LEAD}/%3Fopen%3D1"
    response = client.post(address(rest="refresh/"))
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in/?next=/")
    response = client.get(address())
    assert (response.status_code, response.headers["Location"]) == (302, f"/sign-in/?next={address()}")


def test_unreadable_fields_are_listed(browser_of_member, other_upstream):
    data = {"visitorId": PAYLOAD_ID, "identity": {"browser": "Chrome", "city": "Ulm"}, "activity": {"visitCount": "3"}}
    other_upstream.behaviors = [answer(body={"status": "success", "data": data})]
    text = page(browser_of_member, PAYLOAD_ID).text
    assert "identity.browser: expected an object, got text" in text
    assert "activity.visitCount: expected a whole number, got text" in text
    assert "Ulm" in text


def test_an_id_in_capitals_redirects_with_its_query(browser_of_member, lumenkit):
    moved = browser_of_member.get(address(LEAD.upper(), "?q=pricing&kind=goal"))
    assert moved.headers["Location"] == address(LEAD, "?q=pricing&kind=goal")
    assert browser_of_member.get(address(LEAD.upper())).headers["Location"] == address()


def test_a_visitor_who_is_erased_during_a_request_is_explained(browser_of_member, sandbox, monkeypatch):
    browser_of_member.get(address())
    monkeypatch.setattr("visitors.profiles.store.load_profile", lambda *_: None)
    article_cache.clear()
    htmx = {"HX-Request": "true"}
    shown = browser_of_member.get(address())
    assert shown.status_code == 503
    assert "This visitor was just erased." in Page(shown.content).text
    assert browser_of_member.get(address(LEAD, "timeline/"), headers=htmx).headers["HX-Redirect"] == address()
    for part in ("refresh/", "follow/"):
        answered = browser_of_member.post(address(LEAD, part), {"version": "0"}, headers=htmx)
        assert answered.headers["HX-Redirect"] == "/"
    assert browser_of_member.get(address(LEAD, "summary.txt")).status_code == 404


def test_an_answer_that_comes_during_the_request_is_shown(browser_of_member, clock, other_upstream, monkeypatch):
    clock.move_to(datetime.now(UTC).replace(second=0), tick=True)  # the page is rendered again once a minute
    views = {"visitedPages": [{"url": "example.com/", "timestamp": "2026-05-02T20:00:00Z"}]}

    def of_person(name):
        data = {"visitorId": PAYLOAD_ID, "activity": views, "profile": {"metadata": {"name": name}}}
        return [answer(body={"status": "success", "data": data})]

    other_upstream.behaviors = of_person("Jane Doe")
    browser_of_member.get(address(PAYLOAD_ID))
    article_cache.clear()
    get_profile = profiles.get_profile

    def get_after_another_reader_refreshed(website, visitor_id):
        other_upstream.behaviors = of_person("Jane Roe")
        profiles.refresh_profile(website, visitor_id, max_age=timedelta(0))
        return get_profile(website, visitor_id)

    monkeypatch.setattr(profiles, "get_profile", get_after_another_reader_refreshed)
    shown = page(browser_of_member, PAYLOAD_ID)
    assert "Jane Roe" in shown.text
    assert "Jane Doe" not in shown.text
    monkeypatch.setattr(profiles, "get_profile", None)  # the next reader finds the article under the newer answer
    assert "Jane Roe" in page(browser_of_member, PAYLOAD_ID).text


def test_a_page_that_refreshes_itself_leads_away_from_an_erased_visitor(browser_of_member, sandbox, lumenkit):
    browser_of_member.get(address())
    erasure.erase(lumenkit, UUID(LEAD), by=None)
    answered = browser_of_member.post(address(LEAD, "refresh/"), {"automatic": ""}, headers={"HX-Request": "true"})
    assert answered.headers["HX-Redirect"] == "/"
    assert not Snapshot.objects.exists()
