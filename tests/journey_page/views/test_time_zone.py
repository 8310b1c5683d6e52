"""The time zone of the pages."""

import json
import re

import pytest

from tests.faulty_upstream import answer
from tests.page_reader import Page
from visitors.models import Preferences

VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
ADDRESS = f"/lumenkit/visitors/{VISITOR}/"
# New York's clocks go back on November 1, 2026, at 06:00 UTC, and Berlin's went a week before.
PAGES = ["2026-11-01T05:30:00.000Z", "2026-11-01T06:30:00.000Z"]


@pytest.fixture(autouse=True)
def _upstream(other_upstream, clock):
    clock.move_to("2026-11-01T15:00:00Z", tick=False)
    views = [{"url": "lumenkit.example/", "timestamp": at} for at in PAGES]
    body = json.dumps({"status": "success", "data": {"activity": {"visitedPages": views}}})
    other_upstream.behaviors = [answer(body=body.encode())]


def choose(browser, zone, shown=""):
    return browser.post(f"{ADDRESS}zone/", {"zone": zone}, headers={"Referer": f"http://testserver{ADDRESS}{shown}"})


def page(browser, rest="?open=1.2"):
    return Page(browser.get(f"{ADDRESS}{rest}").content)


def clocks(shown):
    """The machine-readable times of a page."""
    return [tag["datetime"] for tag in shown.named("time")]


def test_the_website_s_zone_is_the_default(browser_of_member):
    shown = page(browser_of_member)
    assert "times in America/New York" in shown.text
    assert shown.text.count("01:30:00") == 2  # the hour that comes twice


@pytest.mark.parametrize(
    ("zone", "words"),
    [("UTC", ["05:30:00", "06:30:00"]), ("Europe/Berlin", ["06:30:00", "07:30:00"])],
)
def test_every_part_of_the_page_uses_the_chosen_zone(browser_of_member, zone, words):
    before = page(browser_of_member)
    assert choose(browser_of_member, zone).status_code == 302
    shown = page(browser_of_member)
    assert f"times in {zone}" in shown.text
    assert [word for word in words if word not in shown.text] == []
    fragment = browser_of_member.get(f"{ADDRESS}timeline/?open=1.2", headers={"HX-Request": "true"}).content.decode()
    assert [word for word in words if word not in fragment] == []
    summary = browser_of_member.get(f"{ADDRESS}summary.txt").content.decode()
    assert [word for word in words if word not in summary] == []
    # Other words, the same points in time.
    assert clocks(before) == clocks(shown)


def test_the_ticket_time_is_read_in_the_chosen_zone(browser_of_member):
    choose(browser_of_member, "Europe/Berlin")
    fragment = browser_of_member.get(f"{ADDRESS}timeline/?at=2026-11-01T07:45", headers={"HX-Request": "true"})
    assert fragment.headers["HX-Push-Url"] == f"{ADDRESS}?at=2026-11-01T06:45:00Z"


def test_choosing_a_zone_keeps_the_query_and_the_ticket_time(browser_of_member):
    answered = choose(browser_of_member, "UTC", "?kind=page&open=1&at=2026-11-01T09:00")
    assert answered.headers["Location"] == f"{ADDRESS}?kind=page&at=2026-11-01T14:00:00Z&open=1"


def test_choosing_a_zone_without_a_query_adds_none(browser_of_member):
    assert choose(browser_of_member, "UTC").headers["Location"] == ADDRESS


def test_the_chosen_zone_is_a_preference_of_the_user_and_can_be_reset(browser_of_member, member):
    choose(browser_of_member, "UTC")
    assert Preferences.objects.get(user=member).time_zone == "UTC"
    assert 'aria-current="true">UTC' in browser_of_member.get(ADDRESS).content.decode()
    choose(browser_of_member, "")
    assert Preferences.objects.get(user=member).time_zone == ""
    assert "times in America/New York" in page(browser_of_member).text


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "utc\x00", "<script>", "x" * 5000])
def test_an_unknown_zone_is_rejected(browser_of_member, zone):
    answered = choose(browser_of_member, zone)
    assert (answered.status_code, Preferences.objects.exists()) == (400, False)
    assert zone not in answered.content.decode()


