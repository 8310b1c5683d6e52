"""Every URL of the project, requested by anonymous users, users without a role, with each role, and administrators.

A new URL without a row in the table fails.
"""

from datetime import UTC, datetime
from itertools import product
from urllib.parse import urlencode

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from tests.access_tokens import new_token
from tests.sessions import sign_in
from visitors.models import RESERVED_SLUGS, AccessToken, Invitation, Membership, OpenIDIdentity, Website
from visitors.operations.views import health
from visitors.roles import Role
from visitors.sandbox import documented

VISITOR = documented.RETURNING_LEAD.visitor_id
ABOUT_VISITOR = {"slug": "lumenkit", "visitor_id": VISITOR}

# The pk of a colleague's account, of their role on Lumenkit, of an invitation to it, and of the colleague's token. No
# other row gets it: PostgreSQL counts on through all tests of a run.
NUMBER = 2_000_000_000
MEMBERSHIP = {"slug": "lumenkit", "membership": NUMBER}

SIGN_IN, NO_TOKEN, NOT_THERE, REFUSED, FINE, NOT_SO = 302, 401, 404, 403, 200, 405
PEOPLE = ("anonymous", "stranger", "viewer", "member", "admin", "administrator")
# The statuses in the order of PEOPLE. The administrator has no role on the website.
ALL_SIGNED_IN = (SIGN_IN, FINE, FINE, FINE, FINE, FINE)


def those_who_see(status):
    """For users with a role on the website."""
    return (SIGN_IN, NOT_THERE, status, status, status, NOT_THERE)


def members(status):
    """For members and above."""
    return (SIGN_IN, NOT_THERE, REFUSED, status, status, NOT_THERE)


def those_who_manage(status):
    """For the website's admins and for administrators."""
    return (SIGN_IN, NOT_THERE, REFUSED, REFUSED, status, status)


def administrators(status):
    """For administrators only."""
    return (SIGN_IN, REFUSED, REFUSED, REFUSED, REFUSED, status)


