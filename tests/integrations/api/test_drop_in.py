"""A program that was written against DataFast works against Journeydesk: only its base address and its token differ.

The program is our own client. What it expects of DataFast is asserted twice, of the sandbox itself and through
Journeydesk in front of the same sandbox.

The other tests of the client (`tests/datafast/test_datafast_client.py`) are about the connection: TLS, proxies, bodies
that break off, deadlines, redirects. Journeydesk passes none of these on: behind it such a failure is a stored answer,
or a 503. And the realtime map and metadata are not part of its API.
"""

from contextlib import closing, contextmanager
from threading import Thread
from types import SimpleNamespace
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.contrib.auth import get_user_model
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from tests.access_tokens import new_token
from tests.conftest import new_website
from visitors.datafast.client import Client
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import (
    BotVisitor,
    Forbidden,
    InvalidWebsite,
    RateLimited,
    RequestRefused,
    TrackingSuspended,
    Unauthorized,
    Unavailable,
    VisitorNotFound,
)
from visitors.journey import derive
from visitors.models import Membership
from visitors.roles import Role
from visitors.sandbox import documented, tokens, websites
from visitors.sandbox.clock import utcnow

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]  # the server has a connection of its own

LEAD = documented.RETURNING_LEAD.visitor_id
OF_LUMENKIT = [
    visitor for visitor in documented.DOCUMENTED[:-1] if visitor.website is websites.LUMENKIT and visitor.name != "bot"
]
UNKNOWN = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"


class Api:
    """An API to call, and the credentials for it. `get_visitor` and `list_visitors` call it with `credential`."""

    def __init__(self, client, credential, account):
        self.client, self.credential, self.account = client, credential, account

    def get_visitor(self, visitor_id):
        return self.client.get_visitor(self.credential, visitor_id)

    def list_visitors(self, **query):
        return self.client.list_visitors(self.credential, query)


def token_of(user, website_id):
    """A token of ours in the place of a `Credential`, which takes DataFast's only."""
    secret = new_token(user)["Authorization"].split()[1]
    return SimpleNamespace(token=secret, query={"websiteId": website_id})


class QuietHandler(WSGIRequestHandler):
    """Answers one request per connection, and prints nothing."""

    def log_message(self, *args):
        pass


@contextmanager
def serve():
    """Serve Journeydesk in one thread, and close what it opened. A live server's threads wait for kept connections."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=QuietHandler) as server:

        def run():
            server.serve_forever(poll_interval=0.01)
            connections.close_all()

        thread = Thread(target=run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(params=["sandbox", "journeydesk"])
def through(request, sandbox):
    """An API with the sandbox behind it."""
    return request.param


@pytest.fixture
def api(through, sandbox):
    """The sandbox itself, or Journeydesk in front of it."""
    if through == "sandbox":
        with closing(Client(sandbox.base_url)) as client:
            credential = Credential(tokens.ACCOUNT_TOKEN, websites.LUMENKIT.website_id)
            yield Api(client, credential, AccountToken(tokens.ACCOUNT_TOKEN))
        return
    user = get_user_model().objects.create_user("mina")
    for source, slug in ((websites.LUMENKIT, "lumenkit"), (websites.POCKETGARDEN, "pocketgarden")):
        Membership.objects.create(website=new_website(source, slug, tokens.ACCOUNT_TOKEN), user=user, role=Role.MEMBER)
    credential = token_of(user, websites.LUMENKIT.website_id)
    with serve() as address, closing(Client(f"{address}/api/v1")) as client:
        yield Api(client, credential, credential)


def test_every_kind_of_visitor_is_read(api):
    for visitor in OF_LUMENKIT:
        got = api.get_visitor(visitor.visitor_id)
        assert got.visitor.visitor_id == visitor.visitor_id
        assert derive(got.visitor).has_activity, visitor.name


def test_both_answer_the_same_journey(api, sandbox):
    with closing(Client(sandbox.base_url)) as direct:
        expected = direct.get_visitor(Credential(tokens.LUMENKIT_KEY), LEAD)
    assert derive(api.get_visitor(LEAD).visitor) == derive(expected.visitor)


def test_a_visitor_id_in_capitals_is_accepted(api):
    assert api.get_visitor(LEAD.upper()).visitor.visitor_id == LEAD


def test_websites_are_listed(api):
    listed = api.client.list_websites(api.account).websites
    assert {(website.id, website.domain) for website in listed} == {
        (website.website_id, website.domain) for website in (websites.LUMENKIT, websites.POCKETGARDEN)
    }
    assert all(website.timezone and website.currency for website in listed)


def test_visitors_are_listed_in_pages(api, sandbox):
    # A list that changes between two pages repeats a visitor.
    now = utcnow()
    sandbox.reset(lambda: now)
    first, second = api.list_visitors(limit="2"), api.list_visitors(limit="2", offset="2")
    assert (len(first.visitors), first.has_more) == (2, True)
    ids = [row.visitor_id for row in (*first.visitors, *second.visitors)]
    assert len(set(ids)) == 4
    assert first.visitors[0].identity.country


def test_filters_select_visitors(api):
    for row in api.list_visitors(device="mobile").visitors:
        assert row.identity.device == "mobile"


def test_a_refused_filter_is_explained(api):
    with pytest.raises(RequestRefused) as refusal:
        api.list_visitors(completedGoal="signup", isCustomer="true")
    assert refusal.value.upstream_message


def test_an_unknown_visitor_is_not_found(api):
    with pytest.raises(VisitorNotFound):
        api.get_visitor(UNKNOWN)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("bot", BotVisitor),
        ("forbidden", Forbidden),
        ("suspended", TrackingSuspended),
        ("not found", VisitorNotFound),
        ("rate limited", RateLimited),
        ("server error", Unavailable),
        ("bad gateway", Unavailable),
    ],
)
def test_a_failure_is_the_same_error(api, name, kind):
    with pytest.raises(kind) as failure:
        api.get_visitor(documented.named(name).visitor_id)
    if kind is RateLimited:
        assert failure.value.reset_at is not None
        assert failure.value.remaining == 0


def test_a_wrong_token_is_unauthorized(api):
    api.credential = Credential(tokens.REVOKED_TOKEN, websites.LUMENKIT.website_id)
    with pytest.raises(Unauthorized):
        api.get_visitor(LEAD)


def test_a_website_is_required_where_the_token_opens_several(api):
    api.credential = SimpleNamespace(token=api.credential.token, query={})
    with pytest.raises(InvalidWebsite):
        api.get_visitor(LEAD)


@pytest.mark.parametrize("through", ["journeydesk"], indirect=True)
@pytest.mark.parametrize("status", [401, 429, 500])
def test_behind_journeydesk_a_failing_datafast_is_not_noticed(api, sandbox, settings, status):
    before = api.get_visitor(LEAD).body
    settings.PROFILE_FRESH_SECONDS = 0
    sandbox.answer_with(LEAD, status=status)
    assert api.get_visitor(LEAD).body == before
    assert sandbox.calls.count(LEAD) == 2


@pytest.mark.parametrize("through", ["journeydesk"], indirect=True)
def test_behind_journeydesk_the_rejected_key_of_a_website_is_not_the_callers_fault(api):
    with pytest.raises(Unavailable):
        api.get_visitor(documented.named("unauthorized").visitor_id)
