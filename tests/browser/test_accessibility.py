"""Every page is accessible by axe-core's rules, and not wider than the window, in both themes and at both widths."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests.screenshots.scenes import STALE, STATES, address
from visitors import encryption
from visitors.models import Membership, Webhook, WebhookDelivery
from visitors.sandbox import documented
from visitors.webhooks.delivery import NOT_SENT

pytestmark = [pytest.mark.browser]

PASTED = f"{documented.RETURNING_LEAD.visitor_id} and {documented.CUSTOMER.visitor_id}"
LEAD = address(documented.RETURNING_LEAD)
PAGES = {scene.name: scene.path for scene in STATES if scene is not STALE} | {
    "look-up": "/",
    "moment": f"{address(documented.CUSTOMER)}?open=3,4&at=2026-01-01T12:00",
    "live": address(documented.LIVE),
    "hostile": address(documented.HOSTILE),
    "elsewhere": f"/lumenkit/visitors/{documented.APP_USER.visitor_id}/",
    "key refused": address(documented.named("unauthorized")),
    "limit": address(documented.named("rate limited")),
    "no such page": "/nothing/here/",
    "help": "/help/",
    "visitors": "/lumenkit/visitors/?period=90",
    "leads": "/lumenkit/visitors/leads/",
    "on the site now": "/lumenkit/visitors/now/",
    "people found": "/search/?q=a",
    "nobody found": "/search/?q=zebra",
    "unknown everywhere": "/visitors/0e5c0000-0000-4000-8000-00000000000f/",
    "notes": f"{LEAD}team/",
    "alerts": "/alerts/",
    "tokens": "/account/tokens/",
    "api": "/api/",
    "connect a panel": "/panel/",
    "no visitors": "/lumenkit/visitors/?city=Nowhere&utm_term=x",
    "filters that do not go together": "/lumenkit/visitors/?goal=trial_started&customer=true",
    "no visitor here": "/lumenkit/visitors/current/",
}


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_accessible(desk, check, member, pocketgarden, name):
    Membership.objects.create(website=pocketgarden, user=member)
    page = desk(user=member)
    page.goto(PAGES[name])
    check(page, name)


def test_a_stale_journey_is_accessible(desk, check, member, sandbox, settings):
    page = desk(user=member)
    page.goto(STALE.path)
    settings.PROFILE_FRESH_SECONDS = 0
    sandbox.answer_with(documented.RETURNING_LEAD.visitor_id, status=500)
    page.goto(STALE.path)
    expect(page.locator("#notice .notice")).to_be_visible()
    check(page, STALE.name)


def test_saved_views_are_accessible(desk, check, member, sandbox):
    page = desk(user=member)
    page.goto("/lumenkit/visitors/leads/?sort=value")
    page.locator("summary", has_text="Save this view").press("Enter")
    page.get_by_label("Name of the view").fill("Most valuable")
    check(page, "saving a view")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Most valuable")).to_have_attribute("aria-current", "true")
    page.locator("summary", has_text="Rename or delete views").press("Enter")
    check(page, "saved views")


def test_signing_in_is_accessible(desk, check, db):
    page = desk()
    page.goto("/sign-in/")
    check(page, "sign-in")
    page.get_by_label("User name").fill("mina")
    page.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "wrong password")


def test_the_design_page_is_accessible(desk, check, member, settings):
    settings.IS_DEMO = True
    page = desk(user=member)
    page.goto("/design/")
    check(page, "design")


@pytest.mark.parametrize("name", ["/", "/websites/", "/websites/add/", "/people/", "/tokens/", "/account/", "/status/"])
def test_pages_of_administrators_are_accessible(desk, check, lumenkit, name):
    page = desk(user=get_user_model().objects.create_superuser("root"))
    page.goto(name)
    check(page, name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "people/",
        "names/",
        "links/",
        "audit-log/",
        "tags/",
        "webhook/",
        "key/",
        "remove/",
        "integrations/",
        "integrations/panel/",
        "integrations/slack/",
        "integrations/snippets/",
    ],
)
def test_pages_of_a_website_are_accessible(desk, check, admin, member, name):
    page = desk(user=admin)
    page.goto(f"/websites/lumenkit/{name}")
    check(page, name)


def test_the_test_of_an_integration_is_accessible(desk, check, admin, lumenkit, sandbox):
    page = desk(user=admin)
    page.goto(address(documented.RETURNING_LEAD))
    page.goto("/websites/lumenkit/integrations/intercom/")
    page.locator("input[name=secret]").fill("a-client-secret-of-intercom")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_role("status", name="What Intercom shows")).to_contain_text("Priya Raman")
    check(page, "the test of an integration")


def test_a_paused_webhook_with_its_deliveries_is_accessible(desk, check, admin, lumenkit):
    now = datetime.now(UTC)
    sealed = {name: encryption.encrypt("made-up") for name in ("url_encrypted", "secret_encrypted")}
    webhook = Webhook.objects.create(website=lumenkit, host="hooks.example", paused_at=now, failing_since=now, **sealed)
    for number, fields in enumerate(
        (
            {"next_attempt_at": now},
            {"next_attempt_at": now, "attempts": 2, "error": "The receiver answered HTTP 500."},
            {"delivered_at": now, "attempts": 1},
            {"attempts": 5, "error": "The receiver did not answer within 5 seconds."},
            {"error": NOT_SENT},
        )
    ):
        WebhookDelivery.objects.create(webhook=webhook, key=str(number), type="alert.paid", created_at=now, **fields)
    page = desk(user=admin)
    page.goto("/websites/lumenkit/webhook/")
    for state in ("Waiting", "Retrying", "Delivered", "Given up", "Not sent", "Paused"):
        expect(page.get_by_text(state, exact=True)).to_be_visible()
    check(page, "a paused webhook")


@pytest.mark.parametrize("path", ["/reset/", "/reset/sent/", "/reset/MQ/invented/"])
def test_password_reset_is_accessible(desk, check, db, settings, path):
    settings.SENDS_MAIL = True
    page = desk()
    page.goto(path)
    check(page, path)


def test_answers_to_pasted_text_are_accessible(desk, check, member):
    page = desk(user=member)
    page.goto("/")
    page.locator("#pasted").fill("Nothing in this message names a visitor. " * 5)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    check(page, "no id")
    page.locator("#pasted").fill(PASTED)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 ids in what you pasted")).to_be_visible()
    check(page, "choice")


def test_menus_and_the_list_of_keys_are_accessible(desk, check, member):
    page = desk(user=member)
    page.goto(LEAD)
    page.locator("summary", has_text="Export").click()
    check(page, "export")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    check(page, "keys")
