"""What the programs are answered: in their documented form, from what is stored, with nothing that acts in them."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError

from tests import faulty_upstream as faults
from tests.faulty_upstream import answer
from tests.integrations.cards.programs import about, ask, texts
from tests.lookup.people.people import add_person
from tests.page_reader import Page
from tests.sessions import sign_in
from visitors import profiles
from visitors.audit import erasure, retention
from visitors.models import AuditEntry, IntegrationRequest, KnownPerson, LiveList, Snapshot
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
EMAIL = "priya.raman@northwind-freight.example"
NOWHERE = "0e5c0000-0000-4000-8000-00000000000f"
DESKS = ["intercom", "helpscout", "freescout"]
VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(1)> [pay](javascript:alert(1)) **bold** "
    "<a href='https://evil.example/'>x</a> <form action=/x> &lt;b&gt; Ignore all previous instructions"
)
# The components that Intercom documents, with the fields of each.
COMPONENTS = {
    "text": {"type", "text", "style"},
    "data-table": {"type", "items"},
    "list": {"type", "items"},
    "spacer": {"type", "size"},
    "button": {"type", "id", "label", "style", "action"},
}


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def stored(sandbox, lumenkit):
    """A visitor whose profile is stored."""
    return profiles.get_profile(lumenkit, UUID(LEAD))


def hostile_visitor(**profile):
    data = {
        "visitorId": VISITOR,
        "identity": {"city": HOSTILE, "params": {"utm_source": HOSTILE}},
        "activity": {
            "visitCount": 1,
            "visitedPages": [{"url": "lumenkit.example/" + HOSTILE, "timestamp": "2026-05-04T12:00:00.000Z"}],
            "completedGoals": [{"name": HOSTILE, "origin": "manual", "timestamp": "2026-05-04T12:01:00.000Z"}],
        },
        "profile": {"metadata": {"name": HOSTILE, "email": "jo@example.org", "company": HOSTILE, "plan": HOSTILE}},
    }
    return answer(200, {"status": "success", "data": data})


def check_canvas(response):
    """Check an answer for Intercom against the documented components."""
    assert response["Content-Type"] == "application/json"
    assert len(response.content) < 64 * 1024
    components = json.loads(response.content)["canvas"]["content"]["components"]
    for component in components:
        assert set(component) == COMPONENTS[component["type"]], component
        if component["type"] == "text":
            assert component["style"] in {"header", "paragraph", "muted", "error"}
            assert "](" not in component["text"]
            assert "**" not in component["text"]
        if component["type"] == "data-table":
            assert all(set(item) == {"type", "field", "value"} for item in component["items"])
            assert {item["type"] for item in component["items"]} == {"field-value"}
        if component["type"] == "list":
            assert all(set(item) == {"type", "id", "title", "subtitle"} for item in component["items"])
        if component["type"] == "button":
            assert component["action"]["type"] == "url"
            assert component["action"]["url"].startswith("http://testserver/")
    return components


def check_html(html):
    """Check that HTML does nothing in another program's page, and leads only to this Journeydesk."""
    page = Page(html)
    assert {name for name, _ in page.tags} <= {
        *("title", "div", "p", "strong", "bdi", "table", "tbody", "tr", "th", "td", "ul", "li", "span", "a")
    }
    allowed = {"style", "href", "target", "rel", "scope"}
    assert {name for _, attributes in page.tags for name in attributes} <= allowed
    assert all(link.startswith("http://testserver/") for link in page.links)
    assert all(link["rel"] == "noopener noreferrer" for link in page.named("a"))
    return page


def html_of(kind, response):
    return json.loads(response.content)["html"] if kind == "helpscout" else response.content.decode()


# The card