# URL name: (arguments, method, statuses)
TABLE = {
    "sign_in": ({}, "get", (FINE, 302, 302, 302, 302, 302)),
    "account": ({}, "get", ALL_SIGNED_IN),
    "change_password": ({}, "get", ALL_SIGNED_IN),
    "change_preferences": ({}, "post", (SIGN_IN, 302, 302, 302, 302, 302)),
    "mcp": ({}, "post", (NO_TOKEN,) * 6),
    "demo_desk": ({}, "get", (SIGN_IN, *(NOT_THERE,) * 5)),  # only with DEBUG and in the demo
    "confirm_panel": ({}, "get", ALL_SIGNED_IN),
    "panel": ({"slug": "lumenkit"}, "get", (NOT_THERE,) * 6),  # no origin may frame it
    "start_pairing": ({"slug": "lumenkit"}, "post", (NOT_THERE,) * 6),
    "check_pairing": ({"slug": "lumenkit"}, "post", (NO_TOKEN,) * 6),
    "panel_visitor": ({"slug": "lumenkit"}, "post", (NO_TOKEN,) * 6),
    "set_up_panel": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "snippets": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "api_reference": ({}, "get", ALL_SIGNED_IN),
    "api_schema": ({}, "get", (FINE,) * 6),
    "api_unknown": ({"rest": "v1/nothing"}, "get", (NOT_THERE,) * 6),
    # Nobody's session counts; `test_the_api_gives_each_role_the_expected_status` sends tokens.
    "api_visitor": ({"visitor_id": VISITOR}, "get", (NO_TOKEN,) * 6),
    "api_visitors": ({}, "get", (NO_TOKEN,) * 6),
    "api_websites": ({}, "get", (NO_TOKEN,) * 6),
    "api_admin_websites": ({}, "get", (NO_TOKEN,) * 6),
    "api_journey": ({"visitor_id": VISITOR}, "get", (NO_TOKEN,) * 6),
    "api_summary": ({"visitor_id": VISITOR}, "get", (NO_TOKEN,) * 6),
    "api_search": ({}, "get", (NO_TOKEN,) * 6),
    "own_tokens": ({}, "get", ALL_SIGNED_IN),
    "revoke_own_token": ({"token": NUMBER}, "post", (SIGN_IN, *(NOT_THERE,) * 5)),  # it is a colleague's
    "all_tokens": ({}, "get", administrators(FINE)),
    "revoke_token": ({"token": NUMBER}, "post", administrators(302)),
    "sign_out_everywhere": ({}, "post", (SIGN_IN, 302, 302, 302, 302, 302)),
    "password_reset": ({}, "get", (FINE,) * 6),
    "password_reset_sent": ({}, "get", (FINE,) * 6),
    # An invalid link has a page of its own.
    "password_reset_confirm": (
        {"uidb64": "MQ", "token": "invented"},
        "get",
        (FINE,) * 6,
    ),
    "openid_start": ({}, "get", (NOT_THERE,) * 6),  # no issuer is configured
    "openid_finish": ({}, "get", (NOT_THERE,) * 6),
    "sign_out": ({}, "post", (SIGN_IN, 302, 302, 302, 302, 302)),
    "look_up": ({}, "get", ALL_SIGNED_IN),
    "results": ({}, "get", (SIGN_IN, 302, 302, 302, 302, 302)),  # nothing to search for: redirect to the home page
    "suggest": ({}, "post", ALL_SIGNED_IN),
    "healthz": ({}, "get", (FINE,) * 6),
    "readyz": ({}, "get", (FINE,) * 6),
    "design": ({}, "get", (SIGN_IN, *(NOT_THERE,) * 5)),  # only with DEBUG and in the demo
    "metrics": ({}, "get", (NOT_THERE,) * 6),  # off without METRICS_TOKEN
    "current": ({"slug": "lumenkit"}, "get", (SIGN_IN, *(NOT_THERE,) * 5)),  # without the cookie
    # On the website that knows the visitor; without a website, no one is asked.
    "find_visitor": ({"visitor_id": VISITOR}, "get", (SIGN_IN, NOT_THERE, 302, 302, 302, NOT_THERE)),
    "journey": (ABOUT_VISITOR, "get", those_who_see(FINE)),
    "refresh": (ABOUT_VISITOR, "post", those_who_see(302)),
    "timeline": (ABOUT_VISITOR, "get", those_who_see(302)),  # without htmx, a redirect to the page
    "follow": (ABOUT_VISITOR, "post", those_who_see(302)),  # no stored profile: redirect to the home page
    "mark_seen": (ABOUT_VISITOR, "post", those_who_see(204)),
    "zone": (ABOUT_VISITOR, "post", those_who_see(302)),
    "audit_log": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "audit_log_csv": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "erase": (ABOUT_VISITOR, "get", those_who_manage(FINE)),
    "same_person": (ABOUT_VISITOR, "get", those_who_see(302)),  # there is one id only
    "summary": (ABOUT_VISITOR, "get", those_who_see(FINE)),
    "events": (ABOUT_VISITOR, "get", members(FINE)),
    "answer": (ABOUT_VISITOR, "get", members(FINE)),
    "live": ({"slug": "lumenkit"}, "get", those_who_see(FINE)),
    "live_strip": ({}, "get", ALL_SIGNED_IN),
    "visitors": ({"slug": "lumenkit"}, "get", those_who_see(FINE)),
    "alerts": ({}, "get", ALL_SIGNED_IN),
    "read_alerts": ({}, "post", (SIGN_IN, 302, 302, 302, 302, 302)),
    "leads": ({"slug": "lumenkit"}, "get", those_who_see(FINE)),
    "save_view": ({"slug": "lumenkit"}, "post", those_who_see(302)),
    "change_view": ({"slug": "lumenkit", "view": NUMBER}, "post", those_who_see(NOT_THERE)),
    "load_visitors": ({"slug": "lumenkit"}, "post", those_who_see(302)),
    "export_visitors": ({"slug": "lumenkit"}, "get", members(FINE)),
    "team": (ABOUT_VISITOR, "get", those_who_see(FINE)),
    "add_note": (ABOUT_VISITOR, "post", members(422)),  # nothing is stored of this visitor
    "change_note": (ABOUT_VISITOR | {"note": NUMBER}, "post", members(NOT_THERE)),
    "pin": (ABOUT_VISITOR, "post", those_who_see(422)),
    "change_owner": (ABOUT_VISITOR, "post", members(302)),
    "change_tags": (ABOUT_VISITOR, "post", members(302)),
    "tags": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "integrations": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "set_up_card": ({"slug": "lumenkit", "kind": "slack"}, "get", those_who_manage(FINE)),
    "card": ({"slug": "lumenkit", "kind": "slack"}, "post", (401,) * 6),  # without a signature
    "link_slack": ({"signed": "made-up"}, "get", (SIGN_IN, *(NOT_THERE,) * 5)),
    "webhook": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "websites": ({}, "get", (SIGN_IN, REFUSED, REFUSED, REFUSED, FINE, FINE)),
    "add_website": ({}, "get", administrators(FINE)),
    "add_website_details": ({}, "get", administrators(302)),  # no key was pasted
    "connect_account": ({}, "get", administrators(302)),
    "website": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "website_links": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "website_names": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "website_key": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "pause_website": ({"slug": "lumenkit"}, "post", those_who_manage(302)),
    "resume_website": ({"slug": "lumenkit"}, "post", those_who_manage(302)),
    "remove_website": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "members": ({"slug": "lumenkit"}, "get", those_who_manage(FINE)),
    "change_role": (MEMBERSHIP, "post", those_who_manage(302)),
    "remove_member": (MEMBERSHIP, "get", those_who_manage(FINE)),
    "people": ({}, "get", administrators(FINE)),
    "help": ({}, "get", ALL_SIGNED_IN),
    "status": ({}, "get", administrators(FINE)),
    "person": ({"user": NUMBER}, "get", administrators(FINE)),
    "set_administrator": ({"user": NUMBER}, "post", administrators(302)),
    "set_active": ({"user": NUMBER}, "post", administrators(302)),
    "reset_link": ({"user": NUMBER}, "post", administrators(FINE)),
    "unlink_openid": ({"user": NUMBER}, "post", administrators(302)),
    "delete_account": ({"user": NUMBER}, "get", administrators(FINE)),
    "withdraw_invitation": ({"invitation": NUMBER}, "post", those_who_manage(302)),
    "renew_invitation": ({"invitation": NUMBER}, "post", those_who_manage(FINE)),
    "invitation": ({"signed": "made-up"}, "get", (NOT_THERE,) * 6),
}
# The operations of the API, with tokens of the users who have an account: (query, statuses).
API_TABLE = {
    "api_visitor": ({"websiteId": "lumenkit"}, (NOT_THERE, REFUSED, FINE, FINE, NOT_THERE)),
    "api_visitors": ({"websiteId": "lumenkit"}, (NOT_THERE, REFUSED, FINE, FINE, NOT_THERE)),
    "api_websites": ({}, (FINE,) * 5),
    "api_admin_websites": ({}, (FINE,) * 5),
    "api_journey": ({"websiteId": "lumenkit"}, (NOT_THERE, FINE, FINE, FINE, NOT_THERE)),
    "api_summary": ({"websiteId": "lumenkit"}, (NOT_THERE, FINE, FINE, FINE, NOT_THERE)),
    "api_search": ({"q": "ann", "websiteId": "lumenkit"}, (NOT_THERE, FINE, FINE, FINE, NOT_THERE)),
}
# The values of every form that has no fields to fill in; each URL reads the ones that it needs.
VALUES = {
    "answer": "yes",
    "id": VISITOR,
    "kind": "leads",
    "label": "Hot",
    "newest": "1",
    "owner": "",
    "pinned": "yes",
    "role": "viewer",
    "tags": "",
    "text": "Hello.",
    "theme": "dark",
    "zone": "UTC",
}
# URLs that change something, by POST.
POST_ONLY = {
    "add_note",
    "change_note",
    "change_owner",
    "change_tags",
    "change_preferences",
    "change_role",
    "change_view",
    "follow",
    "load_visitors",
    "mark_seen",
    "pause_website",
    "pin",
    "read_alerts",
    "refresh",
    "renew_invitation",
    "reset_link",
    "resume_website",
    "revoke_own_token",
    "revoke_token",
    "save_view",
    "set_active",
    "set_administrator",
    "sign_out",
    "sign_out_everywhere",
    "suggest",
    "unlink_openid",
    "withdraw_invitation",
    "zone",
}


