"""The journey as text for a ticket and as files."""

import csv
import io

import pytest

from tests.faulty_upstream import answer
from visitors.models import AuditAction, AuditEntry
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id


@pytest.fixture(autouse=True)
def _upstream(sandbox):
    return sandbox


def address(name, visitor=LEAD):
    return f"/lumenkit/visitors/{visitor}/{name}"


def test_the_summary_is_plain_text_with_a_link(browser_of_member):
    response = browser_of_member.get(address("summary.txt"))
    text = response.content.decode()
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert f"http://testserver/lumenkit/visitors/{LEAD}/" in text
    assert "events, newest first:" in text


def test_the_summary_comes_as_markdown_too(browser_of_member):
    text = browser_of_member.get(address("summary.txt?format=markdown")).content.decode()
    assert text.startswith("**")


@pytest.mark.parametrize("form", ["text", "markdown"])
@pytest.mark.parametrize(
    ("at", "linked"), [("2020-07-01T14:00:00Z", "2020-07-01T14:00:00Z"), ("2020-07-01T10:00", "2020-07-01T14:00:00Z")]
)
def test_the_summary_of_a_ticket_links_to_its_time(browser_of_member, form, at, linked):
    text = browser_of_member.get(address("summary.txt"), {"at": at, "kind": "goal", "format": form}).content.decode()
    assert f"http://testserver/lumenkit/visitors/{LEAD}/?at={linked}" in text
    assert "Ticket sent Wed, Jul 1, 2020, 10:00:00 EDT (UTC-4). Before the earliest event" in text.replace("\\", "")


def test_an_unreadable_ticket_time_leaves_the_plain_summary(browser_of_member):
    text = browser_of_member.get(address("summary.txt?at=whenever")).content.decode()
    assert f"http://testserver/lumenkit/visitors/{LEAD}/\n" in text
    assert "Ticket sent" not in text


def test_without_a_script_the_summary_link_keeps_the_ticket_time(browser_of_member):
    page = browser_of_member.get(address("?kind=goal&at=2020-07-01T10:00")).content.decode()
    assert f'href="{address("summary.txt?at=2020-07-01T14:00:00Z")}"' in page


def test_the_csv_file_has_a_row_per_event(browser_of_member):
    response = browser_of_member.get(address("events.csv"))
    received = browser_of_member.get(address("answer.json")).json()["data"]
    activity = received["activity"]
    sent = len(activity["visitedPages"]) + len(activity["completedGoals"])
    identified = 1 if (received.get("profile") or {}).get("identifiedAt") else 0
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert len(rows) == sent + identified
    assert response.headers["Content-Disposition"] == f'attachment; filename="lumenkit-{LEAD}.csv"'


