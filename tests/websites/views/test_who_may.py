"""Only users who manage a website change it, and only with a CSRF token."""

import pytest
from django.test import Client

from tests.page_reader import Page
from visitors.models import Website
from visitors.sandbox import tokens

CHANGES = {
    "": {"name": "Taken over", "domain": "evil.example", "time_zone": "UTC", "currency": "USD"},
    "key/": {"token": tokens.POCKETGARDEN_KEY},
    "pause/": {"answer": "yes"},
    "resume/": {"answer": "yes"},
    "remove/": {"typed": "lumenkit"},
}


def state():
    return list(Website.objects.values())


@pytest.mark.parametrize("rest", CHANGES)
def test_viewers_and_members_change_nothing(viewer, member, signed_in, sandbox, rest):
    before = state()
    for person in (viewer, member):
        assert signed_in(person).post(f"/websites/lumenkit/{rest}", CHANGES[rest]).status_code == 403
    assert state() == before
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("rest", CHANGES)
def test_a_forged_form_changes_nothing(admin, sandbox, rest):
    careful, before = Client(enforce_csrf_checks=True), state()
    careful.force_login(admin)
    assert careful.post(f"/websites/lumenkit/{rest}", CHANGES[rest]).status_code == 403
    assert state() == before
    assert len(sandbox.calls) == 0


def test_a_forged_form_adds_nothing(administrator, sandbox):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(administrator)
    for address in ("/websites/add/", "/websites/add/details/", "/websites/add/account/"):
        assert careful.post(address, {"token": tokens.LUMENKIT_KEY}).status_code == 403
    assert len(sandbox.calls) == 0


def test_the_home_page_links_to_a_rejected_key(browser_of_admin, browser_of_member):
    Website.objects.update(key_rejected_since="2026-05-04T12:00:00Z")
    address = "/websites/lumenkit/key/"
    assert address in Page(browser_of_admin.get("/").content).links
    assert address not in Page(browser_of_member.get("/").content).links
