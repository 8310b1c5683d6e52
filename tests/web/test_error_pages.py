"""Error pages, and the sign-in."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import path

from dashboard import urls
from tests.page_reader import Page
from visitors.web import errors


def _broken(request):
    raise ZeroDivisionError("a secret of the inside")


def _forbidden(request):
    raise PermissionDenied


urlpatterns = [*urls.urlpatterns, path("broken/", _broken), path("forbidden/", _forbidden)]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.urls(__name__)
def test_a_500_reveals_no_internals(browser_of_member):
    browser_of_member.raise_request_exception = False
    response = browser_of_member.get("/broken/")
    text = Page(response.content).text
    assert response.status_code == 500
    assert "Something went wrong" in text
    assert "secret" not in response.content.decode()


def test_the_500_page_needs_no_database_and_no_request():
    # Without the django_db marker, a query fails here.
    response = errors.server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Something went wrong" in Page(response.content).text


@pytest.mark.urls(__name__)
def test_a_403_names_who_can_help(browser_of_member):
    response = browser_of_member.get("/forbidden/")
    assert response.status_code == 403
    assert "You don’t have permission" in Page(response.content).text


def test_a_404_links_back(browser_of_member):
    response = browser_of_member.get("/nothing/here")
    shown = Page(response.content)
    assert response.status_code == 404
    assert shown.with_id("find")
    assert "/" in shown.links


@pytest.mark.parametrize("path", ["/sign-out/", "/account/preferences/", "/people/1/reset-link/"])
def test_a_page_that_only_takes_a_form_says_so(browser_of_member, path):
    response = browser_of_member.get(path)
    shown = Page(response.content)
    assert (response.status_code, "POST" in response.headers["Allow"]) == (405, True)
    assert "There is nothing to show at this address" in shown.text
    assert "/" in shown.links


def test_a_404_reveals_nothing_to_anonymous_users(client, db):
    response = client.get("/nothing/here")
    assert response.status_code == 404
    assert "Sign out" not in Page(response.content).text


def test_a_form_without_a_csrf_token_has_a_page(member):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(member)
    response = careful.post("/", {"pasted": "x"})
    assert response.status_code == 403
    text = Page(response.content).text
    assert "Your session changed" in text
    assert "Go back, reload the page, and try again." in text


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.5:8204",
        "evil.example",
        "localhost:port",
        "local_host",
        "[::1",
        "localhost/..",
        "",
        "localhost, localhost",
        "user:pw@localhost",
        "localhost.evil.example",
        "2130706433",
        "<b>x</b>",
        "localhost:",
    ],
)
def test_an_unknown_host_is_explained_without_naming_others(client, db, host):
    response = client.get("/sign-in/", headers={"Host": host})
    shown = Page(response.content)
    assert response.status_code == 400
    assert "Journeydesk is not available under this host name" in shown.text
    assert "ALLOWED_HOSTS" in shown.text
    assert "127.0.0.1" not in response.content.decode()


@pytest.fixture
def origin_form(client, settings):
    """Post a form as a browser at `origin` does, through a proxy that passes on `host`; return the response."""

    def post(origin, host="localhost", **headers):
        careful = Client(enforce_csrf_checks=True, headers={"Host": host})
        careful.get("/sign-in/")
        token = careful.cookies[settings.CSRF_COOKIE_NAME].value
        form = {"username": "mina", "password": "wrong", "csrfmiddlewaretoken": token}
        return careful.post("/sign-in/", form, headers={"Origin": origin, **headers})

    return post


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8205", "localhost"),  # the proxy drops the port
        ("https://localhost", "localhost"),  # it does not pass on the scheme
        ("http://desk.example.com", "127.0.0.1:8000"),  # it passes on its own name for the server
        ("http://localhost", "localhost:8000"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]"),
        ("http://localhost:8205", "localhost:80"),
        ("http://localhost.", "localhost"),
        ("http://[", "localhost"),
    ],
)
@pytest.mark.django_db
def test_a_rejected_origin_says_what_the_proxy_must_pass_on(origin_form, caplog, settings, origin, host):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[2001:db8::1]"]
    # Only the Host counts: callers can send these, and proxies rarely agree on them.
    forwarded = {"X-Forwarded-Host": f"{origin.partition('://')[2]}, proxy.internal", "X-Forwarded-Port": "8205"}
    response = origin_form(origin, host, **forwarded)
    assert response.status_code == 403
    assert "make the proxy pass on the Host header with its port" in Page(response.content).text
    (line,) = [record for record in caplog.records if record.name == "visitors.web.errors"]
    assert f"{origin!r} was rejected, as the server was reached at 'http://{host}'" in line.message
    assert line.exc_info is None


@pytest.mark.django_db
def test_a_rejected_referer_says_the_same_without_its_path(member, caplog):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(member)
    page = "https://localhost:8443/lumenkit/visitors/1ead0000-0000-4000-8000-000000000001/"
    response = careful.post("/", {"pasted": "x"}, headers={"Referer": page}, secure=True)
    assert "make the proxy pass on the Host header" in Page(response.content).text
    assert "'https://localhost:8443' was rejected" in caplog.text
    assert "lumenkit" not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ["null", ""])
def test_a_form_without_an_origin_is_not_blamed_on_the_proxy(origin_form, caplog, origin):
    response = origin_form(origin)
    assert response.status_code == 403
    assert "proxy" not in Page(response.content).text
    assert "visitors.web.errors" not in caplog.text


@pytest.mark.django_db
def test_a_form_from_the_public_address_is_accepted(origin_form, settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example.com:8443"]
    assert origin_form("https://desk.example.com:8443").status_code == 422
    assert origin_form("https://desk.example.com").status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["localhost", "localhost:443", "testserver:80", "TestServer", "testserver."])
def test_a_form_from_a_name_of_our_own_is_accepted_whatever_the_proxy_passes_on(origin_form, host):
    assert origin_form("http://testserver", host).status_code == 422


def test_signing_in_leads_to_the_requested_page(client, member):
    shown = Page(client.get("/sign-in/?next=/lumenkit/visitors/current/").content)
    (next_field,) = [field for field in shown.named("input") if field.get("name") == "next"]
    form = {"username": "mina", "password": "a long password", "next": next_field["value"]}
    response = client.post("/sign-in/", form)
    assert (response.status_code, response.headers["Location"]) == (302, "/lumenkit/visitors/current/")


def test_a_wrong_password_keeps_the_typed_name(client, member):
    shown = Page(client.post("/sign-in/", {"username": "mina", "password": "wrong"}).content)
    assert "Wrong user name, email or password." in shown.text
    assert shown.with_id("id_username")["value"] == "mina"
    assert "value" not in shown.with_id("id_password")


def test_no_page_has_inline_scripts_or_styles(browser_of_member, sandbox):
    for address in ("/", "/lumenkit/visitors/1ead0000-0000-4000-8000-000000000001/", "/nothing/", "/sign-in/"):
        shown = Page(browser_of_member.get(address, follow=True).content)
        for tag, attributes in shown.tags:
            assert "style" not in attributes, tag
            assert not [name for name in attributes if name.startswith(("on", "hx-on"))], tag
            assert not (attributes.get("hx-vals") or "").startswith("js:"), tag
        assert all("src" in script for script in shown.named("script"))