@pytest.mark.parametrize(
    ("zone", "status"),
    [
        ("Asia/Calcutta", 204),
        ("Asia/Seoul", 204),
        ("Etc/GMT+5", 204),
        ("Europe/Kyiv", 204),
        ("US/Pacific-New", 404),
        ("GMT-03:00", 404),
        ("+02:00", 404),
        ("localtime", 404),
        ("Factory", 404),
        ("Etc/Unknown", 404),
        ("Foo/Bar", 404),
        ("asia/seoul", 404),
        ("", 404),
        ("../../etc/passwd", 404),
    ],
)
def test_a_page_can_ask_whether_a_zone_is_known(browser_of_member, zone, status):
    assert browser_of_member.get(f"{ADDRESS}zone/", {"zone": zone}).status_code == status


def test_the_page_of_an_unknown_zone_has_a_way_back(browser_of_member):
    answered = choose(browser_of_member, "Etc/Unknown")
    assert answered.status_code == 400
    assert "/" in Page(answered.content).links


def test_a_zone_that_this_machine_does_not_know_is_ignored(browser_of_member):
    session = browser_of_member.session
    session["preferences"] = {"time_zone": "Mars/Olympus"}
    session.save()
    assert "times in America/New York" in page(browser_of_member).text


def test_the_menu_names_the_user_s_own_zone(browser_of_member):
    choose(browser_of_member, "Asia/Seoul")
    shown = page(browser_of_member)
    assert "Your time Asia/Seoul" in shown.text
    assert [tag["value"] for tag in shown.named("button") if tag.get("aria-current")] == ["Asia/Seoul"]


def test_every_part_of_the_page_uses_the_chosen_clock(browser_of_member):
    """Within one minute, while the article with 24 hours is cached."""
    page(browser_of_member)
    browser_of_member.post("/account/preferences/", {"clock": "12"})
    shown = page(browser_of_member, "?open=1.2&at=2026-11-01T06:40Z")
    assert "1:30:00 AM" in shown.text
    assert "Ticket sent today, 1:40 AM" in shown.text
    assert "01:30" not in shown.text
    summary = browser_of_member.get(f"{ADDRESS}summary.txt").content.decode()
    assert "1:30:00\N{NO-BREAK SPACE}AM EDT" in summary
    fragment = browser_of_member.get(f"{ADDRESS}timeline/?open=1.2", headers={"HX-Request": "true"}).content.decode()
    assert "1:30:00\N{NO-BREAK SPACE}AM" in fragment


def test_a_foreign_referer_does_not_change_the_redirect(browser_of_member):
    headers = {"Referer": "https://elsewhere.example/?q=1"}
    answered = browser_of_member.post(f"{ADDRESS}zone/", {"zone": "UTC"}, headers=headers)
    assert answered.headers["Location"] == f"{ADDRESS}?q=1"


def test_the_home_page_uses_the_chosen_zone(browser_of_member):
    browser_of_member.get(ADDRESS)
    browser_of_member.post(f"{ADDRESS}look/")
    choose(browser_of_member, "Asia/Seoul")
    assert "KST (UTC+9)" in browser_of_member.get("/").content.decode()


def test_zone_names_of_browsers_are_known(browser_of_member):
    for zone in ("Asia/Calcutta", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Etc/GMT+5"):
        assert choose(browser_of_member, zone).status_code == 302


def test_both_times_of_a_repeated_hour_have_their_own_page(browser_of_member):
    """Also within one minute, while the article of the first is cached."""
    shown_twice = "2026-11-01T01:30"
    pages = [
        browser_of_member.get(f"{ADDRESS}?at={shown_twice}{second}") for second in ("", f"&at_second={shown_twice}")
    ]
    times = [re.search('Ticket sent <time datetime="(.*?)"', answered.content.decode())[1] for answered in pages]
    assert times == ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]


def test_two_zones_with_one_short_name_differ(browser_of_member):
    """The menu calls both "West"; within one minute, while the article of the first is cached."""
    for zone in ("Brazil/West", "Australia/West"):
        choose(browser_of_member, zone)
        assert f"times in {zone}" in page(browser_of_member).text
