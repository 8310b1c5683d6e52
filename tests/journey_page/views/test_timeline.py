"""The timeline's fragments, and the page that shows the same."""

import re

import pytest

from visitors import profiles
from visitors.models import Snapshot
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
LONG = documented.TEN_THOUSAND.visitor_id
HTMX = {"HX-Request": "true"}


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture(autouse=True)
def _upstream(sandbox):
    return sandbox


def page_of(visitor=LEAD):
    return f"/lumenkit/visitors/{visitor}/"


def get_fragment(browser, query="", visitor=LEAD):
    return browser.get(f"{page_of(visitor)}timeline/{query}", headers=HTMX)


def version_in(html):
    return re.search(r'"version": "([0-9a-f]+)"', html)[1]


def visits_in(html):
    return re.findall(r'id="visit-([a-z0-9]+)"', html)


def test_a_changed_filter_renders_the_timeline_and_pushes_the_url(browser_of_member):
    answer = get_fragment(browser_of_member, "?kind=goal&q=&range=&before=&at=")
    html = answer.content.decode()
    assert html.count('id="timeline"') == 1
    assert "<html" not in html
    assert answer.headers["HX-Push-Url"] == f"{page_of()}?kind=goal"
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_shows_the_same_timeline_as_the_fragment(browser_of_member):
    query = "?kind=goal&kind=page&q=pricing&at=2026-05-05T10:00Z"
    fragment = get_fragment(browser_of_member, query).content.decode()
    page = browser_of_member.get(page_of() + query).content.decode()
    ledger = re.compile(r'<ol class="ledger".*?</section>', re.DOTALL)
    assert ledger.search(fragment)[0] == ledger.search(page)[0]
    assert visits_in(page)


def test_every_htmx_link_has_a_working_href(browser_of_member):
    html = get_fragment(browser_of_member, "?at=2026-05-05T10:00Z&q=a", LONG).content.decode()
    links = re.findall(r"<a [^>]*hx-get=[^>]*>", html)
    assert len(links) > 4
    for link in links:
        href = re.search(r'href="(\?[^"]*)"', link)[1].replace("&amp;", "&")
        assert browser_of_member.get(page_of(LONG) + href.partition("#")[0]).status_code == 200


def test_a_fragment_without_htmx_redirects_to_the_page(browser_of_member):
    answer = browser_of_member.get(f"{page_of()}timeline/?kind=goal&q=a%26b")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{page_of()}?kind=goal&q=a%26b"


def test_a_jump_keeps_its_anchor_in_the_address(browser_of_member):
    answer = get_fragment(browser_of_member, "?open=1&to=visit-1", LONG)
    assert answer.headers["HX-Push-Url"] == f"{page_of(LONG)}?open=1#visit-1"
    assert visits_in(answer.content.decode())[-1] == "1"


@pytest.mark.parametrize("anchor", ["//evil.example", "visit-1 ", "visit-1%0d%0aX: y", "Visit"])
def test_an_invalid_anchor_is_dropped(browser_of_member, anchor):
    assert get_fragment(browser_of_member, f"?to={anchor}").headers["HX-Push-Url"] == page_of()


def test_more_visits_are_rows_and_do_not_push_a_url(browser_of_member):
    first = get_fragment(browser_of_member, visitor=LONG).content.decode()
    following = re.search(r'hx-get="[^"?]*(\?from=[^"]*part=visits)"', first)[1].replace("&amp;", "&")
    answer = get_fragment(browser_of_member, f"{following}&version={version_in(first)}", LONG)
    html = answer.content.decode()
    assert 'id="timeline"' not in html
    assert "HX-Push-Url" not in answer.headers
    assert int(visits_in(html)[0]) == int(visits_in(first)[-1]) - 1


def test_events_of_a_visit_are_rendered_alone(browser_of_member):
    html = get_fragment(browser_of_member, "?from=1&part=events", LONG).content.decode()
    assert html.count('<li class="event ') == 28
    assert not visits_in(html)


def test_events_of_an_unknown_visit_are_not_found(browser_of_member):
    assert get_fragment(browser_of_member, "?from=99&part=events").status_code == 404
    assert get_fragment(browser_of_member, "?part=events").status_code == 404


def test_an_older_version_can_be_paged_through_while_it_is_stored(browser_of_member, lumenkit):
    version = version_in(get_fragment(browser_of_member, visitor=LONG).content.decode())
    Snapshot.objects.update(version="newer")
    html = get_fragment(browser_of_member, f"?from=200&part=visits&version={version}", LONG).content.decode()
    assert visits_in(html)[0] == "200"


@pytest.mark.parametrize("part", ["visits", "events"])
def test_a_lost_version_is_replaced_by_the_newest_timeline(browser_of_member, part):
    answer = get_fragment(browser_of_member, f"?from=200&kind=goal&part={part}&version=0123456789abcdef", LONG)
    html = answer.content.decode()
    assert html.count('id="timeline"') == 1
    assert "New activity arrived meanwhile." in html
    assert visits_in(html)[0] == "400"
    assert answer.headers["HX-Retarget"] == "#timeline"
    assert answer.headers["HX-Reswap"].startswith("outerHTML")
    assert answer.headers["HX-Replace-Url"] == f"{page_of(LONG)}?kind=goal"


