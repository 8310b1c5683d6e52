"""The menu at the top of every page."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.utils import OperationalError

from tests.page_reader import Page
from tests.sessions import sign_in
from visitors.models import Membership
from visitors.roles import Role
from visitors.sandbox import documented

PAGES = [
    "/",
    "/account/",
    "/account/password/",
    f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/",
    f"/pocketgarden/visitors/{documented.RETURNING_LEAD.visitor_id}/",  # not found there
    "/pocketgarden/visitors/current/",  # no cookie
    f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/erase/",
    "/people/",  # refused
    "/nothing/",
    "/websites/",
    "/websites/lumenkit/",
    "/websites/lumenkit/people/",
    "/websites/lumenkit/audit-log/",
    "/invitations/incomplete/",
]


@pytest.fixture
def admin(admin, pocketgarden):
    """An admin of Lumenkit who only looks visitors up on Pocketgarden."""
    Membership.objects.create(website=pocketgarden, user=admin, role=Role.VIEWER)
    return admin


@pytest.mark.parametrize("address", PAGES)
def test_a_websites_admin_finds_websites_on_every_page(client, admin, sandbox, address):
    sign_in(client, admin)
    page = Page(client.get(address).content)
    assert "/websites/" in page.links
    assert "/people/" not in page.links


@pytest.mark.parametrize("address", PAGES)
def test_other_members_have_no_websites_in_the_menu(browser_of_member, pocketgarden, sandbox, address):
    assert "/websites/" not in Page(browser_of_member.get(address).content).links


@pytest.mark.parametrize("address", PAGES)
def test_an_administrator_finds_websites_and_people_on_every_page(client, db, address):
    sign_in(client, get_user_model().objects.create_superuser("root"))
    assert {"/websites/", "/people/"} <= set(Page(client.get(address).content).links)


def test_the_menu_does_not_fail_with_the_database(browser_of_member):
    def fail(execute, sql, *rest):
        if "membership" in sql:
            raise OperationalError
        return execute(sql, *rest)

    with connection.execute_wrapper(fail):
        assert browser_of_member.get("/nothing/").status_code == 404
