"""Erasing a visitor: the profile, what users saw, and the ids in the audit log go together."""

import logging
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client as Browser

from tests.integrations.cards import programs
from visitors import profiles
from visitors.audit import erasure, log
from visitors.datafast.client import Client
from visitors.datafast.errors import VisitorNotFound
from visitors.lookup import last_seen
from visitors.models import (
    AuditAction,
    AuditEntry,
    Integration,
    IntegrationRequest,
    LastSeen,
    PanelPairing,
    SavedView,
    SlackAccount,
    Snapshot,
    Webhook,
    WebhookDelivery,
)
from visitors.sandbox import documented
from visitors.webhooks import delivery
from visitors.webhooks.events import Event
from visitors.websites import actions

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
OTHER = UUID(documented.CUSTOMER.visitor_id)


@pytest.fixture
def two_visitors(sandbox, lumenkit, member, viewer):
    """Two visitors at whom two users have looked."""
    for user in (member, viewer):
        for visitor in (LEAD, OTHER):
            journey = profiles.get_profile(lumenkit, visitor).contents.journey
            last_seen.mark_seen(user, lumenkit, visitor, journey)
            log.record_lookup(user, lumenkit, visitor, AuditAction.PAGE)


def test_traces_count_all_that_is_stored(two_visitors, lumenkit):
    fetched_at = Snapshot.objects.get(visitor_id=LEAD).fetched_at
    assert erasure.find_traces(lumenkit, LEAD) == erasure.Traces(fetched_at, 1, 2, 0, 2)


def test_erasing_deletes_one_visitor_and_no_other(two_visitors, lumenkit, admin):
    before = erasure.find_traces(lumenkit, LEAD)
    assert erasure.erase(lumenkit, LEAD, by=admin) == before
    assert not erasure.find_traces(lumenkit, LEAD)
    assert erasure.find_traces(lumenkit, OTHER).audit_entries == 2
    assert set(LastSeen.objects.values_list("visitor_id", flat=True)) == {OTHER}
    entry = AuditEntry.objects.get(action=AuditAction.ERASE)
    assert (entry.user, entry.visitor_id) == (admin, None)


def test_nothing_of_an_erased_visitor_is_left_in_any_table(sandbox, lumenkit, member, client):
    """Also in the tables of the full-text index. This visitor is the only one, so nothing of the index may be left."""
    for kind in ("intercom", "slack"):
        ask_for_card(lumenkit, member, kind)
    client.force_login(member)
    ask_in_panel(lumenkit, client)
    client.post("/lumenkit/visitors/views/", {"kind": "leads", "label": "Hot", "query": "?show=mine"})
    send_to_webhook(lumenkit)
    for model in (IntegrationRequest, PanelPairing, SavedView, WebhookDelivery):
        assert model.objects.exists(), model
    client.get(f"/lumenkit/visitors/{LEAD}/")
    assert f"/lumenkit/visitors/{LEAD}/" in client.get("/search/?q=Priya").content.decode()
    assert {"priya raman", "northwind", LEAD.hex} <= find_in_database("priya raman", "northwind", LEAD.hex)
    erasure.erase(lumenkit, LEAD, by=None)
    assert not find_in_database("priya", "raman", "northwind", LEAD.hex)
    assert "No one found" in client.get("/search/?q=Priya").content.decode()
    assert_index_is_empty()


def ask_for_card(website, member, kind):
    """Let a program or the member look the visitor up by a card."""
    integration = Integration(website=website, kind=kind, secret_set_at=datetime.now(UTC))
    integration.set_secret(programs.SECRETS[kind])
    integration.save()
    slack_account = {"team_id": programs.TEAM, "slack_id": programs.SLACK_ID, "slack_name": "mina"}
    SlackAccount.objects.create(integration=integration, user=member, linked_at=datetime.now(UTC), **slack_account)
    email = "priya.raman@northwind-freight.example"
    for content in (programs.about(kind, visitor_id=str(LEAD), email=email), programs.command("Priya Raman")):
        if ("text" in content) == (kind == "slack"):
            assert "Priya Raman" in programs.texts(programs.ask(kind, content))


def ask_in_panel(website, browser):
    """Let the user of the browser pair a panel, and look the visitor up in it."""
    website.panel_origins = ["https://chat.example.com"]
    website.save()
    panel = Browser()
    answer = panel.post("/panel/lumenkit/pair/").json()
    assert browser.post("/panel/", {"code": answer["code"]}).status_code == 200
    header = {"Panel-Token": answer["secret"]}
    for question in ({"visitor": str(LEAD)}, {"email": "priya.raman@northwind-freight.example"}):
        assert "Priya Raman" in panel.post("/panel/lumenkit/visitor/", question, headers=header).content.decode()


def send_to_webhook(website):
    """Queue two events about the visitor, one of which was sent already."""
    webhook = {"host": "hooks.example.com", "url_encrypted": "x", "secret_encrypted": "x"}
    Webhook.objects.create(website=website, **webhook)
    for number in range(2):
        text = f"Priya Raman of Northwind is online, {number}"
        event = Event("alert.online", text, text, f"https://desk.example/{LEAD}", datetime.now(UTC), LEAD, {})
        delivery.queue(website, [event])
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.latest("pk").pk).update(
        delivered_at=datetime.now(UTC), next_attempt_at=None
    )


def test_a_removed_website_leaves_nothing_in_the_index(sandbox, lumenkit, admin):
    profiles.get_profile(lumenkit, LEAD)
    actions.remove(admin, lumenkit)
    assert not find_in_database("priya", "raman", "northwind", LEAD.hex)
    assert_index_is_empty()


def assert_index_is_empty():
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            # The first ten rows are the structure of the index.
            cursor.execute("SELECT COUNT(*) FROM visitors_knownperson_search_data WHERE id > 10")
            assert cursor.fetchone() == (0,)


def find_in_database(*texts):
    """Return which of these texts are in any column of any table, without dashes and case."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.endswith("_search"):  # its text is that of another table
                cursor.execute(f'SELECT * FROM "{table}"')
                rows += [str(row).lower() + str(row).lower().replace("-", "") for row in cursor.fetchall()]
    return {text for text in texts if any(text in row for row in rows)}


def test_the_change_log_does_not_contain_the_id(two_visitors, lumenkit, admin, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    erasure.erase(lumenkit, LEAD, by=admin)
    assert f"User {admin.pk} erased a visitor, website lumenkit" in caplog.text
    assert str(LEAD) not in caplog.text
    assert LEAD.hex not in caplog.text


def test_each_erasure_of_a_visitor_is_recorded(two_visitors, lumenkit):
    for times in (1, 2):
        erasure.erase(lumenkit, LEAD, by=None)
        assert AuditEntry.objects.filter(action=AuditAction.ERASE, user_name=log.COMMAND_NAME).count() == times
    assert AuditEntry.objects.filter(log.about_visitors(lumenkit.pk, [LEAD])).count() == 4


@pytest.mark.django_db(transaction=True)
def test_nothing_is_found_of_a_visitor_whom_datafast_has_no_more(sandbox, lumenkit, monkeypatch):
    profiles.get_profile(lumenkit, LEAD)

    def get_visitor(*args, **kwargs):
        raise VisitorNotFound

    monkeypatch.setattr(Client, "get_visitor", get_visitor)
    with pytest.raises(VisitorNotFound):
        profiles.refresh_profile(lumenkit, LEAD, max_age=timedelta(0))
    assert not find_in_database("priya", "raman", "northwind")
    assert_index_is_empty()
