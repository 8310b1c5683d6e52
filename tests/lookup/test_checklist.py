"""The first steps on the home page of administrators tick themselves off."""

import os
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.page_reader import Page
from visitors.models import Membership
from visitors.roles import Role
from visitors.sandbox import documented
from visitors.web.backups import last_backup_at, record_backup

LEAD = documented.RETURNING_LEAD.visitor_id


@pytest.fixture
def root(db):
    return get_user_model().objects.create_superuser("root")


@pytest.fixture
def browser(root):
    client = Client()
    client.force_login(root)
    return client


@pytest.fixture(autouse=True)
def state_dir(settings, tmp_path):
    """A server without mail, HTTPS and a backup."""
    settings.SENDS_MAIL = settings.HTTPS = False
    settings.STATE_DIR = tmp_path
    return tmp_path


def done_steps(browser):
    """Return the titles of the steps that are done; None where there is no checklist."""
    html = browser.get("/").content.decode()
    if 'id="steps"' not in html:
        return None
    return re.findall(r'<li class="is-done">.*?<h3>(.*?)</h3>', html, re.DOTALL)


def test_a_new_deployment_has_no_step_done(browser):
    assert done_steps(browser) == []
    links = Page(browser.get("/").content).links
    assert {"/websites/add/", "/websites/", "/people/"} <= set(links)


def test_settings_and_a_backup_tick_steps_off(browser, settings):
    settings.SENDS_MAIL = settings.HTTPS = True
    record_backup()
    expected = ["Set up email", "Serve over HTTPS"]
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        expected.append("Make a backup")
    assert done_steps(browser) == expected


def test_the_last_backup_has_the_time_of_its_record(state_dir):
    assert last_backup_at() is None
    record_backup()
    os.utime(state_dir / "last-backup", (1_700_000_000, 1_700_000_000))
    assert last_backup_at().timestamp() == 1_700_000_000


def test_the_list_disappears_when_the_team_works(browser, root, lumenkit, sandbox):
    assert done_steps(browser) == ["Connect a website"]
    browser.post("/people/", {"name_or_email": "ana@example.com"})
    assert done_steps(browser) == ["Connect a website", "Invite a colleague"]
    Membership.objects.create(website=lumenkit, user=root, role=Role.VIEWER)
    browser.get(f"/lumenkit/visitors/{LEAD}/")
    assert done_steps(browser) is None


def test_other_users_have_no_checklist(browser_of_member):
    assert done_steps(browser_of_member) is None