@pytest.mark.parametrize("kind", DESKS)
def test_a_card_has_who_score_money_source_and_age(integration, stored, kind):
    integration(kind)
    response = ask(kind, about(kind, email=EMAIL))
    shown = texts(response)
    assert response.status_code == 200
    for text in (
        "Priya Raman",
        "Northwind Freight",
        "Score",
        "of 100",
        "Paid",
        "Last seen",
        "Source",
        "Latest activity",
    ):
        assert text in shown
    assert "As of " in shown
    assert f"http://testserver/lumenkit/visitors/{LEAD}/" in shown
    if kind == "intercom":
        check_canvas(response)
    else:
        check_html(html_of(kind, response))


def test_intercom_names_the_visitor_by_id(integration, sandbox):
    integration("intercom")
    assert "Priya Raman" in texts(ask("intercom", about("intercom", visitor_id=LEAD.upper())))
    entry = AuditEntry.objects.get()
    assert (str(entry.visitor_id), entry.user_name) == (LEAD, "Intercom: agent@example.com")


def test_an_id_in_the_conversation_counts_as_well(integration, sandbox):
    integration("intercom")
    conversation = {"conversation": {"custom_attributes": {"datafast_visitor_id": LEAD}}}
    assert "Priya Raman" in texts(ask("intercom", about("intercom") | conversation))
    for empty in (" ", "undefined"):
        assert "Priya Raman" in texts(ask("intercom", about("intercom", visitor_id=empty) | conversation))


def test_intercom_finds_a_person_by_user_id(integration, lumenkit, other_upstream):
    integration("intercom")
    data = {"visitorId": VISITOR, "profile": {"userId": "user_8841", "metadata": {"name": "Jo"}}}
    other_upstream.behaviors = [answer(200, {"status": "success", "data": data})]
    profiles.get_profile(lumenkit, UUID(VISITOR))
    assert "Jo" in texts(ask("intercom", about("intercom", external_id="user_8841")))


def test_an_unknown_id_falls_back_to_the_email(integration, stored):
    integration("intercom")
    shown = texts(ask("intercom", about("intercom", visitor_id=NOWHERE, email=EMAIL)))
    assert "Priya Raman" in shown
    assert sorted(AuditEntry.objects.values_list("result", flat=True)) == ["not found", "shown"]


def test_help_scout_tries_all_addresses(integration, stored):
    integration("helpscout")
    customer = {"email": "jo@example.org", "emails": ["jo@example.org", None, EMAIL.upper(), "no address"]}
    assert "Priya Raman" in texts(ask("helpscout", {"customer": customer}))


def test_managers_see_in_the_audit_log_who_asked(client, integration, stored, admin):
    integration("intercom")
    ask("intercom", about("intercom", visitor_id=LEAD))
    sign_in(client, admin)
    page = Page(client.get("/websites/lumenkit/audit-log/").content)
    assert "Intercom: agent@example.com" in page.text
    assert "Card" in page.text


def test_freescout_gets_a_title(integration, stored):
    integration("freescout")
    response = ask("freescout", about("freescout", email=EMAIL))
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert "<title>Journeydesk</title>" in response.content.decode()


# No one, or several


@pytest.mark.parametrize("kind", DESKS)
def test_an_unknown_email_gets_a_clear_answer(integration, sandbox, kind):
    integration(kind)
    response = ask(kind, about(kind, email="nobody@example.org"))
    assert response.status_code == 200
    assert "No visitor found" in texts(response)
    assert "nobody@example.org" in texts(response)
    assert not AuditEntry.objects.exists()
    kept = IntegrationRequest.objects.get()
    assert (kept.result, "nobody" in kept.detail) == ("empty", False)
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("kind", DESKS)
@pytest.mark.parametrize("email", [None, "", "no address", "a@b@c", "a\u202e@b.example", "x" * 300 + "@example.org"])
def test_a_request_about_no_one_says_so(integration, sandbox, kind, email):
    integration(kind)
    response = ask(kind, about(kind, email=email))
    assert response.status_code == 200
    assert "neither a visitor id nor an email address" in texts(response)


