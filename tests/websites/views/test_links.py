"""The page of links to other tools, and the links on a journey."""

import pytest

from tests.page_reader import Page
from visitors.models import Website
from visitors.sandbox import documented
from visitors.websites.forms import MAX_LINKS

LINKS = "/websites/lumenkit/links/"
JOURNEY = f"/lumenkit/visitors/{documented.RETURNING_LEAD.visitor_id}/"
STRIPE = ("Stripe", "https://dashboard.stripe.com/search?query={email}")
ADMIN = ("", "https://admin.example.com/{metadata.nothing}")


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def save(browser, *rows, known=0):
    values = {"links-TOTAL_FORMS": len(rows), "links-INITIAL_FORMS": known}
    for number, (label, template) in enumerate(rows):
        values |= {f"links-{number}-label": label, f"links-{number}-template": template}
    return browser.post(LINKS, values)


def stored():
    return [(link["label"], link["template"]) for link in Website.objects.get(slug="lumenkit").links]


def test_links_are_saved_in_their_order_and_removed(browser_of_admin, admin, lumenkit, changes):
    assert save(browser_of_admin, STRIPE, ADMIN, ("", "")).url == LINKS
    assert stored() == [STRIPE, ("admin.example.com", ADMIN[1])]
    assert Page(browser_of_admin.get(LINKS).content).with_id("id_links-0-label")["value"] == "Stripe"
    save(browser_of_admin, ("", ""), ADMIN, known=2)
    assert stored() == [("admin.example.com", ADMIN[1])]
    assert changes() == [f"User {admin.pk} changed links, website lumenkit"] * 2


@pytest.mark.parametrize("row", [("Stripe", "http://stripe.example/{email}"), ("Stripe", ""), ("x" * 41, STRIPE[1])])
def test_an_invalid_link_is_refused(browser_of_admin, lumenkit, row):
    response = save(browser_of_admin, row)
    assert (response.status_code, stored()) == (422, [])
    assert "field-error" in response.content.decode()


def test_the_number_of_links_is_limited(browser_of_admin, lumenkit):
    response = save(browser_of_admin, *[STRIPE] * (MAX_LINKS + 1))
    assert (response.status_code, stored()) == (422, [])
    assert f"at most {MAX_LINKS} links" in Page(response.content).text


def test_a_form_without_its_fields_changes_nothing(browser_of_admin, lumenkit):
    save(browser_of_admin, STRIPE)
    assert browser_of_admin.post(LINKS, {}).status_code == 422
    assert stored() == [STRIPE]


def test_a_journey_shows_links_with_their_host_at_once(browser_of_admin, sandbox, lumenkit):
    browser_of_admin.get(JOURNEY)
    save(browser_of_admin, ("<Stripe>", STRIPE[1]), ADMIN)
    shown = Page(browser_of_admin.get(JOURNEY).content)
    assert "<Stripe> (dashboard.stripe.com)" in shown.text
    assert "admin.example.com" not in shown.text  # its value is not known
    (link,) = [tag for tag in shown.named("a") if "stripe" in (tag["href"] or "")]
    assert link == {
        "href": "https://dashboard.stripe.com/search?query=priya.raman%40northwind-freight.example",
        "target": "_blank",
        "rel": "noreferrer noopener",
    }
