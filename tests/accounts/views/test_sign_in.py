"""Forms and look-ups of users whose session has changed or ended."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.page_reader import Page
from visitors.sandbox import documented, websites

LEAD = documented.RETURNING_LEAD.visitor_id
OTHER = documented.CUSTOMER.visitor_id
JOURNEY = f"/lumenkit/visitors/{LEAD}/"
OWN = {"Origin": "http://testserver"}
POCKETGARDEN = websites.POCKETGARDEN.domain
PASSWORD = "a long password"


@pytest.fixture
def tab(member):
    """A browser that checks CSRF tokens and states which page sent a form, as all browsers do."""
    return Client(enforce_csrf_checks=True, headers=OWN)


def fields_of(response):
    """The fields of the forms of a page, but not of its header, as a browser would send them unchanged."""
    fields = Page(response.content).named("input")
    return {
        field["name"]: field.get("value") or "" for field in fields if "name" in field and field["name"] != "pasted"
    }


def sign_in(tab, form=None, **fields):
    """Sign in from a sign-in page (a new one by default), and return the response."""
    form = form or fields_of(tab.get("/sign-in/"))
    return tab.post("/sign-in/", form | {"username": "mina", "password": PASSWORD} | fields)


def test_the_second_of_two_sign_in_pages_leads_to_its_own_page(tab):
    first = fields_of(tab.get(f"/sign-in/?next={JOURNEY}"))
    second = fields_of(tab.get(f"/sign-in/?next=/lumenkit/visitors/{OTHER}/"))
    assert sign_in(tab, first).url == JOURNEY
    assert sign_in(tab, second).url == f"/lumenkit/visitors/{OTHER}/"


@pytest.mark.parametrize("typed", [{"username": ""}, {"password": "wrong"}])
def test_an_incomplete_form_of_the_signed_in_user_leads_on(tab, typed):
    form = fields_of(tab.get(f"/sign-in/?next={JOURNEY}"))
    sign_in(tab)
    assert sign_in(tab, form, **typed).url == JOURNEY


def test_a_form_of_a_user_whose_password_changed_elsewhere_is_kept(tab, member):
    sign_in(tab)
    form = fields_of(tab.get("/account/")) | {"full_name": "Mina Park"}
    member.set_password("another long password")
    member.save()
    response = tab.post("/account/", form, headers={"Referer": "http://testserver/account/"})
    signed_in = sign_in(tab, fields_of(response), password="another long password")
    assert tab.post("/account/", fields_of(signed_in)).status_code == 302
    member.refresh_from_db()
    assert member.get_full_name() == "Mina Park"


@pytest.mark.parametrize("name", ["mina@example.com", " mina ", "MINA"])
def test_every_name_of_the_signed_in_user_leads_on(tab, member, name):
    member.email = "mina@example.com"
    member.save()
    form = fields_of(tab.get(f"/sign-in/?next={JOURNEY}"))
    sign_in(tab)
    assert sign_in(tab, form, username=name).url == JOURNEY


def test_another_name_in_a_signed_in_browser_is_pointed_out(tab, viewer):
    form = fields_of(tab.get(f"/sign-in/?next={JOURNEY}"))
    sign_in(tab)
    response = sign_in(tab, form, username="vera")
    shown = Page(response.content)
    assert response.status_code == 409
    assert "You’re already signed in as mina" in shown.text
    assert JOURNEY in shown.links
    assert tab.get("/account/").status_code == 200


def test_a_sign_in_page_from_before_a_sign_out_still_works(tab):
    form = fields_of(tab.get(f"/sign-in/?next={JOURNEY}"))
    sign_in(tab)
    tab.post("/sign-out/", fields_of(tab.get("/")))
    assert sign_in(tab, form).url == JOURNEY


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_a_sign_in_form_of_another_website_is_rejected(member, origin):
    careful = Client(enforce_csrf_checks=True)
    headers = {"Origin": origin} if origin else {}
    response = careful.post("/sign-in/", {"username": "mina", "password": PASSWORD}, headers=headers)
    assert response.status_code == 403
    assert careful.get("/account/").status_code == 302


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("/", {"pasted": LEAD}, 302),
        (f"{JOURNEY}refresh/", {}, 302),
        (f"{JOURNEY}follow/", {}, 286),
        (f"{JOURNEY}look/", {}, 204),
        (f"{JOURNEY}zone/", {"zone": "UTC"}, 302),
        ("/account/preferences/", {"theme": "dark"}, 302),
        ("/sign-out/", {}, 302),
    ],
)
def test_forms_that_do_no_harm_need_no_newer_token(tab, sandbox_of_yesterday, address, form, status):
    sign_in(tab)
    tab.get(JOURNEY)
    assert tab.post(address, form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert tab.post(address, form | {"csrfmiddlewaretoken": "of an earlier session"}).status_code == status


def test_a_form_from_before_a_sign_in_is_kept(tab, member):
    sign_in(tab)
    form = {"csrfmiddlewaretoken": "x" * 64, "full_name": "Mina “Park”\nJr.", "email": "m@example.com"}
    response = tab.post("/account/", form | {"current_password": PASSWORD})
    shown = Page(response.content)
    assert response.status_code == 403
    assert "Your session changed Your form was not sent yet, and what you typed is kept." in shown.text
    assert "Enter only passwords and keys again. You’re signed in as mina." in shown.text
    assert PASSWORD not in response.content.decode()
    (action,) = [one["action"] for one in shown.named("form") if one.get("action") == "/account/"]
    # The page of the form asks for the password, and keeps the rest.
    again = tab.post(action, fields_of(response))
    assert again.status_code == 422
    assert "m@example.com" in again.content.decode()
    assert tab.post(action, fields_of(response) | {"current_password": PASSWORD}).status_code == 302
    member.refresh_from_db()
    assert member.email == "m@example.com"


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}])
def test_the_form_of_another_website_is_not_kept(tab, headers):
    sign_in(tab)
    response = tab.post("/account/", {"full_name": "Evil"}, headers=headers)
    assert response.status_code == 403
    assert "Evil" not in response.content.decode()


def test_a_form_of_an_ended_session_is_sent_after_the_sign_in(tab, member, clock):
    sign_in(tab)
    form = fields_of(tab.get("/account/")) | {"full_name": "Mina Park"}
    clock.shift(timedelta(days=15))
    response = tab.post("/account/", form, headers={"Referer": "http://testserver/account/"})
    shown = Page(response.content)
    assert response.status_code == 401
    assert "You were signed out. What you typed is kept: sign in to send it." in shown.text
    wrong = sign_in(tab, fields_of(response), password="wrong")
    assert wrong.status_code == 422
    signed_in = sign_in(tab, fields_of(wrong))
    assert "You’re signed in Your form was not sent yet" in Page(signed_in.content).text
    assert tab.post("/account/", fields_of(signed_in)).status_code == 302
    member.refresh_from_db()
    assert member.get_full_name() == "Mina Park"


def test_a_kept_form_is_shown_to_a_user_who_signed_in_elsewhere(tab):
    form = {"csrfmiddlewaretoken": fields_of(tab.get("/sign-in/"))["csrfmiddlewaretoken"], "full_name": "Mina Park"}
    form = {"kept": fields_of(tab.post("/account/", form))["kept"]}
    assert tab.post("/sign-in/", form).status_code == 422
    sign_in(tab)
    assert "Mina Park" in tab.post("/sign-in/", form).content.decode()


@pytest.mark.parametrize("kept", ["", "nonsense", "WyIvIl0:1abcde:abc"])
def test_a_kept_form_that_is_not_ours_is_ignored(tab, kept):
    assert sign_in(tab, kept=kept).url == "/"


def test_a_form_of_another_website_leads_to_the_sign_in_page(client, lumenkit):
    response = client.post("/account/", {"full_name": "Evil"}, headers={"Origin": "https://evil.example"})
    assert (response.status_code, response.url) == (302, "/sign-in/?next=/")


@pytest.mark.parametrize(
    ("form", "address"),
    [
        ({"pasted": f"Hello, {LEAD}"}, f"/visitors/{LEAD}/?first=lumenkit"),
        ({"pasted": f"https://lumenkit.example/?_df_vid={LEAD}"}, f"/visitors/{LEAD}/?first=lumenkit"),
        ({"pasted": f"https://www.{POCKETGARDEN}/?_df_vid={LEAD}"}, f"/visitors/{LEAD}/?first=pocketgarden"),
        ({"pasted": LEAD, "website": "pocketgarden"}, f"/pocketgarden/visitors/{LEAD}/"),
    ],
)
def test_a_look_up_of_an_ended_session_goes_on_after_the_sign_in(tab, member, pocketgarden, form, address):
    pocketgarden.membership_set.create(user=member)
    response = tab.post("/", form)
    assert response.status_code == 302
    home = sign_in(tab, fields_of(tab.get(response.url)))
    assert tab.get(home.url).url == address


def test_a_choice_of_an_ended_session_goes_on_after_the_sign_in(tab):
    response = tab.post("/", {"pasted": f"{LEAD} or visitorId={OTHER}"})
    home = sign_in(tab, fields_of(tab.get(response.url)))
    shown = Page(tab.get(home.url).content).text
    assert "2 ids in what you pasted" in shown
    assert "From the field visitorId" in shown


def test_a_text_without_an_id_is_kept_through_the_sign_in(tab):
    response = tab.post("/", {"pasted": "who is\nmina@example.com?"})
    assert response.status_code == 401
    signed_in = sign_in(tab, fields_of(response))
    assert "who is\nmina@example.com?" in signed_in.content.decode()


def test_openid_keeps_the_form_in_its_tab(tab, settings):
    settings.OIDC_ISSUER = "https://issuer.example"
    form = {"csrfmiddlewaretoken": fields_of(tab.get("/sign-in/"))["csrfmiddlewaretoken"], "full_name": "Mina Park"}
    shown = Page(tab.post("/account/", form).content)
    (link,) = [one for one in shown.named("a") if one["href"] == "/sign-in/openid/"]
    assert link["target"] == "_blank"
    assert "Continue after signing in there" in shown.text


def test_a_page_to_return_to_that_is_no_path_is_no_error(browser_of_member):
    assert browser_of_member.get("/sign-in/?next=mina").status_code == 302
