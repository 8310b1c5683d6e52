"""Finding people on the pages: who is shown, on whose websites, and what the audit log says of it."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from tests.faulty_upstream import answer
from tests.lookup.people.people import add_person
from tests.page_reader import Page
from visitors.models import AuditEntry, Membership, Website
from visitors.roles import Role
from visitors.sandbox import documented, tokens

LEAD = documented.RETURNING_LEAD.visitor_id
V7 = "01890a5d-ac96-774b-bcce-b302099a8057"


@pytest.fixture
def priya(lumenkit):
    return add_person(
        lumenkit, user_id="cus_8812", name="Priya Raman", email="p.raman@northwind.example", company="Northwind Freight"
    )


def suggestions(client, text):
    response = client.post("/search/suggestions/", {"pasted": text}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return Page(response.content)


def test_a_profile_that_was_looked_up_is_found_by_name(browser_of_member, sandbox):
    browser_of_member.get(f"/lumenkit/visitors/{LEAD}/")
    shown = Page(browser_of_member.post("/", {"pasted": "priya ram"}, follow=True).content)
    assert f"/lumenkit/visitors/{LEAD}/" in shown.links
    assert "1 person matching “priya ram”" in shown.text
    assert "priya.raman@northwind-freight.example · Northwind Freight · lumenkit.example" in shown.text


@pytest.mark.parametrize(
    ("pasted", "searched"),
    [
        ("Priya Raman", "Priya Raman"),
        ("  northwind ", "northwind"),
        ("From: Priya <P.Raman@northwind.example>\nHi,\n" + "help me " * 50, "p.raman@northwind.example"),
        ("mailto:p.raman@northwind.example", "p.raman@northwind.example"),
    ],
)
def test_a_text_without_an_id_is_searched_for(browser_of_member, priya, pasted, searched):
    answer = browser_of_member.post("/", {"pasted": pasted})
    assert answer.status_code == 302
    assert browser_of_member.get(answer.url).wsgi_request.GET["q"] == searched


@pytest.mark.parametrize("text", ["p.raman@northwind.example", "CUS_8812", " P.Raman@Northwind.example "])
def test_the_whole_email_or_user_id_of_one_person_opens_the_journey(browser_of_member, priya, text):
    answer = browser_of_member.get("/search/", {"q": text})
    assert (answer.status_code, answer.url) == (302, f"/lumenkit/visitors/{priya.visitor_id}/")


def test_an_email_of_two_visitors_is_a_list(browser_of_member, priya, lumenkit):
    add_person(lumenkit, name="Priya Raman", email="p.raman@northwind.example")
    answer = browser_of_member.get("/search/", {"q": "p.raman@northwind.example"})
    assert "2 people matching" in Page(answer.content).text


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [("priya", True), ("pr", True), ("p", False), ("", False), (LEAD, False), (f"priya {LEAD}", False)],
)
def test_results_while_typing(browser_of_member, priya, text, is_shown):
    assert ("Priya Raman" in suggestions(browser_of_member, text).text) == is_shown


def test_a_token_is_neither_searched_for_nor_shown(browser_of_member, lumenkit):
    add_person(lumenkit, name="df_holder")
    assert suggestions(browser_of_member, tokens.LUMENKIT_KEY).text == ""


def test_nobody_found_says_what_was_searched(browser_of_member, priya):
    assert "No one found so far" in suggestions(browser_of_member, "zebra").text
    shown = Page(browser_of_member.get("/search/", {"q": "<b>zebra"}).content)
    assert "No one found for “<b>zebra”" in shown.text
    # DataFast does not answer, so nobody on the site was searched.
    assert "who were looked up on lumenkit.example before." in shown.text
    assert "found by the visitor id" in shown.text
    assert shown.with_id("find")["value"] == "<b>zebra"


def test_someone_on_the_site_is_found_whom_nobody_has_looked_up(browser_of_member, sandbox, member, lumenkit):
    live = documented.LIVE.visitor_id
    shown = Page(browser_of_member.get("/search/", {"q": "marina"}).content)
    assert "1 person on the site now matching “marina”" in shown.text
    assert f"/lumenkit/visitors/{live}/" in shown.links
    [entry] = AuditEntry.objects.all()
    assert (entry.user, entry.website, entry.action) == (member, lumenkit, "search")
    # The user id of one person opens the journey.
    assert browser_of_member.get("/search/", {"q": "user_51877"}).url == f"/lumenkit/visitors/{live}/"
    assert sum(call.path.endswith("/realtime/map") for call in sandbox.calls) == 1


def test_a_made_up_name_of_someone_on_the_site_finds_nobody(browser_of_member, other_upstream):
    profile = {"displayName": "Teal Otter", "isRandomName": True, "userId": None}
    data = {"visitors": [{"visitorId": LEAD, "profileData": profile}]}
    other_upstream.behaviors = [answer(200, {"status": "success", "data": data})]
    shown = Page(browser_of_member.get("/search/", {"q": "otter"}).content).text
    assert "No one found" in shown
    assert "before, and of those who are on lumenkit.example now." in shown


def test_what_looks_like_an_id_may_be_a_user_id(browser_of_member, lumenkit):
    assert "This UUID is version 7" in Page(browser_of_member.post("/", {"pasted": V7}).content).text
    person = add_person(lumenkit, name="Vera Sieben", user_id=V7)
    answer = browser_of_member.get(browser_of_member.post("/", {"pasted": V7}).url)
    assert answer.url == f"/lumenkit/visitors/{person.visitor_id}/"


def test_only_people_of_the_user_s_websites_are_found(client, priya, pocketgarden):
    stranger = get_user_model().objects.create_user("sam")
    Membership.objects.create(website=pocketgarden, user=stranger)
    add_person(pocketgarden, name="Priya Nair")
    client.force_login(stranger)
    for shown in (suggestions(client, "priya"), Page(client.get("/search/?q=priya").content)):
        assert "Priya Nair" in shown.text
        assert "Raman" not in shown.text


def test_an_administrator_without_a_role_finds_nobody(client, priya):
    client.force_login(get_user_model().objects.create_superuser("root"))
    assert "No one found" in suggestions(client, "priya").text


def test_one_entry_of_the_log_covers_the_searches_of_some_minutes(browser_of_member, member, priya, lumenkit, clock):
    for text in ("pri", "priy", "priya"):
        suggestions(browser_of_member, text)
    browser_of_member.get("/search/?q=priya")
    [entry] = AuditEntry.objects.all()
    assert (entry.user, entry.website, entry.action, entry.visitor_id, entry.visitor_hash) == (
        member,
        lumenkit,
        "search",
        None,
        "",
    )
    clock.shift(timedelta(minutes=11))
    suggestions(browser_of_member, "priya")
    assert AuditEntry.objects.count() == 2


def test_a_search_that_shows_nobody_is_not_recorded(browser_of_member, priya):
    suggestions(browser_of_member, "zebra")
    browser_of_member.get("/search/?q=zebra")
    for header in ("Sec-Purpose", "X-Purpose"):
        assert browser_of_member.get("/search/?q=priya", headers={header: "prefetch"}).status_code == 503
    assert browser_of_member.head("/search/?q=priya").status_code == 405
    assert not AuditEntry.objects.exists()


def test_people_are_not_shown_if_that_cannot_be_recorded(browser_of_member, priya):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE visitors_auditentry RENAME COLUMN user_name TO other")
    assert "audit log can’t be written" in suggestions(browser_of_member, "priya").text
    answer = browser_of_member.get("/search/?q=priya")
    assert answer.status_code == 503
    assert "Priya Raman" not in answer.content.decode()


def test_the_log_page_lists_searches(client, browser_of_member, priya, lumenkit, admin):
    suggestions(browser_of_member, "priya")
    client.force_login(admin)
    shown = Page(client.get("/websites/lumenkit/audit-log/").content).text
    assert "People in the results" in shown
    assert "priya" not in shown.lower()
    exported = b"".join(client.get("/websites/lumenkit/audit-log.csv").streaming_content).decode()
    assert '"mina","","search","done"' in exported


def test_removing_a_website_removes_its_people(priya, lumenkit):
    Membership.objects.filter(role=Role.ADMIN).delete()
    Website.objects.all().delete()
    assert not type(priya).objects.exists()
