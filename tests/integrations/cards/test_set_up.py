"""The pages that set up integrations: secrets, tests, latest requests, and the list of all ways to integrate."""

import logging
import re
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from tests.concurrency import beside
from tests.integrations.cards.programs import SECRETS, about, ask, command, texts
from tests.lookup.people.people import add_person
from tests.page_reader import Page
from tests.sessions import sign_in
from visitors import profiles
from visitors.integrations.cards import actions
from visitors.models import AuditEntry, Integration, IntegrationKind, IntegrationRequest, SlackAccount
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
EMAIL = "priya.raman@northwind-freight.example"
KINDS = ["intercom", "helpscout", "freescout", "slack"]


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def browser(client, admin):
    sign_in(client, admin)
    return client


@pytest.fixture
def stored(sandbox, lumenkit):
    return profiles.get_profile(lumenkit, UUID(LEAD))


def path(kind):
    return f"/websites/lumenkit/integrations/{kind}/"


def send(browser, kind, answer, **fields):
    return browser.post(path(kind), {"answer": answer} | fields)


@pytest.fixture
def lines(caplog, monkeypatch):
    """What is logged."""
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    return caplog


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_is_saved_twice_at_once_is_saved(browser, admin, lumenkit):
    def save():
        actions.save_secret(admin, lumenkit, IntegrationKind.INTERCOM, SECRETS["intercom"])

    with beside('INSERT INTO "visitors_integration"', save) as outcomes:
        assert send(browser, "intercom", "save", secret=SECRETS["intercom"]).url == path("intercom")
    assert outcomes == [None]
    assert Integration.objects.get().secret() == SECRETS["intercom"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_is_saved_encrypted_and_shown_masked(browser, admin, sandbox, kind, lines):
    page = Page(browser.get(path(kind)).content)
    assert f"http://testserver/cards/{kind}/lumenkit/" in page.text
    assert send(browser, kind, "save", secret=SECRETS[kind]).url == path(kind)
    stored = Integration.objects.get()
    assert (stored.kind, stored.is_enabled, stored.secret()) == (kind, True, SECRETS[kind])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM visitors_integration")
        assert SECRETS[kind] not in str(cursor.fetchall())
    page = browser.get(path(kind)).content.decode()
    assert f"...{SECRETS[kind][-4:]}" in page
    assert SECRETS[kind] not in page
    assert f"User {admin.pk} set the secret of" in lines.text
    assert SECRETS[kind] not in lines.text
    response = ask(kind, command("x") if kind == "slack" else about(kind, email="jo@example.org"))
    assert response.status_code == 200


@pytest.mark.parametrize(
    "secret", ["", "too-short-42", "x" * 201, "with spaces in a long secret", "not ascii, ä long secret"]
)
def test_an_unusable_secret_is_refused_and_not_repeated(browser, secret):
    response = send(browser, "intercom", "save", secret=secret)
    assert response.status_code == 422
    assert "field-error" in response.content.decode()
    assert not secret or secret not in response.content.decode()
    assert not Integration.objects.exists()


@pytest.mark.parametrize("kind", ["helpscout", "freescout"])
def test_a_generated_secret_is_shown_once(browser, sandbox, kind):
    response = send(browser, kind, "generate")
    secret = Page(response.content).named("input")[-1]
    shown = re.findall(r'value="([\w-]{32})"', response.content.decode())
    assert secret
    assert Integration.objects.get().secret() in shown
    assert shown[0] not in browser.get(path(kind)).content.decode()
    assert ask(kind, about(kind, email="jo@example.org"), secret=shown[0]).status_code == 200


@pytest.mark.parametrize("kind", ["intercom", "slack"])
def test_secrets_of_other_programs_are_not_generated(browser, kind):
    assert send(browser, kind, "generate").status_code == 400
    assert not Integration.objects.exists()


def test_a_replaced_secret_is_valid_at_once(browser, integration, sandbox):
    integration("intercom")
    send(browser, "intercom", "save", secret="another-client-secret-0123456789")
    assert ask("intercom", about("intercom")).status_code == 401
    assert ask("intercom", about("intercom"), secret="another-client-secret-0123456789").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_an_integration_is_turned_off_and_on_and_removed(browser, integration, sandbox, kind):
    integration(kind)
    content = command("x") if kind == "slack" else about(kind, email="jo@example.org")
    send(browser, kind, "off")
    assert ask(kind, content).status_code == 403
    send(browser, kind, "on")
    assert ask(kind, content | {"trigger_id": "2"} if kind == "slack" else content).status_code == 200
    assert send(browser, kind, "remove").url == "/websites/lumenkit/integrations/"
    assert not Integration.objects.exists()
    assert not IntegrationRequest.objects.exists()


@pytest.mark.parametrize("answer", ["", "other", "on", "off", "remove", "test", "unlink"])
def test_without_an_integration_or_a_button_nothing_happens(browser, lumenkit, answer):
    assert send(browser, "slack", answer).status_code == 400


@pytest.mark.parametrize("kind", KINDS)
def test_a_test_shows_the_answer_as_text(browser, admin, integration, stored, kind):
    integration(kind)
    page = Page(browser.get(path(kind)).content)
    assert page.with_id("id_who")["value"] == LEAD
    response = send(browser, kind, "test", who=LEAD)
    page = Page(response.content)
    assert response.status_code == 200
    assert "Status 200" in page.text
    assert "Priya Raman" in page.text
    assert f"http://testserver/lumenkit/visitors/{LEAD}/" in page.text
    assert not [tag for tag in page.tags if "style" in tag[1]]
    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action) == (admin, "summary")
    assert IntegrationRequest.objects.get().is_test
    assert SECRETS[kind] not in response.content.decode()