def names(resolver=None):
    """Yield the names of all URLs."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern)
        else:
            yield pattern.name


@pytest.fixture(autouse=True)
def _ready(monkeypatch):
    """Readiness tests a write in another thread, which the transaction of a test would lock out."""
    monkeypatch.setattr(health, "_can_write_database", lambda: True)


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


@pytest.fixture
def colleague(lumenkit):
    """A viewer to manage, and an invitation to withdraw."""
    user = get_user_model().objects.create_user("cora", id=NUMBER)
    Membership.objects.create(id=NUMBER, website=lumenkit, user=user, role=Role.VIEWER)
    Invitation.objects.create(
        id=NUMBER, website=lumenkit, role=Role.VIEWER, invited="ivo", created_at=datetime.now(UTC)
    )
    AccessToken.objects.create(
        id=NUMBER, user=user, name="report", created_at=datetime.now(UTC), expires_at=datetime.now(UTC)
    )
    return user


@pytest.fixture
def root(colleague, lumenkit):
    """An administrator who is also an admin of the website."""
    user = get_user_model().objects.create_superuser("root", email="root@example.com", first_name="Ruth")
    Membership.objects.create(website=lumenkit, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def people(viewer, member, admin, colleague):
    """A user of each kind; None is not signed in."""
    users = get_user_model().objects
    return {
        "anonymous": None,
        "stranger": users.create_user("stranger"),
        "viewer": viewer,
        "member": member,
        "admin": admin,
        "administrator": users.create_superuser("administrator"),
    }


def test_every_url_has_a_row_in_the_table():
    assert set(names()) == set(TABLE)


def test_no_website_can_have_the_slug_of_another_page():
    """The first segment of each path that is not a website's, and of each that follows `websites/`."""
    segments = [reverse(name, kwargs=filled).split("/")[1:] for name, (filled, *_) in TABLE.items()]
    reserved = {path[1] if path[0] == "websites" and len(path) > 2 else path[0] for path in segments}
    assert reserved - {"", "lumenkit"} <= RESERVED_SLUGS


