"""One person with several visitor ids."""

import csv
import io
import re
from uuid import UUID

import pytest

from visitors import profiles
from visitors.models import AuditEntry, KnownPerson
from visitors.sandbox import documented
from visitors.team import memory

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)
URL = f"/lumenkit/visitors/{LEAD}/"


@pytest.fixture
def same_person(lumenkit, sandbox):
    """Two stored visitors with one email address."""
    for visitor_id in (LEAD, OTHER):
        profiles.get_profile(lumenkit, visitor_id)
    KnownPerson.objects.update(email="priya@northwind.example", user_id="")


def test_the_journey_leads_to_the_person_s_other_ids(browser_of_member, same_person):
    assert "Seen with 1 other visitor id" in browser_of_member.get(URL).content.decode()


def test_the_ids_are_listed_and_each_event_names_its_own(browser_of_member, same_person):
    response = browser_of_member.get(f"{URL}person/")
    html = response.content.decode()
    assert f"/lumenkit/visitors/{OTHER}/" in html
    assert {"1", "2"} <= set(re.findall(r'<span class="sr">Device </span>(\d)', html))
    times = re.findall(r'<li class="event[^>]*><time datetime="([^"]+)"', html)
    assert len(times) > 20
    assert times == sorted(times, reverse=True)
    assert set(AuditEntry.objects.values_list("visitor_id", flat=True)) == {LEAD, OTHER}


def test_nothing_is_asked_and_a_single_id_leads_back(browser_of_member, same_person, sandbox):
    calls = len(sandbox.calls)
    browser_of_member.get(f"{URL}person/")
    assert len(sandbox.calls) == calls
    KnownPerson.objects.filter(visitor_id=OTHER).update(email="")
    assert browser_of_member.get(f"{URL}person/").url == URL


def test_people_of_one_company_are_a_link_away(browser_of_member, same_person):
    KnownPerson.objects.update(company="Northwind & Co", company_key="northwind & co")
    html = browser_of_member.get(URL).content.decode()
    assert "1 other from <bdi>Northwind &amp; Co</bdi>" in html
    [address] = re.findall(r'href="([^"]*leads/\?company[^"]*)"', html)
    people = browser_of_member.get(address).content.decode()
    assert str(OTHER) in people


# Notes of the team


def test_a_note_stands_at_its_time_in_the_timeline(browser_of_member, member, lumenkit, same_person):
    memory.add_note(member, lumenkit, LEAD, "Call <her>.")
    html = browser_of_member.get(URL).content.decode()
    rows = html[html.index('id="timeline"') :]
    assert rows.index("Call &lt;her&gt;.") < rows.index('class="visit"')
    assert "Note by <bdi>mina</bdi>" in rows


def test_a_new_note_shows_at_once_and_not_among_found_events(browser_of_member, member, lumenkit, same_person):
    browser_of_member.get(URL)  # the article is in memory now
    memory.add_note(member, lumenkit, LEAD, "Call her.")
    assert "Note by <bdi>mina</bdi>" in browser_of_member.get(URL).content.decode()
    assert "Note by <bdi>mina</bdi>" not in browser_of_member.get(f"{URL}?q=pricing").content.decode()


def test_notes_are_exported_with_the_journey(browser_of_member, member, lumenkit, same_person):
    for text in ("Call her.", "=1+1"):
        memory.add_note(member, lumenkit, LEAD, text)
    rows = list(csv.DictReader(io.StringIO(browser_of_member.get(f"{URL}events.csv").content.decode("utf-8-sig"))))
    notes = [row for row in rows if row["kind"] == "note"]
    assert [(row["name"], row["description"]) for row in notes] == [("mina", "Call her."), ("mina", "'=1+1")]
    assert all(row["time_utc"].endswith("Z") for row in notes)
