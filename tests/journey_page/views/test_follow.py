"""Following a visitor who is on the site."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from tests.page_reader import Page
from visitors.models import LastSeen, Snapshot
from visitors.sandbox import documented
from visitors.sandbox.live import SHIFT

LIVE = documented.LIVE.visitor_id
ADDRESS = f"/lumenkit/visitors/{LIVE}/"


@pytest.fixture(autouse=True)
def clock(time_machine, sandbox):
    """Half an hour into a shift of the live visitor, so that none ends while a test runs."""
    begin = datetime.now(UTC).timestamp() * 1000 // SHIFT * SHIFT / 1000
    time_machine.move_to(datetime.fromtimestamp(begin, UTC) + timedelta(minutes=30), tick=False)
    return time_machine


def version():
    return Snapshot.objects.get(visitor_id=LIVE).version


def opened(browser):
    """Open the page; return the version that it shows."""
    assert browser.get(ADDRESS).status_code == 200
    return version()


def follow(browser, known, query="", **more):
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{ADDRESS}{query}"}
    return browser.post(f"{ADDRESS}follow/", {"version": known, "timeline": known} | more, headers=headers)


def parts(response):
    """The ids of what is swapped out of band."""
    return {tag["id"] for _, tag in Page(response.content).tags if "hx-swap-oob" in tag}


def test_following_without_news_is_204_without_a_call(browser_of_member, sandbox):
    known = opened(browser_of_member)
    answer = follow(browser_of_member, known)
    assert (answer.status_code, answer.content) == (204, b"")
    assert sandbox.calls.count(LIVE) == 1


def test_a_live_page_has_every_id_that_updates_replace(browser_of_member, clock):
    page = Page(browser_of_member.get(ADDRESS).content)
    known = version()
    clock.shift(60)
    wanted = parts(follow(browser_of_member, known)) | parts(follow(browser_of_member, known, "?kind=goal"))
    assert wanted <= {tag.get("id") for _, tag in page.tags}
    assert page.with_id("follow")["action"] == f"{ADDRESS}follow/"


def test_news_comes_as_changed_parts_and_new_rows(browser_of_member, clock):
    known = opened(browser_of_member)
    clock.shift(60)
    answer = follow(browser_of_member, known)
    assert answer.status_code == 200
    head = {"who-name", "who-facts", "age", "refresh-version", "summary", "since", "totals", "ribbon", "side"}
    assert parts(answer) == head | {"arrived", "said"}
    page = Page(answer.content)
    arrived = page.with_id("arrived")
    assert arrived["data-version"] == version() != known
    lines = [tag for tag in page.named("li") if (tag.get("class") or "").startswith("event")]
    assert int(arrived["data-arriving"]) < len(lines) < 8
    assert re.search("New: (page /|goal )", page.text)
    assert follow(browser_of_member, version()).status_code == 204


def test_a_filtered_timeline_gets_one_link_to_new_rows(browser_of_member, clock):
    known = opened(browser_of_member)
    clock.shift(60)
    answer = follow(browser_of_member, known, "?kind=goal")
    assert "arrived" not in parts(answer)
    page = Page(answer.content)
    assert any("kind=goal" in link for link in page.links)
    assert ": show" in page.text
    newest = version()
    assert follow(browser_of_member, newest, "?kind=goal", timeline=known, announced=newest).status_code == 204
    # The timeline of another filter, chosen meanwhile, has no such link yet.
    assert parts(follow(browser_of_member, newest, "?kind=page", timeline=known)) == {"news", "said"}


def test_a_page_of_an_unknown_version_gets_the_link_too(browser_of_member, clock):
    opened(browser_of_member)
    clock.shift(60)
    answer = follow(browser_of_member, "0123456789abcdef")
    assert "New activity: show" in Page(answer.content).text
    assert "arrived" not in parts(answer)


@pytest.mark.parametrize("known", ["", "../../etc", "x" * 5000, "\x00"])
def test_an_invalid_version_counts_as_an_old_one(browser_of_member, clock, known):
    opened(browser_of_member)
    assert follow(browser_of_member, known).status_code == 200


def test_the_end_of_the_visit_stops_the_polling(browser_of_member):
    lead = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
    browser_of_member.get(lead)
    known = Snapshot.objects.get(visitor_id=documented.RETURNING_LEAD.visitor_id).version
    answer = browser_of_member.post(f"{lead}follow/", {"version": known}, headers={"HX-Request": "true"})
    assert answer.status_code == 286
    assert "On the site now" not in Page(answer.content).text
    assert "The visit has ended." in Page(answer.content).text


def test_twenty_following_pages_call_datafast_as_often_as_one(browser_of_member, sandbox, clock):
    known = [opened(browser_of_member)] * 20
    for second in range(30):
        clock.shift(1)
        for follower in range(second % 10, 20, 10):  # each of them every ten seconds
            follow(browser_of_member, known[follower])
            known[follower] = version()
    assert sandbox.calls.count(LIVE) <= 4


def test_trouble_while_following_is_a_note_beside_the_live_mark(browser_of_member, sandbox, clock):
    known = opened(browser_of_member)
    sandbox.answer_with(LIVE, status=500)
    clock.shift(7 * 60)  # long enough for the visit to have ended, for all that is known
    answer = follow(browser_of_member, known)
    assert (answer.status_code, parts(answer)) == (200, {"follow-note"})
    text = Page(answer.content).text
    assert "What you see is from 7 minutes ago" in text
    assert text.endswith("This page tries again by itself.")


def test_following_pages_leave_the_last_calls_to_users(browser_of_member, sandbox, clock, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 2
    known = opened(browser_of_member)
    clock.shift(15)
    answer = follow(browser_of_member, known)
    assert parts(answer) == {"follow-note"}
    assert 30 <= int(answer.headers["Retry-After"]) <= 62
    assert sandbox.calls.count(LIVE) == 1


def test_following_a_visitor_unknown_to_datafast_reloads_the_page(browser_of_member, sandbox, clock):
    known = opened(browser_of_member)
    sandbox.answer_with(LIVE, status=404)
    clock.shift(15)
    assert follow(browser_of_member, known).headers["HX-Redirect"] == ADDRESS


def test_new_events_count_as_seen_once_the_page_reports_them(browser_of_member, clock, member):
    known = opened(browser_of_member)
    browser_of_member.post(f"{ADDRESS}look/", {"version": known})
    before = LastSeen.objects.get(user=member).looked_at
    clock.shift(90)
    follow(browser_of_member, known)
    assert LastSeen.objects.get(user=member).looked_at == before
    browser_of_member.post(f"{ADDRESS}look/", {"version": Snapshot.objects.get().version})
    assert LastSeen.objects.get(user=member).looked_at == before + timedelta(seconds=90)