def test_a_version_does_not_open_another_visitor_s_journey(browser_of_member, lumenkit):
    get_fragment(browser_of_member, visitor=LONG)
    (snapshot,) = Snapshot.objects.all()
    html = get_fragment(browser_of_member, f"?part=visits&version={snapshot.version}").content.decode()
    assert profiles.get_journey(lumenkit, snapshot.visitor_id, snapshot.version) is not None
    assert "New activity arrived meanwhile." in html
    assert visits_in(html)[0] == "9"


def test_a_host_is_shown_once_where_pages_share_it(browser_of_member):
    html = get_fragment(browser_of_member, "?open=13", documented.CUSTOMER.visitor_id).content.decode()
    visit = html.partition('id="visit-13"')[2].partition('id="visit-12"')[0]
    hosts = re.findall(r'<span class="host"[^>]*>([^<]*)<', visit)
    assert hosts == ["app.lumenkit.example", "…", "app.lumenkit.example", "…", "…"]  # entry and exit, then the events


def test_query_values_are_escaped(browser_of_member):
    nasty = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E%00%ff"
    query = "&".join(f"{name}={nasty}" for name in ("kind", "q", "range", "before", "at", "from", "open", "shut", "to"))
    for answer in (get_fragment(browser_of_member, f"?{query}"), browser_of_member.get(f"{page_of()}?{query}")):
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()


def test_hostile_text_is_escaped(browser_of_member):
    html = get_fragment(browser_of_member, visitor=documented.HOSTILE.visitor_id).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>alert" not in html
    assert "javascript:" not in "".join(re.findall(r'(?:href|src|hx-get)="[^"]*"', html))


def test_a_timeline_without_a_journey_reloads_the_page(browser_of_member):
    missing = documented.named("not found").visitor_id
    answer = get_fragment(browser_of_member, visitor=missing)
    assert answer.headers["HX-Redirect"] == page_of(missing)


def test_a_long_journey_renders_a_bounded_number_of_rows(browser_of_member):
    html = get_fragment(browser_of_member, visitor=LONG).content.decode()
    rows = sum(html.count(f'class="{name}"') for name in ("visit", "gap", "cut")) + html.count('<li class="event ')
    assert 50 < rows <= 150


@pytest.mark.parametrize(
    ("here", "trigger", "asked", "header"),
    [
        ("", "timeline-q", "q=pri", "HX-Push-Url"),
        ("?q=pr", "timeline-q", "q=pri", "HX-Replace-Url"),
        ("?q=pr", "filters", "q=pri", "HX-Push-Url"),
        ("?q=pri", "filters", "q=pri", "HX-Replace-Url"),
        ("?q=pr&kind=goal", "timeline-q", "kind=goal", "HX-Replace-Url"),
    ],
    ids=["first letter", "next letter", "Enter", "Enter again", "cleared"],
)
def test_a_search_is_one_entry_of_the_history(browser_of_member, here, trigger, asked, header):
    headers = {"HX-Request": "true", "HX-Trigger": trigger, "HX-Current-URL": f"http://testserver{page_of()}{here}"}
    answer = browser_of_member.get(f"{page_of()}timeline/?{asked}", headers=headers)
    assert answer.headers[header] == f"{page_of()}?{asked}"
    assert len({"HX-Push-Url", "HX-Replace-Url"} & set(answer.headers)) == 1


def test_the_ribbon_follows_when_the_time_of_the_ticket_changes(browser_of_member):
    def ask(query, shown):
        headers = HTMX | {"HX-Current-URL": f"http://testserver{page_of()}{shown}"}
        return browser_of_member.get(f"{page_of()}timeline/{query}", headers=headers).content.decode()

    html = ask("?at=2+h+ago", "")
    assert '<figure class="card ribbon" id="ribbon" hx-swap-oob="true">' in html
    assert "ticket sent</text>" in html
    cleared = ask("?kind=goal", "?at=2026-11-03T10:00:00Z")
    assert 'id="ribbon"' in cleared
    assert "ticket sent</text>" not in cleared
    assert 'id="ribbon"' not in ask("?kind=goal&at=2026-11-03T10:00:00Z", "?at=2026-11-03T10:00:00Z")


@pytest.mark.parametrize("address", ["http://[", "http://x]y/", "http://[zz]/?at=now"])
def test_a_malformed_address_of_the_page_counts_as_none(browser_of_member, client, address):
    browser_of_member.get(page_of())
    headers = HTMX | {"HX-Current-URL": address, "Referer": address}
    assert browser_of_member.get(f"{page_of()}timeline/?kind=goal", headers=headers).status_code == 200
    assert browser_of_member.post(f"{page_of()}refresh/", headers=headers).status_code == 200
    assert browser_of_member.post(f"{page_of()}refresh/", {"shown": address}).status_code == 302
    assert browser_of_member.post(f"{page_of()}zone/", {"zone": "UTC"}, headers=headers).status_code == 302
    assert client.post(f"{page_of()}zone/", {"zone": "UTC"}, headers=headers).status_code < 500


def test_a_ticket_time_that_cannot_be_read_stays_in_its_field(browser_of_member):
    html = get_fragment(browser_of_member, "?at=half+past+whenever").content.decode()
    assert "“half past whenever” is not a time that can be read" in html
    assert 'name="at" value="half past whenever"' in html