@pytest.mark.parametrize("name", TABLE)
def test_each_role_gets_the_expected_status(people, sandbox, name):
    filled, method, statuses = TABLE[name]
    for (person, user), status in zip(people.items(), statuses, strict=True):
        client = Client()
        sandbox.calls.clear()
        before = transaction.savepoint()  # what one user does must not change what the next one gets
        if user:
            sign_in(client, user)
        answer = getattr(client, method)(reverse(name, kwargs=filled), VALUES if method == "post" else {})
        transaction.savepoint_rollback(before)
        assert answer.status_code == status, person
        if person == "anonymous" and status == SIGN_IN:
            assert answer.url.startswith("/sign-in/")
        if status == REFUSED or person in ("anonymous", "stranger", "administrator"):
            assert len(sandbox.calls) == 0, person  # without the needed role no request reaches DataFast


def test_every_operation_of_the_api_has_a_row_in_its_table():
    assert set(API_TABLE) == {name for name in TABLE if name.startswith("api_")} - {
        "api_reference",
        "api_schema",
        "api_unknown",
    }


@pytest.mark.parametrize("name", API_TABLE)
def test_the_api_gives_each_role_the_expected_status(people, sandbox, name):
    query, statuses = API_TABLE[name]
    for (person, user), status in zip(list(people.items())[1:], statuses, strict=True):
        sandbox.calls.clear()
        response = Client().get(reverse(name, kwargs=TABLE[name][0]), query, headers=new_token(user))
        assert response.status_code == status, person
        assert response["Content-Type"].startswith(("application/json", "text/plain")), person
        if status in (NOT_THERE, REFUSED):
            assert len(sandbox.calls) == 0, person