def test_no_cell_of_the_csv_file_is_a_formula(browser_of_member):
    response = browser_of_member.get(address("events.csv", documented.HOSTILE.visitor_id))
    cells = [cell for row in csv.reader(io.StringIO(response.content.decode("utf-8-sig"))) for cell in row]
    assert any("<" in cell for cell in cells)  # the hostile text is there
    assert not [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_the_answer_is_shown_as_received_or_downloaded(browser_of_member, sandbox):
    shown = browser_of_member.get(address("answer.json"))
    assert shown.json()["status"] == "success"
    assert "Content-Disposition" not in shown.headers
    saved = browser_of_member.get(address("answer.json?download"))
    assert saved.content == shown.content
    assert "attachment" in saved.headers["Content-Disposition"]
    assert sandbox.calls.count(LEAD) == 1


def test_secrets_in_addresses_are_nowhere(browser_of_member, other_upstream, lumenkit):
    pages = [
        {"url": "shop.example/reset-password?token=EXAMPLE-TOKEN&x=1", "timestamp": "2026-05-04T12:00:00Z"},
        {"url": "shop.example/#access_token=EXAMPLE-TOKEN", "timestamp": "2026-05-04T12:01:00Z"},
        {"url": "shop.example/login?next=%2Freset%3Ftoken%3DEXAMPLE-TOKEN", "timestamp": "2026-05-04T12:02:00Z"},
        {"url": "shop.example/#/reset/EXAMPLE-TOKEN-1", "timestamp": "2026-05-04T12:03:00Z"},
    ]
    activity = {"visitedPages": pages, "currentUrl": pages[0]["url"]}
    profile = {"metadata": {"api_token": "EXAMPLE-TOKEN"}}
    identity = {"params": {"ref": "partner.example/?token=EXAMPLE-TOKEN"}}
    data = {"visitorId": LEAD, "identity": identity, "activity": activity, "profile": profile}
    other_upstream.behaviors = [answer(200, {"status": "success", "data": data})]
    shown = [browser_of_member.get(address(name)) for name in ("", "summary.txt", "events.csv", "answer.json")]
    assert {response.status_code for response in shown} == {200}
    assert not [response for response in shown if b"EXAMPLE-TOKEN" in response.content]
    assert shown[3].json()["data"]["activity"]["currentUrl"] == "shop.example/reset-password?token=...&x=1"
    assert "Nothing here matches" in browser_of_member.get(address("?q=EXAMPLE-TOKEN")).content.decode()


def test_every_cell_of_the_csv_file_is_quoted(browser_of_member):
    lines = browser_of_member.get(address("events.csv")).content.decode("utf-8-sig").splitlines()
    assert all(line.startswith('"') and line.endswith('"') and '","' in line for line in lines)


@pytest.mark.parametrize("name", ["summary.txt", "events.csv", "answer.json"])
def test_exports_are_private_and_never_cached(client, browser_of_member, name, pocketgarden):
    assert browser_of_member.get(address(name)).headers["Cache-Control"] == "private, no-store"
    assert browser_of_member.get(f"/pocketgarden/visitors/{LEAD}/{name}").status_code == 404
    browser_of_member.logout()
    assert browser_of_member.get(address(name)).status_code == 302


@pytest.mark.parametrize("name", ["summary.txt", "events.csv", "answer.json"])
def test_exports_of_an_unknown_visitor_are_not_found(browser_of_member, name):
    assert browser_of_member.get(address(name, "00000000-0000-4000-8000-000000000404")).status_code == 404


def test_a_viewer_gets_the_summary_but_no_files(client, viewer, sandbox):
    client.force_login(viewer)
    page = client.get(address("")).content.decode()
    assert "summary.txt" in page
    assert "events.csv" not in page
    assert "answer.json" not in page


def test_the_summary_is_written_as_the_user_prefers(browser_of_member):
    choice = {"summary_content": "short", "summary_format": "html"}
    browser_of_member.post("/account/preferences/", choice)
    text = browser_of_member.get(address("summary.txt")).content.decode()
    assert text.startswith("<p><strong>Priya Raman</strong></p>")
    assert "<ul>" not in text
    text = browser_of_member.get(address("summary.txt?content=full&format=text")).content.decode()
    assert "events, newest first:" in text
    assert browser_of_member.get(address("summary.txt?content=all&format=pdf")).content.decode().startswith("<p>")


def test_rich_text_is_never_sent_as_a_page(browser_of_member):
    response = browser_of_member.get(address("summary.txt?format=html"))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_preview_is_covered_by_the_entry_of_its_page(browser_of_member):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    logged = AuditEntry.objects.count()
    assert "Priya Raman" in browser_of_member.get(address("summary.txt?preview=1")).content.decode()
    assert AuditEntry.objects.count() == logged
    browser_of_member.get(address("summary.txt"))
    assert AuditEntry.objects.count() == logged + 1


def test_a_preview_without_its_page_is_logged(browser_of_member):
    browser_of_member.get(address("summary.txt?preview=1"))
    assert AuditEntry.objects.get().action == AuditAction.PAGE
