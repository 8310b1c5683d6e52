"""Adding a website with a key."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connections

from tests.faulty_upstream import answer, error
from tests.page_reader import Page
from visitors.models import Membership, Website
from visitors.sandbox import tokens, websites
from visitors.websites import actions as our_websites

KEY = tokens.LUMENKIT_KEY
DETAILS = "/websites/add/details/"
FACTS = {
    "domain": "https://WWW.Lumenkit.example/pricing",
    "name": "Lumenkit",
    "time_zone": "Asia/Seoul",
    "currency": "krw",
}


def pasted(browser, token):
    return browser.post("/websites/add/", {"token": token})


def added(browser, **facts):
    return browser.post(DETAILS, FACTS | facts)


def test_an_accepted_key_adds_the_website(browser, administrator, sandbox, changes):
    assert pasted(browser, f"  {KEY}\n").url == DETAILS
    assert added(browser).url == "/websites/lumenkit/"
    website = Website.objects.get()
    assert (website.name, website.domain, website.slug) == ("Lumenkit", "www.lumenkit.example", "lumenkit")
    assert (website.time_zone, website.currency) == ("Asia/Seoul", "KRW")
    assert website.credential().token == KEY
    assert Membership.objects.get().role == "admin"
    assert changes() == [f"User {administrator.pk} added a website, website lumenkit"]
    assert "Lumenkit is connected." in Page(browser.get("/websites/lumenkit/").content).text


def test_the_form_is_filled_in_with_what_datafast_says(browser, sandbox):
    pasted(browser, KEY)
    html = browser.get(DETAILS).content.decode()
    for value in ("lumenkit.example", "America/New_York", "USD"):
        assert f'value="{value}"' in html


def test_a_key_is_accepted_where_datafast_says_nothing(browser, other_upstream):
    other_upstream.behaviors = [error(404), error(500)]
    assert pasted(browser, KEY).url == DETAILS
    assert 'value="UTC"' in browser.get(DETAILS).content.decode()


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("", "Paste a key or token."),
        ("sk_live_of_another_service", "This is not a DataFast token"),
        ("df_two words", "This is not a DataFast token"),
        ("df_nobodyknowsthisone0000000000000000", "DataFast does not accept this token"),
        (tokens.REVOKED_TOKEN, "DataFast does not accept this token"),
    ],
)
def test_a_rejected_key_is_refused_beside_the_field(browser, sandbox, token, sentence):
    response = pasted(browser, token)
    page = Page(response.content)
    assert response.status_code == 422
    assert sentence in page.text
    assert "Go on without an answer" not in page.text
    field = page.with_id("id_token")
    assert field["aria-invalid"] == "true"
    assert "value" not in field
    assert browser.get(DETAILS).url == "/websites/add/"  # no key is pending


def test_the_token_is_on_no_page_and_encrypted_in_the_session(browser, sandbox, caplog):
    caplog.set_level("DEBUG")
    pages = [
        pasted(browser, KEY),
        browser.get(DETAILS),
        browser.post(DETAILS, {"name": ""}),
        browser.get("/websites/add/"),
    ]
    assert all(KEY not in page.content.decode() for page in pages)
    assert "df_san...00a1" in pages[1].content.decode()
    session = Session.objects.get()
    assert "pending_token" in session.get_decoded()
    assert KEY not in str(session.get_decoded())
    assert KEY not in caplog.text
    added(browser)
    assert "pending_token" not in Session.objects.get().get_decoded()


def test_a_pending_key_expires_after_ten_minutes(browser, sandbox, clock):
    pasted(browser, KEY)
    clock.shift(601)
    response = browser.get(DETAILS, follow=True)
    assert "kept for ten minutes only. Paste it again" in Page(response.content).text


def test_a_form_does_not_get_the_key_that_was_pasted_in_another_tab(browser, sandbox):
    pasted(browser, KEY)
    [mask] = [field["value"] for field in Page(browser.get(DETAILS).content).named("input") if field["name"] == "mask"]
    pasted(browser, tokens.POCKETGARDEN_KEY)
    response = browser.post(DETAILS, FACTS | {"mask": mask}, follow=True)
    assert response.redirect_chain == [("/websites/add/", 302)]
    assert "Another key was pasted since" in Page(response.content).text
    assert not Website.objects.exists()


def test_a_pending_key_belongs_to_one_session(browser, sandbox, signed_in):
    pasted(browser, KEY)
    other = signed_in(get_user_model().objects.create_superuser("other"))
    assert other.get(DETAILS).url == "/websites/add/"


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"domain": "no domain"}, "Enter a valid domain"),
        ({"domain": "http://[::1"}, "Enter a valid domain"),
        ({"domain": ""}, "Enter the website’s domain."),
        ({"slug": "two words"}, "valid “slug”"),
        ({"slug": "websites"}, "address of another page"),
        ({"slug": "add"}, "address of another page"),
        ({"time_zone": "Mars/Olympus"}, "is not an IANA time zone"),
        ({"currency": "ABC"}, "Enter a valid currency"),
        ({"currency": "XXX"}, "Enter a valid currency"),
    ],
)
def test_invalid_details_are_refused_beside_the_field(browser, sandbox, facts, sentence):
    pasted(browser, KEY)
    response = added(browser, name="My <shop>", **facts)
    page = Page(response.content)
    assert response.status_code == 422
    assert sentence in page.text
    assert page.with_id("id_name")["value"] == "My <shop>"
    assert not Website.objects.exists()
    assert added(browser).status_code == 302


def test_a_taken_slug_is_refused(browser, sandbox, lumenkit):
    pasted(browser, tokens.POCKETGARDEN_KEY)
    assert "Another website has this URL name" in Page(added(browser, slug="lumenkit").content).text
    assert added(browser, domain="lumenkit.another.example").url == "/websites/lumenkit-2/"


@pytest.mark.parametrize("domain", ["lumenkit.example", "https://WWW.Lumenkit.example/pricing", "lumenkit.example."])
def test_a_domain_is_added_twice_only_after_a_warning(browser, sandbox, lumenkit, domain):
    pasted(browser, KEY)
    response = added(browser, domain=domain, slug="second")
    page = Page(response.content)
    assert response.status_code == 422
    assert "lumenkit.example is already connected as Lumenkit." in page.text
    assert "Add anyway" in page.text
    assert Website.objects.count() == 1
    assert added(browser, domain=domain, slug="second", anyway="yes").url == "/websites/second/"
    assert Website.objects.count() == 2


def test_a_rejected_key_is_not_added_to_the_same_domain(browser, sandbox, lumenkit):
    pasted(browser, tokens.ACCOUNT_TOKEN)
    page = Page(added(browser, datafast_id="f" * 24).content)
    assert "is already connected" in page.text
    assert "anyway" not in page.text
    assert added(browser, datafast_id="f" * 24, anyway="yes").status_code == 422
    assert Website.objects.count() == 1


def test_the_domain_is_the_default_name(browser, sandbox):
    pasted(browser, KEY)
    added(browser, name="")
    assert Website.objects.get().name == "www.lumenkit.example"


def test_a_form_that_is_sent_twice_adds_one_website(browser, sandbox):
    pasted(browser, KEY)
    held = browser.session["pending_token"]
    first = added(browser, slug="shop")
    assert added(browser, slug="shop").url == first.url  # after the first request has ended
    session = browser.session
    session["pending_token"] = held
    session.save()
    assert added(browser, slug="shop").url == first.url  # during the first request
    assert Website.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_of_two_administrators_gets_a_slug(sandbox, signed_in, monkeypatch):
    browsers = [signed_in(get_user_model().objects.create_superuser(name)) for name in ("one", "two")]
    for browser, key in zip(browsers, (KEY, tokens.POCKETGARDEN_KEY), strict=True):
        pasted(browser, key)
    both_are_tested, statuses = threading.Barrier(2), []
    add = our_websites.add

    def late(*args):
        both_are_tested.wait(timeout=10)
        add(*args)

    monkeypatch.setattr(our_websites, "add", late)

    def send(browser):
        statuses.append(added(browser, slug="shop").status_code)
        connections.close_all()

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [302, 422]
    assert Website.objects.count() == 1


def test_an_outage_offers_to_go_on(browser, other_upstream):
    other_upstream.behaviors = [error(500)]
    page = Page(pasted(browser, KEY).content)
    assert "The key could not be tested." in page.text
    assert DETAILS in page.links
    page = Page(added(browser).content)
    assert "Add anyway" in page.text
    assert not Website.objects.exists()
    assert added(browser, anyway="yes").status_code == 302
    assert Website.objects.get().credential().token == KEY


def test_a_rejected_key_is_not_saved_anyway(browser, other_upstream):
    other_upstream.behaviors = [error(500), error(401)]
    pasted(browser, KEY)
    page = Page(added(browser, anyway="yes").content)
    assert "DataFast does not accept this token" in page.text
    assert not Website.objects.exists()


def test_a_reached_limit_names_when_to_try_again(browser, sandbox, settings):
    settings.DATAFAST_REQUESTS_PER_MINUTE = 1
    pasted(browser, KEY)
    page = Page(pasted(browser, KEY).content)
    assert "limit of 1 requests a minute is reached: try again after" in page.text
    assert len(sandbox.calls) == 1


def test_a_token_that_may_not_list_needs_an_id(browser, sandbox):
    assert pasted(browser, tokens.WITHOUT_WEBSITES_TOKEN).url == DETAILS
    page = Page(browser.get(DETAILS).content)
    assert "This token can’t list its websites" in page.text
    assert page.with_id("id_datafast_id")
    assert added(browser, datafast_id=websites.LUMENKIT.website_id.upper()).status_code == 302
    assert Website.objects.get().credential().query == {"websiteId": websites.LUMENKIT.website_id}


@pytest.mark.parametrize(
    ("website_id", "sentence"),
    [
        ("", "Enter the website’s id: an account token needs it."),
        ("665f0b3c", "24 hexadecimal digits"),
        ("0" * 24, "this website"),
    ],
)
def test_an_unreadable_website_is_refused_with_the_reason(browser, sandbox, website_id, sentence):
    pasted(browser, tokens.WITHOUT_WEBSITES_TOKEN)
    response = added(browser, datafast_id=website_id)
    assert response.status_code == 422
    assert sentence in Page(response.content).text
    assert Page(response.content).with_id("id_datafast_id")["aria-invalid"] == "true"
    assert not Website.objects.exists()


def test_an_unexpected_response_is_no_rejection(browser, other_upstream):
    other_upstream.behaviors = [answer(200, b"<html>")]
    assert "can be read" not in Page(pasted(browser, KEY).content).text
    assert browser.get(DETAILS).status_code == 200


def test_only_administrators_add_websites(browser_of_admin, sandbox):
    for address in ("/websites/add/", DETAILS, "/websites/add/account/"):
        assert browser_of_admin.get(address).status_code == 403
        assert browser_of_admin.post(address, {"token": KEY} | FACTS).status_code == 403
    assert Website.objects.count() == 1
    assert len(sandbox.calls) == 0
