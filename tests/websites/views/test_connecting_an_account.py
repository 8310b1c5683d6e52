"""Adding websites with an account token."""

import pytest

from tests.faulty_upstream import answer, error
from tests.page_reader import Page
from visitors.models import Membership, Website
from visitors.sandbox import tokens, websites

ACCOUNT = "/websites/add/account/"
LUMENKIT, POCKETGARDEN = websites.LUMENKIT.website_id, websites.POCKETGARDEN.website_id


def pasted(browser, token=tokens.ACCOUNT_TOKEN):
    return browser.post("/websites/add/", {"token": token})


def picked(browser, *ids, **fields):
    return browser.post(ACCOUNT, {"website": ids} | fields)


def listed(*rows):
    return answer(body={"status": "success", "data": list(rows)})


def test_the_websites_of_an_account_are_listed(browser, sandbox):
    assert pasted(browser).url == ACCOUNT
    text = Page(browser.get(ACCOUNT).content).text
    for words in ("Lumenkit", "lumenkit.example", "America/New_York, USD", "owner in DataFast", "Pocket Garden", "KRW"):
        assert words in text
    assert tokens.ACCOUNT_TOKEN not in text
    assert len(sandbox.calls) == 1


def test_picked_websites_are_added_with_their_settings(browser, administrator, sandbox, changes):
    pasted(browser)
    assert picked(browser, LUMENKIT, POCKETGARDEN).url == "/websites/"
    garden = Website.objects.get(slug="pocketgarden")
    assert (garden.name, garden.domain) == ("Pocket Garden", "pocketgarden.example")
    assert (garden.time_zone, garden.currency, garden.datafast_id) == ("Asia/Seoul", "KRW", POCKETGARDEN)
    assert garden.credential().token == tokens.ACCOUNT_TOKEN
    assert Membership.objects.filter(user=administrator, role="admin").count() == 2
    assert len(changes()) == 2
    assert "Lumenkit and Pocket Garden are connected." in Page(browser.get("/websites/").content).text


def test_a_connected_website_is_not_added_again(browser, sandbox, lumenkit):
    pasted(browser)
    page = Page(browser.get(ACCOUNT).content)
    assert "Already connected as Lumenkit" in page.text
    assert [box["value"] for box in page.named("input") if box.get("name") == "website"] == [POCKETGARDEN]
    picked(browser, LUMENKIT, POCKETGARDEN)
    assert Website.objects.count() == 2


def test_a_connected_website_is_recognized_by_its_domain(browser, sandbox, lumenkit):
    Website.objects.update(datafast_id="")
    pasted(browser)
    assert "Already connected as Lumenkit" in Page(browser.get(ACCOUNT).content).text


def test_a_form_that_is_sent_twice_adds_each_website_once(browser, sandbox):
    pasted(browser)
    held = browser.session["pending_token"]
    picked(browser, LUMENKIT)
    session = browser.session
    session["pending_token"] = held
    session.save()
    assert picked(browser, LUMENKIT).url == "/websites/"
    assert Website.objects.count() == 1


def test_picking_no_website_is_refused(browser, sandbox):
    pasted(browser)
    for answered in (picked(browser), picked(browser, "0" * 24)):
        assert answered.status_code == 422
        assert "Select at least one website." in Page(answered.content).text


def test_only_listed_websites_can_be_added(browser, sandbox):
    pasted(browser, tokens.LUMENKIT_ONLY_TOKEN)
    assert "Pocket Garden" not in Page(browser.get(ACCOUNT).content).text
    picked(browser, POCKETGARDEN)
    assert not Website.objects.exists()


def test_a_token_that_may_not_read_visitors_adds_nothing(browser, sandbox):
    pasted(browser, tokens.WITHOUT_ANALYTICS_TOKEN)
    response = picked(browser, LUMENKIT)
    assert response.status_code == 422
    page = Page(response.content)
    assert "analytics:read" in page.text
    assert "checked" in page.with_id(f"pick-{LUMENKIT}")
    assert "anyway" not in page.text
    assert not Website.objects.exists()


def test_an_outage_midway_offers_to_save_anyway(browser, other_upstream):
    other_upstream.behaviors = [listed({"_id": LUMENKIT, "domain": "lumenkit.example"}), error(502)]
    pasted(browser)
    assert "Add anyway" in Page(picked(browser, LUMENKIT).content).text
    assert picked(browser, LUMENKIT, anyway="yes").status_code == 302
    assert Website.objects.get().name == "lumenkit.example"


def test_an_account_that_cannot_be_listed_now_needs_an_id(browser, other_upstream):
    other_upstream.behaviors = [error(503)]
    page = Page(pasted(browser).content)
    assert "/websites/add/details/" in page.links
    assert Page(browser.get("/websites/add/details/").content).with_id("id_datafast_id")


def test_a_token_that_opens_nothing_says_so(browser, other_upstream):
    other_upstream.behaviors = [listed()]
    pasted(browser)
    page = Page(browser.get(ACCOUNT).content)
    assert "This token gives access to no website" in page.text
    assert "/websites/add/details/" in page.links


def test_an_invalid_zone_or_currency_is_replaced_with_a_remark(browser, other_upstream):
    row = {
        "_id": LUMENKIT,
        "domain": "Lumenkit.Example",
        "name": "L\u202eumen",
        "timezone": "Mars/Base",
        "currency": "doge",
    }
    other_upstream.behaviors = [listed(row), error(404)]
    pasted(browser)
    picked(browser, LUMENKIT)
    website = Website.objects.get()
    assert (website.time_zone, website.currency, website.domain) == ("UTC", "USD", "lumenkit.example")
    text = Page(browser.get("/websites/").content).text
    assert "no valid time zone for L�umen, so it has UTC. Change it on the website’s page." in text
    assert "no valid currency" in text


@pytest.mark.parametrize("row", [{"domain": "x.example"}, {"_id": "short", "name": "x"}, {"_id": LUMENKIT}, {}])
def test_incomplete_entries_are_counted(browser, other_upstream, row):
    other_upstream.behaviors = [listed(row, {"_id": POCKETGARDEN, "name": "Garden"})]
    pasted(browser)
    text = Page(browser.get(ACCOUNT).content).text
    assert "1 more website has no id or domain in DataFast" in text
    assert "Garden" in text


def test_an_invalid_entry_does_not_hide_the_others(browser, other_upstream, lumenkit):
    unreadable = {"_id": "short", "domain": lumenkit.domain}
    other_upstream.behaviors = [listed(unreadable, {"_id": POCKETGARDEN, "name": "Garden"})]
    pasted(browser)
    assert "All of them are here already" not in Page(browser.get(ACCOUNT).content).text


def test_names_are_escaped(browser, other_upstream):
    other_upstream.behaviors = [
        listed({"_id": LUMENKIT, "name": "<img src=x onerror=alert(1)>", "domain": "a.example"})
    ]
    pasted(browser)
    page = Page(browser.get(ACCOUNT).content)
    assert "<img src=x onerror=alert(1)>" in page.text
    assert not page.named("img")


def test_websites_of_one_name_get_different_slugs(browser, other_upstream):
    rows = [{"_id": f"{n:024x}", "domain": "shop.example.com", "timezone": "UTC", "currency": "EUR"} for n in range(3)]
    other_upstream.behaviors = [listed(*rows), error(404)]
    pasted(browser)
    picked(browser, *(row["_id"] for row in rows))
    assert sorted(Website.objects.values_list("slug", flat=True)) == ["shop", "shop-2", "shop-3"]