@pytest.mark.parametrize("name", sorted(POST_ONLY - {"zone"}))  # GET of that one changes nothing
def test_changes_need_post(browser_of_member, sandbox, name):
    assert browser_of_member.get(reverse(name, kwargs=TABLE[name][0])).status_code == NOT_SO
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_post_needs_a_csrf_token(member, sandbox, name):
    careful = Client(enforce_csrf_checks=True)
    sign_in(careful, member)
    assert careful.post(reverse(name, kwargs=TABLE[name][0])).status_code == 403
    assert len(sandbox.calls) == 0


def rights():
    """Return everything that accounts, roles and websites are made of, apart from what fetching changes.

    In SQL: with five of these per URL, the ORM would take longer than the requests.
    """
    columns = {Website: "slug, name, domain, credential_encrypted, paused_at", Session: "session_key"}
    models = (Website, Session, get_user_model(), Membership, Invitation, OpenIDIdentity, AccessToken)
    found = []
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"SELECT {columns.get(model, '*')} FROM {model._meta.db_table} ORDER BY 1")
            found.append(cursor.fetchall())
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(TABLE) - {"sign_out"}))
def test_a_form_without_its_values_changes_no_rights(client, root, sandbox, name):
    OpenIDIdentity.objects.create(user_id=NUMBER, issuer="https://login.example.com", subject="cora")
    sign_in(client, root)
    before = rights()
    for values in ({}, {"answer": ""}, {"answer": "maybe"}, {"anyway": "yes"}):
        response = client.post(reverse(name, kwargs=TABLE[name][0]), values)
        assert rights() == before
        # The page's own requests need no value.
        if name in POST_ONLY - {"follow", "mark_seen", "refresh", "suggest"}:
            assert response.status_code == 400


# ---- Characters that a database cannot store -------------------------------------------------------------------------

NUL = "mina\x00"
# The fields of all forms and addresses that are read as text.
FIELDS = (
    *("pasted", "website", "id", "on", "from", "next", "kept", "q", "kind", "before", "at", "start", "open", "shut"),
    *("person", "visitor", "action", "first", "last", "version", "timeline", "announced", "seen", "shown", "offered"),
    *("username", "password", "old_password", "new_password1", "new_password2", "password1", "password2", "email"),
    *("full_name", "first_name", "name", "domain", "slug", "token", "key", "datafast_id", "time_zone", "currency"),
    *(
        "typed",
        "invited",
        "clock",
        "state",
        "code",
        "csrfmiddlewaretoken",
        "part",
        "format",
        "span",
        "since",
        "until",
        "anyway",
        "days",
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_nul_characters_are_no_server_error(root, sandbox, name):
    address = reverse(name, kwargs=TABLE[name][0])
    fields = dict.fromkeys(FIELDS, NUL)
    requests = (("get", fields), ("post", fields | VALUES), ("post", dict.fromkeys((*fields, *VALUES), NUL)))
    for user, (method, values) in product((None, root), requests):
        client = Client()
        client.cookies.load(dict.fromkeys(("journeydesk_csrf", "journeydesk_browser"), NUL))
        if user:
            sign_in(client, user)
        before = transaction.savepoint()
        if method == "get":
            answer = client.get(address, values)
        else:  # as browsers send it
            answer = client.post(address, urlencode(values), "application/x-www-form-urlencoded")
        transaction.savepoint_rollback(before)
        assert answer.status_code < 500, (user, method)


@pytest.mark.parametrize(
    "path", ["/{}/visitors/{}/", "/websites/{}/", "/invitations/{}/", "/reset/{}/{}/", "/people/{}/", "/{}"]
)
def test_nul_characters_in_a_path_are_not_found(browser_of_member, path):
    assert browser_of_member.get(path.format("%00", "a%00")).status_code in (404, 200)


@pytest.mark.django_db
def test_a_nul_character_in_a_pasted_text_is_passed_over(browser_of_member, sandbox):
    answer = browser_of_member.post("/", {"pasted": f"\x00 datafast_visitor_id={VISITOR}\x00", "website": NUL})
    assert answer.url == f"/lumenkit/visitors/{VISITOR}/"