def test_a_test_by_email_that_no_one_has(browser, integration, sandbox):
    integration("helpscout")
    assert "No visitor found" in Page(send(browser, "helpscout", "test", who="nobody@example.org").content).text


@pytest.mark.parametrize("who", ["", "nobody", LEAD[:-1], "0e5c0000-0000-4000-8000-00000000000f"])
def test_a_test_needs_someone_the_program_can_name(browser, integration, sandbox, who):
    integration("freescout")
    response = send(browser, "freescout", "test", who=who)
    assert response.status_code == 422
    assert not IntegrationRequest.objects.exists()


def test_an_administrator_without_a_role_tests_no_visitor(client, integration, lumenkit):
    add_person(lumenkit, email=EMAIL, name="Priya")
    integration("helpscout")
    sign_in(client, get_user_model().objects.create_superuser("root"))
    page = client.get(path("helpscout")).content.decode()
    assert "you have no role on this website" in page
    assert 'id="id_who"' not in page
    assert send(client, "helpscout", "test", who=EMAIL).status_code == 400


def test_the_latest_requests_say_what_was_wrong(browser, integration, sandbox):
    integration("intercom")
    ask("intercom", about("intercom"), secret="another-client-secret-0123456789")
    ask("intercom", about("intercom", email="nobody@example.org"))
    page = Page(browser.get(path("intercom")).content)
    assert "does not match the stored secret" in page.text
    assert "No one is known by the email address in it." in page.text
    assert "nobody@example.org" not in page.text


def test_managers_unlink_slack_accounts_of_their_website_only(browser, linked, integration, pocketgarden):
    assert "mina" in Page(browser.get(path("slack")).content).text
    elsewhere = Integration(website=pocketgarden, kind="slack", secret_set_at=linked.linked_at)
    elsewhere.set_secret(SECRETS["slack"])
    elsewhere.save()
    other = SlackAccount.objects.create(
        integration=elsewhere, team_id="T", slack_id="U", user=linked.user, linked_at=linked.linked_at
    )
    for account in (other.pk, "", "x", "9" * 30):
        assert send(browser, "slack", "unlink", account=account).status_code == 404
    assert send(browser, "slack", "unlink", account=linked.pk).status_code == 302
    assert SlackAccount.objects.get() == other


def test_the_list_has_the_state_of_each_integration(browser, integration, sandbox):
    def states():
        return Page(browser.get("/websites/lumenkit/integrations/").content).text

    assert states().count("Not set up") == 6  # with the webhook and the panel
    integration("intercom")
    integration("slack")
    assert states().count("On, not used yet") == 2
    ask("intercom", about("intercom"), secret="another-client-secret-0123456789")
    assert "Last request rejected" in states()
    ask("intercom", about("intercom"))
    assert "Last request rejected" not in states()
    send(browser, "slack", "off")
    assert "Off" in states()


def test_the_list_does_not_show_tests_as_requests(browser, integration, stored):
    integration("intercom")
    send(browser, "intercom", "test", who=LEAD)
    assert "On, not used yet" in Page(browser.get("/websites/lumenkit/integrations/").content).text
    assert "Priya" not in texts(browser.get("/websites/lumenkit/integrations/"))
