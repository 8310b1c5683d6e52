"""Replacing a key: the new one is tested, and the old one stays until it works."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.faulty_upstream import error
from tests.page_reader import Page
from visitors import profiles
from visitors.datafast.errors import UpstreamError, VisitorNotFound
from visitors.models import Snapshot, Website
from visitors.sandbox import documented, tokens, websites

KEY = "/websites/lumenkit/key/"
LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
LUMENKIT, POCKETGARDEN = websites.LUMENKIT.website_id, websites.POCKETGARDEN.website_id


def replaced(browser, token, **fields):
    return browser.post(KEY, {"token": token} | fields)


def stored():
    return Website.objects.get(slug="lumenkit").credential().token


def test_replacing_a_revoked_key_works_at_once(browser_of_admin, admin, lumenkit, sandbox, changes):
    sandbox.revoke(tokens.LUMENKIT_KEY)
    with pytest.raises(UpstreamError):
        profiles.get_profile(lumenkit, LEAD)
    Website.objects.update(consecutive_failures=9, circuit_open_until=datetime(2100, 1, 1, tzinfo=UTC))
    page = Page(browser_of_admin.get("/websites/lumenkit/").content)
    assert "Key rejected" in page.text
    assert KEY in page.links
    response = replaced(browser_of_admin, tokens.LUMENKIT_ONLY_TOKEN, datafast_id=LUMENKIT)
    assert response.url == "/websites/lumenkit/"
    website = Website.objects.get()
    assert (website.key_rejected_since, website.credential_mask) == (None, "dft_san...00d4")
    assert profiles.get_profile(website, LEAD)
    assert changes() == [f"User {admin.pk} replaced the key, website lumenkit"]


@pytest.mark.parametrize(
    ("pasted", "field", "sentence"),
    [
        (("", ""), "id_token", "Paste a key or token."),
        (("nonsense", ""), "id_token", "This is not a DataFast token"),
        (("df_nobodyknowsthisone0000000000000000", ""), "id_token", "DataFast does not accept this token"),
        ((tokens.REVOKED_TOKEN, LUMENKIT), "id_token", "DataFast does not accept this token"),
        ((tokens.ACCOUNT_TOKEN, ""), "id_datafast_id", "needs the website's id"),
        ((tokens.ACCOUNT_TOKEN, "665f"), "id_datafast_id", "24 digits"),
        ((tokens.LUMENKIT_ONLY_TOKEN, POCKETGARDEN), "id_token", "this website"),
        ((tokens.WITHOUT_ANALYTICS_TOKEN, LUMENKIT), "id_token", "analytics:read"),
    ],
)
def test_a_rejected_key_does_not_replace_the_old_one(browser_of_admin, sandbox, pasted, field, sentence):
    token, website_id = pasted
    response = replaced(browser_of_admin, token, datafast_id=website_id)
    page = Page(response.content)
    assert response.status_code == 422
    assert sentence in page.text
    assert page.with_id(field)["aria-invalid"] == "true"
    assert "anyway" not in page.text
    assert stored() == tokens.LUMENKIT_KEY
    if token:
        assert token not in response.content.decode()


def test_a_key_that_knows_other_visitors_is_doubted(browser_of_admin, lumenkit, sandbox):
    profiles.get_profile(lumenkit, LEAD)
    page = Page(replaced(browser_of_admin, tokens.POCKETGARDEN_KEY).content)
    assert "It may be the key of another website" in page.text
    assert stored() == tokens.LUMENKIT_KEY
    assert browser_of_admin.post(KEY, {"anyway": "yes"}).url == "/websites/lumenkit/"
    assert stored() == tokens.POCKETGARDEN_KEY


def test_a_token_of_another_website_is_refused(browser_of_admin, lumenkit, sandbox):
    profiles.get_profile(lumenkit, LEAD)
    page = Page(replaced(browser_of_admin, tokens.ACCOUNT_TOKEN, datafast_id=POCKETGARDEN).content)
    assert "Add it as a separate website" in page.text
    Snapshot.objects.all().delete()
    assert replaced(browser_of_admin, tokens.ACCOUNT_TOKEN, datafast_id=POCKETGARDEN).status_code == 302
    assert Website.objects.get().datafast_id == POCKETGARDEN


def test_a_website_key_keeps_the_datafast_id(browser_of_admin, sandbox):
    replaced(browser_of_admin, tokens.LUMENKIT_KEY, datafast_id="")
    assert Website.objects.get().datafast_id == LUMENKIT


def test_a_new_key_looks_up_unknown_visitors_again(browser_of_admin, lumenkit, sandbox):
    with pytest.raises(VisitorNotFound):
        profiles.get_profile(lumenkit, UUID(documented.APP_USER.visitor_id))
    replaced(browser_of_admin, tokens.POCKETGARDEN_KEY)
    assert profiles.get_profile(Website.objects.get(), UUID(documented.APP_USER.visitor_id))


def test_an_outage_keeps_the_old_key_and_offers_to_save(browser_of_admin, other_upstream):
    other_upstream.behaviors = [error(500)]
    page = Page(replaced(browser_of_admin, tokens.POCKETGARDEN_KEY).content)
    assert "The new key could not be tested." in page.text
    assert stored() == tokens.LUMENKIT_KEY
    browser_of_admin.post(KEY, {"anyway": "yes"})
    assert stored() == tokens.POCKETGARDEN_KEY


def test_a_key_rejected_later_is_not_saved_anyway(browser_of_admin, other_upstream):
    other_upstream.behaviors = [error(500), error(401)]
    replaced(browser_of_admin, tokens.POCKETGARDEN_KEY)
    response = browser_of_admin.post(KEY, {"anyway": "yes"}, follow=True)
    assert "DataFast does not accept this token" in Page(response.content).text
    assert stored() == tokens.LUMENKIT_KEY


def test_a_pending_key_belongs_to_one_website(browser, lumenkit, pocketgarden, other_upstream):
    other_upstream.behaviors = [error(500)]
    replaced(browser, tokens.POCKETGARDEN_KEY)
    assert browser.post("/websites/pocketgarden/key/", {"anyway": "yes"}).url == "/websites/pocketgarden/key/"
    assert Website.objects.get(slug="pocketgarden").credential().token == tokens.ACCOUNT_TOKEN
    assert browser.get("/websites/add/details/").url == "/websites/add/"


def test_an_undecryptable_key_can_be_replaced(browser_of_admin, lumenkit, sandbox):
    Website.objects.update(credential_encrypted="of a lost key")
    assert replaced(browser_of_admin, tokens.LUMENKIT_KEY).status_code == 302
    assert stored() == tokens.LUMENKIT_KEY


def test_a_reached_limit_keeps_the_old_key(browser_of_admin, lumenkit, sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    profiles.get_profile(lumenkit, LEAD)
    page = Page(replaced(browser_of_admin, tokens.LUMENKIT_KEY).content)
    assert "limit of 1 requests a minute is reached" in page.text
    assert len(sandbox.calls) == 1
