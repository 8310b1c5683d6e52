"""An admin erases a visitor."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations
from visitors.models import AuditEntry, Snapshot
from visitors.sandbox import documented

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LEAD = documented.RETURNING_LEAD.visitor_id
END = LEAD.rpartition("-")[2]


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])
def test_erasing_needs_a_typed_confirmation_and_removes_all_data(desk, admin, scripts):
    page = desk(user=admin, java_script_enabled=scripts)
    page.goto(f"/lumenkit/visitors/{LEAD}/")
    page.locator("#details > summary").click()
    page.get_by_role("link", name="Erase this visitor…").click()
    if scripts:
        assert violations(page) == []
    field = page.get_by_label(re.compile("To confirm"))
    field.fill("something else")
    page.get_by_role("button", name="Erase visitor").click()
    expect(page.get_by_role("alert")).to_have_text("This is not the end of the id. Nothing was erased.")
    assert Snapshot.objects.exists()
    field.fill(END)
    page.get_by_role("button", name="Erase visitor").click()
    expect(page.locator("#notice")).to_contain_text("Erased.")
    expect(page.locator("main")).not_to_contain_text("Priya Raman")
    assert not Snapshot.objects.exists()
    page.goto("/websites/lumenkit/audit-log/")
    expect(page.locator("main")).to_contain_text("Erased visitor")
    if scripts:
        assert violations(page) == []
    assert not AuditEntry.objects.exclude(visitor_id=None).exists()
