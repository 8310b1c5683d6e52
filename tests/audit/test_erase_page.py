"""The page on which an admin erases a visitor."""

from uuid import UUID

import pytest
from django.contrib.auth import get_user_model

from tests.page_reader import Page
from visitors.audit import erasure
from visitors.models import AuditAction, AuditEntry, LastSeen, Membership, Snapshot
from visitors.profiles import fetching
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
JOURNEY = f"/lumenkit/visitors/{LEAD}/"
ADDRESS = f"{JOURNEY}erase/"
END = LEAD.rpartition("-")[2]


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def browser_of_admin(client, admin):
    client.force_login(admin)
    return client


def test_the_page_lists_what_is_stored_and_changes_nothing(browser_of_admin, sandbox):
    browser_of_admin.get(JOURNEY)
    text = Page(browser_of_admin.get(ADDRESS).content).text
    assert "The journey that DataFast sent just now" in text
    assert "1 point of the score history" in text
    assert "What 1 person has seen of it, and its place among their recently viewed visitors" in text
    assert "The visitor’s id in 1 audit log entry" in text
    assert "DataFast’s own copy." in text
    assert Snapshot.objects.exists()
    assert sandbox.calls.count(LEAD) == 1


def test_the_page_names_a_person_whom_the_user_has_seen(browser_of_admin, sandbox):
    assert "Erase this visitor?" in Page(browser_of_admin.get(ADDRESS).content).text
    browser_of_admin.get(JOURNEY)
    assert "Erase Priya Raman?" in Page(browser_of_admin.get(ADDRESS).content).text
    # An administrator without a role manages the website, but sees none of its visitors.
    Membership.objects.all().delete()
    get_user_model().objects.update(is_superuser=True)
    assert "Erase this visitor?" in Page(browser_of_admin.get(ADDRESS).content).text


@pytest.mark.parametrize("typed", [END, f"  {END.upper()} "])
def test_typing_the_end_of_the_id_erases_the_visitor(browser_of_admin, sandbox, typed):
    browser_of_admin.get(JOURNEY)
    answer = browser_of_admin.post(ADDRESS, {"typed": typed}, follow=True)
    text = Page(answer.content).text
    assert "Erased. Journeydesk no longer stores anything about this visitor of lumenkit.example." in text
    assert "Recently viewed Visitors that you look up are listed here." in text
    assert not Snapshot.objects.exists()
    assert not LastSeen.objects.exists()
    assert not AuditEntry.objects.exclude(visitor_id=None).exists()


@pytest.mark.parametrize("typed", ["", "erase", END[:-1], f"{END}0", LEAD])
def test_typing_anything_else_erases_nothing(browser_of_admin, sandbox, typed):
    browser_of_admin.get(JOURNEY)
    answer = browser_of_admin.post(ADDRESS, {"typed": typed})
    page = Page(answer.content)
    assert answer.status_code == 422
    assert "Nothing was erased." in page.text
    assert page.with_id("typed")["aria-invalid"] == "true"
    assert Snapshot.objects.exists()


def test_a_visitor_without_stored_data_is_reported(browser_of_admin, sandbox):
    page = Page(browser_of_admin.get(ADDRESS).content)
    assert "Journeydesk stores nothing about this visitor." in page.text
    assert "What goes" not in page.text
    assert len(sandbox.calls) == 0


def test_the_next_lookup_fetches_the_visitor_again(browser_of_admin, sandbox):
    browser_of_admin.get(JOURNEY)
    browser_of_admin.post(ADDRESS, {"typed": END})
    assert "Priya Raman" in Page(browser_of_admin.get(JOURNEY).content).text
    assert sandbox.calls.count(LEAD) == 2
    assert AuditEntry.objects.get(action=AuditAction.PAGE, visitor_hash="").visitor_id is not None


def test_open_pages_do_not_store_an_erased_visitor_again(browser_of_admin, sandbox):
    browser_of_admin.get(JOURNEY)
    browser_of_admin.post(ADDRESS, {"typed": END})
    htmx = {"HX-Request": "true"}
    assert browser_of_admin.post(f"{JOURNEY}look/", headers=htmx).status_code == 204
    answer = browser_of_admin.post(f"{JOURNEY}follow/", headers=htmx)
    assert answer.headers["HX-Redirect"] == "/"
    assert "was just erased" in Page(browser_of_admin.get("/").content).text
    assert sandbox.calls.count(LEAD) == 1
    assert not Snapshot.objects.exists()


def test_only_admins_get_a_link_to_the_page(browser_of_admin, client, member, sandbox):
    missing = "00000000-0000-4000-8000-000000000404"
    for visitor in (LEAD, missing):
        assert (
            f"/lumenkit/visitors/{visitor}/erase/"
            in Page(browser_of_admin.get(f"/lumenkit/visitors/{visitor}/").content).links
        )
    client.force_login(member)
    for visitor in (LEAD, missing):
        assert "/erase/" not in client.get(f"/lumenkit/visitors/{visitor}/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_refresh_during_an_erasure_stores_nothing(browser_of_member, lumenkit, sandbox, clock, monkeypatch):
    browser_of_member.get(JOURNEY)
    clock.shift(3600)
    call = fetching._call

    def erase_meanwhile(request):
        answer = call(request)
        erasure.erase(lumenkit, UUID(LEAD), by=None)
        return answer

    monkeypatch.setattr(fetching, "_call", erase_meanwhile)
    refreshed = browser_of_member.post(f"{JOURNEY}refresh/", {"version": "0"}, headers={"HX-Request": "true"})
    assert refreshed.headers["HX-Redirect"] == "/"
    assert "was just erased" in Page(browser_of_member.get("/").content).text
    assert not Snapshot.objects.exists()
    assert not LastSeen.objects.exists()