@pytest.mark.parametrize("kind", DESKS)
def test_of_two_people_with_one_email_the_latest_is_shown(integration, stored, lumenkit, kind):
    integration(kind)
    add_person(lumenkit, email=EMAIL, name="Priya’s old laptop", seen_days_ago=400)
    add_person(lumenkit, email=f"x{EMAIL}", name="Someone else")
    shown = texts(ask(kind, about(kind, email=EMAIL)))
    assert "Priya Raman" in shown
    assert "1 other visitor has the same email address" in shown
    assert "/search/?q=priya.raman%40northwind-freight.example" in shown
    assert "old laptop" not in shown


def test_people_of_other_websites_are_not_found(integration, sandbox, pocketgarden):
    integration("helpscout")
    add_person(pocketgarden, email=EMAIL, name="Priya")
    assert "No visitor found" in texts(ask("helpscout", about("helpscout", email=EMAIL)))


@pytest.mark.parametrize("who", [{"email": EMAIL.upper()}, {"external_id": 4711}])
def test_someone_on_the_site_now_is_found_without_a_call_for_the_list(integration, sandbox, lumenkit, who):
    integration("intercom")
    now = datetime.now(UTC)
    live = {"visitorId": LEAD, "customerEmail": EMAIL, "profileData": {"userId": "4711"}}
    answered = {"status": "success", "data": {"count": 1, "visitors": [live, {"visitorId": NOWHERE}]}}
    LiveList.objects.create(
        website=lumenkit,
        called_at=now - timedelta(minutes=5),
        answered_at=now - timedelta(minutes=5),
        answer_compressed=zlib.compress(json.dumps(answered).encode()),
    )
    assert "Priya Raman" in texts(ask("intercom", about("intercom", **who)))
    assert len(sandbox.calls) == 1  # for the profile
    LiveList.objects.update(answered_at=now - timedelta(minutes=11))
    KnownPerson.objects.all().delete()
    assert "No visitor found" in texts(ask("intercom", about("intercom", **who)))


# DataFast and our database


def test_a_stored_profile_is_shown_without_a_call(integration, stored, sandbox):
    integration("intercom")
    sandbox.calls.clear()
    assert "Priya Raman" in texts(ask("intercom", about("intercom", visitor_id=LEAD)))
    assert len(sandbox.calls) == 0


def test_an_old_profile_is_shown_with_its_age_while_datafast_is_silent(integration, other_upstream, lumenkit):
    integration("intercom")
    other_upstream.behaviors = [hostile_visitor()]
    profiles.get_profile(lumenkit, UUID(VISITOR))
    fetched_at = Snapshot.objects.get().fetched_at - timedelta(days=2)
    Snapshot.objects.update(fetched_at=fetched_at)
    other_upstream.behaviors = [faults.hang]
    shown = texts(ask("intercom", about("intercom", visitor_id=VISITOR)))
    assert "2 days ago" in shown
    assert "It could not be refreshed. DataFast did not answer at once." in shown


def test_two_look_ups_wait_no_longer_than_one(integration, other_upstream, lumenkit, monkeypatch):
    """DataFast takes its time to say that it does not know the id, and then is silent about the person's."""
    integration("intercom")
    other_upstream.behaviors = [hostile_visitor()]
    profiles.get_profile(lumenkit, UUID(VISITOR))
    Snapshot.objects.update(fetched_at=Snapshot.objects.get().fetched_at - timedelta(days=2))
    waits, refresh = [], profiles.refresh_profile

    def keep_patience(*args, patience, **options):
        waits.append(patience)
        return refresh(*args, patience=patience, **options)

    def know_no_one_after_a_while(exchange):
        exchange.pause(0.4)
        faults.error(404)(exchange)

    monkeypatch.setattr(profiles, "refresh_profile", keep_patience)
    other_upstream.behaviors = [know_no_one_after_a_while, faults.hang]
    assert "2 days ago" in texts(ask("intercom", about("intercom", visitor_id=NOWHERE, email="jo@example.org")))
    assert len(waits) == 2
    assert waits[1] <= waits[0] - 0.4


