"""The panel's page, pairing, and what it shows to whom."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.test import Client

from tests.faulty_upstream import error
from tests.page_reader import Page
from tests.sessions import sign_in
from visitors import profiles
from visitors.accounts import sessions
from visitors.accounts.views.password_reset import make_reset_link
from visitors.audit import retention
from visitors.integrations.panel.origins import MAX_ORIGINS, parse_origins
from visitors.integrations.panel.pairing import CODE_VALID_FOR, MAX_WAITING, PAIRED_FOR
from visitors.integrations.tokens.access import MAX_REJECTED
from visitors.models import AuditEntry, Membership, PanelPairing, Preferences, Website
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
NOWHERE = "0badf00d-0000-4000-8000-00000000dead"
CHATWOOT = "https://chat.example.com"
PANEL = "/panel/lumenkit/"


@pytest.fixture
def framed(lumenkit):
    """Lumenkit, whose panel Chatwoot may frame."""
    Website.objects.filter(pk=lumenkit.pk).update(panel_origins=[CHATWOOT, "https://*.zendesk.com"])
    return Website.objects.get(pk=lumenkit.pk)


@pytest.fixture
def start(framed):
    """Start a pairing, as the panel does; return the code and the header with the secret."""

    def ask(slug="lumenkit", **extra):
        answer = Client().post(f"/panel/{slug}/pair/", **extra).json()
        return answer["code"], {"Panel-Token": answer["secret"]}

    return ask


@pytest.fixture
def paired(start, browser_of_member):
    """The header of a panel that the member has paired."""
    code, header = start()
    assert browser_of_member.post("/panel/", {"code": code}).status_code == 200
    return header


def show(header, **question):
    return Client(enforce_csrf_checks=True).post(f"{PANEL}visitor/", question, headers=header)


def entries():
    fields = ("user_name", "action", "result", "source", "visitor_id")
    return [(*one[:4], str(one[4])) for one in AuditEntry.objects.order_by("pk").values_list(*fields)]


# ---- The page in the frame -----------------------------------------------------------------------------------------


def test_only_the_allowed_origins_may_frame_the_panel(framed, client):
    response = client.get(PANEL)
    policy = response["Content-Security-Policy"]
    assert f"frame-ancestors {CHATWOOT} https://*.zendesk.com" in policy
    assert "script-src 'self';" in f"{policy};"
    assert "X-Frame-Options" not in response.headers
    assert not response.cookies
    assert framed.domain not in response.content.decode()  # nothing about anyone, nor the website


def test_without_origins_there_is_no_panel(lumenkit, client):
    assert client.get(PANEL).status_code == 404
    assert client.post(f"{PANEL}pair/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/lumenkit/visitors/now/", f"/lumenkit/visitors/{LEAD}/", "/panel/", "/sign-in/"]
)
def test_no_other_page_can_be_framed(browser_of_member, framed, sandbox, path):
    response = browser_of_member.get(path)
    assert response["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


# ---- Pairing ---------------------------------------------------------------------------------------------------------


def test_a_typed_code_pairs_the_panel_with_the_user(start, browser_of_member, member):
    code, header = start()
    assert Client().post(f"{PANEL}paired/", headers=header).status_code == 202
    page = browser_of_member.post("/panel/", {"code": f" {code.replace('-', '').lower()} "})
    assert "now shows you the visitors of lumenkit.example" in Page(page.content).text
    assert Client().post(f"{PANEL}paired/", headers=header).status_code == 204
    assert PanelPairing.objects.get().user == member


def test_the_secret_is_stored_as_its_hash_only(start):
    _, header = start()
    assert header["Panel-Token"] not in str(PanelPairing.objects.values().get())


@pytest.mark.parametrize("typed", ["", "XXXX-XXXX", "x" * 40, "<script>"])
def test_a_wrong_code_is_refused(start, browser_of_member, typed):
    start()
    page = browser_of_member.post("/panel/", {"code": typed})
    assert page.status_code == 422
    assert "No panel of your websites shows this code." in Page(page.content).text
    assert PanelPairing.objects.get().user is None


def test_a_code_works_once_and_for_ten_minutes(start, browser_of_member, admin, clock):
    code, _ = start()
    assert browser_of_member.post("/panel/", {"code": code}).status_code == 200
    other = Client()
    sign_in(other, admin)
    assert other.post("/panel/", {"code": code}).status_code == 422
    late, header = start()
    clock.shift(CODE_VALID_FOR + timedelta(seconds=1))
    assert browser_of_member.post("/panel/", {"code": late}).status_code == 422
    assert Client().post(f"{PANEL}paired/", headers=header).status_code == 401


def test_a_user_without_a_role_on_the_website_cannot_pair(start, django_user_model):
    code, _ = start()
    stranger = Client()
    sign_in(stranger, django_user_model.objects.create_user("stranger"))
    assert stranger.post("/panel/", {"code": code}).status_code == 422
    assert PanelPairing.objects.get().user is None


def test_a_form_without_its_field_changes_nothing(start, browser_of_member):
    start()
    assert browser_of_member.post("/panel/", {}).status_code == 400


def test_one_address_has_few_panels_waiting(framed, settings):
    settings.TRUSTED_PROXIES = 0
    statuses = [Client().post(f"{PANEL}pair/").status_code for _ in range(MAX_WAITING + 1)]
    assert statuses == [200] * MAX_WAITING + [429]
    assert Client().post(f"{PANEL}pair/", REMOTE_ADDR="198.51.100.9").status_code == 200


# ---- Who is shown what -----------------------------------------------------------------------------------------------


def test_a_visitor_is_shown_and_recorded(paired, sandbox):
    response = show(paired, visitor=f"datafast_visitor_id={LEAD}")
    page = Page(response.content)
    assert response.status_code == 200
    for words in ("Priya Raman", "Northwind Freight", "Score", "88", "Paid", "Last seen", "Source", "Latest visits"):
        assert words in page.text, words
    assert f"/lumenkit/visitors/{LEAD}/" in page.links
    assert entries() == [("mina", "page", "shown", "panel", LEAD)]
    assert response["Cache-Control"] == "private, no-store"


def test_what_happened_before_the_conversation_is_told(paired, framed, sandbox):
    journey = profiles.get_profile(framed, UUID(LEAD)).contents.journey
    at = journey.visits[0].ended_at + timedelta(minutes=2)
    for text in (at.isoformat(), str(int(at.timestamp()))):
        page = Page(show(paired, visitor=LEAD, at=text).content)
        assert "When the conversation started" in page.text
        assert "minutes before" in page.text
    for text in ("yesterday", "0x10", "9" * 400, "2026-11-03T10:00:00", ""):
        assert "When the conversation started" not in Page(show(paired, visitor=LEAD, at=text).content).text


def test_times_are_on_the_users_clock_and_in_their_zone(paired, member, sandbox):
    at = {"visitor": LEAD, "at": "2026-05-04T14:30:00Z"}
    assert "10:30" in Page(show(paired, **at).content).text
    Preferences.objects.create(user=member, time_zone="Asia/Tokyo", clock="12")
    assert "11:30" in Page(show(paired, **at).content).text
    assert "PM" in Page(show(paired, **at).content).text


def test_a_person_is_found_by_email_and_user_id(paired, framed, sandbox):
    person = profiles.get_profile(framed, UUID(LEAD)).contents.journey.person
    assert "Priya Raman" in Page(show(paired, email=person.email.upper()).content).text
    assert "Priya Raman" in Page(show(paired, visitor="no id", email=person.email).content).text
    if person.user_id:
        assert "Priya Raman" in Page(show(paired, user_id=person.user_id).content).text


def test_an_unknown_id_falls_back_to_the_email(paired, framed, sandbox):
    email = profiles.get_profile(framed, UUID(LEAD)).contents.journey.person.email
    assert "Priya Raman" in Page(show(paired, visitor=NOWHERE, email=email).content).text
    assert [result for _, _, result, *_ in entries()] == ["not found", "shown"]
    assert "Priya" not in Page(show(paired, visitor=NOWHERE, email="new@nowhere.example").content).text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({}, "neither a visitor id nor an email address"),
        ({"email": "new@nowhere.example"}, "is known as new@nowhere.example"),
        ({"email": "<img src=x onerror=alert(1)>"}, "<img src=x onerror=alert(1)>"),
        ({"email": f"{'x' * 3_000}@nowhere.example"}, "xxx…."),
        ({"visitor": NOWHERE}, "not found"),
        ({"visitor": "x" * 10_000}, "this visitor id"),
    ],
)
def test_no_visitor_is_a_sentence(paired, sandbox, question, words):
    response = show(paired, **question)
    assert response.status_code == 200
    assert words in Page(response.content).text
    assert "<img" not in response.content.decode()


def test_a_failing_datafast_is_a_sentence(paired, other_upstream):
    other_upstream.behaviors = [error(500)]
    response = show(paired, visitor=LEAD)
    assert response.status_code == 503
    assert f"/lumenkit/visitors/{LEAD}/" in Page(response.content).links
    assert entries() == [("mina", "page", "unavailable", "panel", LEAD)]


def test_what_cannot_be_logged_is_not_shown(paired, sandbox, monkeypatch):
    def fail(**_):
        raise OperationalError("disk full")

    monkeypatch.setattr("visitors.audit.log.AuditEntry.objects.create", fail)
    response = show(paired, visitor=LEAD)
    assert response.status_code == 503
    assert "Priya" not in response.content.decode()


@pytest.mark.parametrize("header", [{}, {"Panel-Token": "jdp_wrong"}, {"Authorization": "Bearer jd_wrong"}])
def test_without_a_pairing_nothing_is_shown(browser_of_member, framed, sandbox, header):
    """Not even to a browser that is signed in: the session does not count."""
    assert browser_of_member.post(f"{PANEL}visitor/", {"visitor": LEAD}, headers=header).status_code == 401
    assert not entries()


def test_a_panel_that_waits_for_its_code_is_shown_nothing(start, sandbox):
    assert show(start()[1], visitor=LEAD).status_code == 401


def test_a_pairing_is_for_one_website(paired, pocketgarden, member, sandbox):
    Membership.objects.create(website=pocketgarden, user=member, role="viewer")
    Website.objects.update(panel_origins=[CHATWOOT])
    assert Client().post("/panel/pocketgarden/visitor/", {"visitor": LEAD}, headers=paired).status_code == 401


def test_a_lost_role_counts_at_once(paired, sandbox):
    Membership.objects.all().delete()
    response = show(paired, visitor=LEAD)
    assert response.status_code == 404
    assert "You have no role on this website anymore" in Page(response.content).text
    assert not entries()


def test_a_panel_that_is_turned_off_shows_nothing(paired, framed, sandbox):
    Website.objects.update(panel_origins=[])
    assert show(paired, visitor=LEAD).status_code == 404
    assert not entries()


def test_a_deactivated_account_and_signing_out_everywhere_end_it(paired, member, sandbox):
    member.is_active = False
    member.save()
    assert show(paired, visitor=LEAD).status_code == 401
    member.is_active = True
    member.save()
    assert show(paired, visitor=LEAD).status_code == 200
    sessions.end_all(member)
    assert show(paired, visitor=LEAD).status_code == 401


def test_a_new_password_ends_it(paired, browser_of_member):
    new = "quite another password"
    form = {"old_password": "a long password", "new_password1": new, "new_password2": new}
    assert browser_of_member.post("/account/password/", form).status_code == 302
    assert show(paired, visitor=LEAD).status_code == 401


def test_a_reset_password_ends_it(paired, member):
    path, browser, new = make_reset_link(member).removeprefix("http://testserver"), Client(), "quite another password"
    page = browser.get(path, follow=True).request["PATH_INFO"]
    assert browser.post(page, {"new_password1": new, "new_password2": new}).status_code == 302
    assert show(paired, visitor=LEAD).status_code == 401


def test_it_ends_by_itself_and_is_deleted(paired, sandbox, clock):
    clock.shift(PAIRED_FOR + timedelta(seconds=1))
    assert show(paired, visitor=LEAD).status_code == 401
    retention.purge()
    assert not PanelPairing.objects.exists()


def test_wrong_tokens_are_limited(framed):
    statuses = [show({"Panel-Token": "jdp_wrong"}).status_code for _ in range(3 * MAX_REJECTED)]
    assert statuses[:MAX_REJECTED] == [401] * MAX_REJECTED
    assert 429 in statuses


@pytest.mark.parametrize("path", ["pair/", "paired/", "visitor/"])
def test_the_panels_addresses_take_post_only(framed, path):
    assert Client().get(f"{PANEL}{path}").status_code == 405


# ---- Origins ---------------------------------------------------------------------------------------------------------


def test_origins_are_read_line_by_line():
    text = "https://chat.example.com/\n\n HTTPS://Chat.Example.com\nhttps://*.zendesk.com\nhttp://localhost:3000\n"
    assert parse_origins(text) == ["https://chat.example.com", "https://*.zendesk.com", "http://localhost:3000"]
    assert parse_origins(" \n ") == []


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ("https://chat.example.com:443", "https://chat.example.com"),
        ("http://localhost:80/", "http://localhost"),
        ("https://chat.example.com:8443/", "https://chat.example.com:8443"),
        ("https://chat.example.com:80", "https://chat.example.com:80"),
        ("https://Café.Straße.example", "https://xn--caf-dma.xn--strae-oqa.example"),
        ("https://*.münchen.example", "https://*.xn--mnchen-3ya.example"),
        ("https://*.chat.co.uk", "https://*.chat.co.uk"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
    ],
)
def test_an_origin_is_stored_as_browsers_write_it(line, origin):
    assert parse_origins(line) == [origin]


@pytest.mark.parametrize("line", ["https://*.com", "https://*.co.uk", "https://*.com.au", "https://*.COM.BR:8443"])
def test_a_wildcard_for_the_sites_of_many_owners_is_refused(line):
    with pytest.raises(ValidationError, match="would allow the sites of many owners"):
        parse_origins(line)


@pytest.mark.parametrize(
    "line",
    [
        "*",
        "https:",
        "https://*",
        "https://*.com",
        "https://*.*.example.com",
        "http://chat.example.com",
        "chat.example.com",
        "https://chat.example.com/app",
        "https://chat.example.com; script-src *",
        "https://chat.example.com 'self'",
        "'self'",
        "javascript://alert(1)",
        "https://user@chat.example.com",
        "https://chat.example.com:0",
        "https://chat.example.com:65536",
        "https://chat..example.com",
        "https://-chat.example.com",
        "https://chät_x.example.com",
        "https://*.*.münchen.example",
        "http://[::1]:3000",  # a Content-Security-Policy can't name it
        "https://",
        "null",
    ],
)
def test_anything_else_is_no_origin(line):
    with pytest.raises(ValidationError):
        parse_origins(line)


def test_there_are_few_origins():
    with pytest.raises(ValidationError, match="At most"):
        parse_origins("\n".join(f"https://{number}.example.com" for number in range(MAX_ORIGINS + 1)))


def test_managers_set_the_origins(client, admin, lumenkit):
    sign_in(client, admin)
    address = "/websites/lumenkit/integrations/panel/"
    assert f"{PANEL}#visitor=VISITOR-ID" in Page(client.get(address).content).text
    assert client.post(address, {"origins": f"{CHATWOOT}\n"}).status_code == 302
    assert Website.objects.get(pk=lumenkit.pk).panel_origins == [CHATWOOT]
    refused = client.post(address, {"origins": "http://chat.example.com"})
    assert refused.status_code == 422
    assert "needs https://" in Page(refused.content).text
    assert client.post(address, {}).status_code == 400
    assert Website.objects.get(pk=lumenkit.pk).panel_origins == [CHATWOOT]
