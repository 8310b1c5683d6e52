"""Saved views of the lists of visitors."""

import re
from html import unescape

import pytest
from django.test import Client

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.leads import saved_views
from visitors.models import SavedView
from visitors.roles import Role

LEADS, FIND = "/lumenkit/visitors/leads/", "/lumenkit/visitors/"
URL = "/lumenkit/visitors/views/"
HOT = "?sort=value&show=mine"

pytestmark = pytest.mark.usefixtures("sandbox")


def save(browser, label="Hot", query=HOT, kind="leads", **values):
    return browser.post(URL, {"kind": kind, "label": label, "query": query, **values}, follow=True)


def views(browser, url=LEADS):
    """The saved views that a page offers: name and address."""
    _, _, nav = browser.get(url).content.decode().partition('aria-label="Saved views"')
    links = re.findall(r'<a href="([^"]*)"[^>]*><bdi>(.*?)</bdi>', nav.partition("</nav>")[0])
    return [(name, unescape(address)) for address, name in links]


def browser_of(user):
    client = Client()
    sign_in(client, user)
    return client


def test_a_view_is_saved_and_opened_with_one_click(browser_of_member):
    response = save(browser_of_member)
    assert response.request["QUERY_STRING"] == HOT[1:]
    page = Page(response.content)
    assert "View “Hot” saved." in page.text
    assert HOT in page.links
    assert "Save this view" not in page.text
    assert "Save this view" in Page(browser_of_member.get(f"{LEADS}?sort=visits").content).text


def test_the_filters_of_the_visitor_list_are_saved_too(browser_of_member):
    save(browser_of_member, "Oakland", "?city=Oakland&period=30&offset=100&until=x&other=1", "find")
    assert views(browser_of_member, FIND) == [("Oakland", "?period=30&city=Oakland")]
    assert not views(browser_of_member, LEADS)


def test_views_are_personal_unless_they_are_shared(browser_of_member, viewer):
    save(browser_of_member, "Mine")
    save(browser_of_member, "Ours", shared="yes")
    assert [name for name, _ in views(browser_of_member)] == ["Mine", "Ours"]
    assert [name for name, _ in views(browser_of(viewer))] == ["Ours"]


def test_a_viewer_saves_for_themselves_only(viewer):
    browser = browser_of(viewer)
    assert save(browser, shared="yes").status_code == 403
    save(browser)
    assert SavedView.objects.get().owner == viewer


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "leads"},
        {"label": "Hot"},
        {"kind": "other", "label": "Hot"},
        {"kind": "find", "label": "Hot", "query": "period=days"},
        {"kind": "leads", "label": "Hot", "query": "x" * 10_000},
    ],
)
def test_incomplete_and_invalid_views_are_refused(browser_of_member, values):
    assert browser_of_member.post(URL, values).status_code == 400
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("label", ["", " \n", "x" * 61])
def test_a_name_must_be_usable(browser_of_member, label):
    assert "View “" not in save(browser_of_member, label).content.decode()
    assert not SavedView.objects.exists()


def test_names_differ_and_views_are_limited(browser_of_member, monkeypatch):
    save(browser_of_member)
    save(browser_of_member, shared="yes")
    for values in ({}, {"shared": "yes"}):
        assert "There is a view named “Hot” already" in save(browser_of_member, **values).content.decode()
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 1)
    assert "At most 1 views" in save(browser_of_member, "Other").content.decode()
    assert SavedView.objects.count() == 2


def test_hostile_names_and_queries_are_text(browser_of_member):
    html = save(browser_of_member, "<script>x</script>", '?company="><script>&sort=javascript:').content.decode()
    assert "<script>x" not in html
    assert "%22%3E%3Cscript%3E" in html


def test_views_are_renamed_and_deleted(browser_of_member):
    save(browser_of_member)
    save(browser_of_member, "Other")
    view = SavedView.objects.get(name="Hot")
    browser_of_member.post(f"{URL}{view.pk}/", {"label": " Best  leads "})
    view.refresh_from_db()
    assert view.name == "Best leads"
    assert "already" in browser_of_member.post(f"{URL}{view.pk}/", {"label": "Other"}, follow=True).content.decode()
    assert browser_of_member.post(f"{URL}{view.pk}/").status_code == 400
    browser_of_member.post(f"{URL}{view.pk}/", {"delete": "yes", "label": "ignored"})
    assert [one.name for one in SavedView.objects.all()] == ["Other"]


def test_shared_views_are_changed_by_those_who_saved_them_and_by_managers(browser_of_member, admin, person_with_role):
    save(browser_of_member, shared="yes")
    view = SavedView.objects.get()
    other = browser_of(person_with_role("otto", Role.MEMBER))
    assert "Rename or delete views" not in other.get(LEADS).content.decode()
    assert other.post(f"{URL}{view.pk}/", {"delete": "yes"}).status_code == 403
    manager = browser_of(admin)
    assert manager.post(f"{URL}{view.pk}/", {"label": "Shared"}).status_code == 302
    assert browser_of_member.post(f"{URL}{view.pk}/", {"delete": "yes"}).status_code == 302
    assert not SavedView.objects.exists()


def test_nobody_else_sees_or_changes_a_personal_view(browser_of_member, admin, pocketgarden):
    save(browser_of_member)
    view = SavedView.objects.get()
    assert browser_of(admin).post(f"{URL}{view.pk}/", {"delete": "yes"}).status_code == 404
    SavedView.objects.update(website=pocketgarden)
    assert browser_of_member.post(f"{URL}{view.pk}/", {"delete": "yes"}).status_code == 404
    assert not views(browser_of_member)


def test_a_shared_view_outlives_its_author(browser_of_member, member):
    save(browser_of_member, "Mine")
    save(browser_of_member, "Ours", shared="yes")
    member.delete()
    assert [view.name for view in SavedView.objects.all()] == ["Ours"]