def test_a_visitor_who_is_not_stored_gets_a_link_while_datafast_is_silent(integration, other_upstream, lumenkit):
    integration("intercom")
    other_upstream.behaviors = [faults.hang]
    response = ask("intercom", about("intercom", visitor_id=VISITOR))
    assert "Not looked up yet" in texts(response)
    assert f"/lumenkit/visitors/{VISITOR}/" in texts(response)
    lumenkit.refresh_from_db()
    assert lumenkit.consecutive_failures == 0
    assert AuditEntry.objects.get().result == "unavailable"


@pytest.mark.parametrize("kind", DESKS)
def test_what_can_not_be_recorded_is_not_shown(integration, stored, kind, monkeypatch):
    def fail(**fields):
        raise DatabaseError("database or disk is full")

    integration(kind)
    monkeypatch.setattr(AuditEntry.objects, "create", fail)
    response = ask(kind, about(kind, email=EMAIL))
    assert response.status_code == 503
    assert "Priya" not in texts(response)
    assert "audit log" in texts(response)


def test_only_the_last_ten_requests_are_kept_and_none_names_anyone(integration, stored, lumenkit):
    integration("helpscout")
    for number in range(12):
        ask("helpscout", about("helpscout", email=EMAIL if number % 2 else f"nobody{number}@example.org"))
    kept = list(IntegrationRequest.objects.values())
    assert len(kept) == 10
    assert not [text for text in ("priya", "northwind", "nobody", LEAD) if text in str(kept).lower()]


def test_requests_are_deleted_in_time_even_if_they_are_few(integration, sandbox, settings):
    integration("helpscout")
    for days in (0, settings.RETENTION_DAYS + 1):
        ask("helpscout", about("helpscout", email="nobody@example.org"))
        IntegrationRequest.objects.filter(pk=IntegrationRequest.objects.latest("pk").pk).update(
            at=datetime.now(UTC) - timedelta(days=days)
        )
    retention.purge()
    assert IntegrationRequest.objects.count() == 1


def test_an_erased_visitor_is_not_found_by_email(integration, stored, lumenkit):
    integration("helpscout")
    ask("helpscout", about("helpscout", email=EMAIL))
    erasure.erase(lumenkit, UUID(LEAD), by=None)
    assert "No visitor found" in texts(ask("helpscout", about("helpscout", email=EMAIL)))
    assert not KnownPerson.objects.exists()


# Hostile data


@pytest.mark.parametrize("kind", DESKS)
def test_text_from_the_data_stays_text(integration, other_upstream, lumenkit, kind):
    integration(kind)
    other_upstream.behaviors = [hostile_visitor()]
    profiles.get_profile(lumenkit, UUID(VISITOR))
    response = ask(kind, about(kind, email="jo@example.org", visitor_id=VISITOR))
    assert response.status_code == 200
    if kind == "intercom":
        components = check_canvas(response)
        assert sum(component["type"] == "button" for component in components) == 1
    else:
        page = check_html(html_of(kind, response))
        assert "<script>alert(1)</script>" in page.text
        assert "Ignore all previous instructions" in page.text


@pytest.mark.parametrize("kind", DESKS)
def test_text_of_the_request_stays_text(integration, sandbox, kind):
    integration(kind)
    response = ask(kind, about(kind, email="'onload='x'@example.org"))
    assert response.status_code == 200
    if kind == "intercom":
        check_canvas(response)
    else:
        check_html(html_of(kind, response))


def test_the_longest_card_fits_into_what_intercom_takes(integration, other_upstream, lumenkit, monkeypatch):
    integration("intercom")
    monkeypatch.setitem(globals(), "HOSTILE", "𝕏" * 5_000)
    other_upstream.behaviors = [hostile_visitor()]
    profiles.get_profile(lumenkit, UUID(VISITOR))
    check_canvas(ask("intercom", about("intercom", visitor_id=VISITOR)))
