"""Webhooks: what a receiver gets, how failures are retried and reported, and who may set one up."""

import hashlib
import hmac
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import trustme
from cryptography.fernet import Fernet
from django.core import mail
from django.core.management import call_command

from tests.concurrency import at_once
from tests.faulty_upstream import FaultyUpstream, answer, drip_body, hang, hang_up
from visitors import encryption
from visitors.audit import erasure, retention
from visitors.leads import alerts
from visitors.models import Alert, Webhook, WebhookDelivery
from visitors.sandbox import documented
from visitors.team import memory
from visitors.webhooks import delivery, sending, signing
from visitors.webhooks.events import Event

LEAD = UUID(documented.RETURNING_LEAD.visitor_id)
SECRET = "whsec_test"
ACCEPT = answer(200, b"ok", content_type="text/plain")
PAGE = "/websites/lumenkit/webhook/"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def receiver(authority, tmp_path, monkeypatch, settings):
    """An https server on this machine that accepts all messages, until its behaviors are changed."""
    bundle = tmp_path / "bundle.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    settings.WEBHOOK_PRIVATE_ADDRESSES = True
    with FaultyUpstream(ACCEPT, tls=server_context(authority)) as running:
        yield running


@pytest.fixture
def other_receiver(receiver, authority):
    with FaultyUpstream(ACCEPT, tls=server_context(authority)) as running:
        yield running


def server_context(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def create_webhook():
    def create(website, port):
        return Webhook.objects.create(
            website=website,
            host="127.0.0.1",
            url_encrypted=encryption.encrypt(f"https://127.0.0.1:{port}/hook?a=b"),
            secret_encrypted=encryption.encrypt(SECRET),
        )

    return create


@pytest.fixture
def hook(lumenkit, receiver, create_webhook):
    return create_webhook(lumenkit, receiver.port)


@pytest.fixture
def other_hook(pocketgarden, other_receiver, create_webhook):
    return create_webhook(pocketgarden, other_receiver.port)


def new_event(key="one", visitor_id=LEAD, text="Priya <!channel> paid"):
    return Event("alert.paid", key, text, "https://desk.example/x", datetime.now(UTC), visitor_id, {"name": "Priya"})


def make_due():
    WebhookDelivery.objects.exclude(next_attempt_at=None).update(next_attempt_at=datetime.now(UTC))


def give_up(website, key):
    """Queue an event and make all its attempts."""
    delivery.queue(website, [new_event(key)])
    for _ in range(delivery.MAX_ATTEMPTS):
        make_due()
        delivery.deliver()


# ---- What is sent


def test_the_signature_is_an_hmac_of_time_and_body():
    # printf '1700000000.{"a":1}' | openssl dgst -sha256 -hmac whsec_test
    expected = hmac.new(b"whsec_test", b'1700000000.{"a":1}', hashlib.sha256).hexdigest()
    assert signing.sign("whsec_test", b'{"a":1}', 1_700_000_000) == f"t=1700000000,v1={expected}"
    assert expected == "38877139021993b830af32feea6e18a8da83eb2f6e49ee50bd9e4cf4ca4d3789"


def test_a_receiver_gets_a_signed_message_once(hook, lumenkit, receiver):
    delivery.queue(lumenkit, [new_event(), new_event()])
    assert delivery.deliver() == 1
    assert delivery.deliver() == 0
    [request], stored = receiver.requests, WebhookDelivery.objects.get()
    assert (request.method, request.path) == ("POST", "/hook?a=b")
    assert request.headers["journeydesk-event"] == str(stored.event_id)
    sent_at = int(request.headers["journeydesk-signature"].partition("=")[2].partition(",")[0])
    assert request.headers["journeydesk-signature"] == signing.sign(SECRET, request.body, sent_at)
    content = json.loads(request.body)
    assert content["text"] == "Priya &lt;!channel&gt; paid: https://desk.example/x"
    assert content["journeydesk"]["visitor_id"] == str(LEAD)
    assert (stored.error, stored.next_attempt_at, bool(stored.delivered_at)) == ("", None, True)


def test_a_message_does_not_wait_for_a_clock_that_was_set_back(hook, lumenkit, receiver):
    delivery.queue(lumenkit, [new_event()])
    WebhookDelivery.objects.update(next_attempt_at=datetime.now(UTC) + timedelta(days=1))
    assert delivery.deliver() == 1
    assert len(receiver.requests) == 1


@pytest.fixture
def pinned_twice(member, viewer, lumenkit):
    for user in (member, viewer):
        memory.set_pinned(user, lumenkit, LEAD, is_pinned=True)


@pytest.mark.usefixtures("pinned_twice", "hook")
def test_the_webhook_gets_one_alert_however_many_users_pinned(other_upstream, clock, receiver):
    one = {"visitorId": str(LEAD), "currentUrl": "/docs", "sessionStartTime": "2026-05-05T12:00:00.000Z"}
    other_upstream.behaviors = [answer(200, {"status": "success", "data": {"visitors": [one], "recentEvents": []}})]
    alerts.make_alerts()
    clock.shift(60)
    alerts.make_alerts()
    assert Alert.objects.count() == 2
    delivery.deliver()
    [request] = receiver.requests
    assert json.loads(request.body)["journeydesk"]["type"] == "alert.online"


# ---- Failures


@pytest.mark.parametrize(
    ("behavior", "problem"),
    [
        (answer(500), "HTTP 500"),
        (answer(302, headers={"Location": "/elsewhere"}), "redirects"),
        (hang, "did not answer"),
        (hang_up, "failed"),
    ],
)
def test_a_failed_attempt_is_retried_later(hook, receiver, monkeypatch, behavior, problem):
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.5 if behavior is hang else 5.0)
    receiver.behaviors = [behavior]
    delivery.queue(hook.website, [new_event()])
    before = datetime.now(UTC)
    delivery.deliver()
    stored = WebhookDelivery.objects.get()
    assert problem in stored.error
    assert stored.next_attempt_at >= before + delivery.PAUSES[0]
    assert len(receiver.requests) == 1
    receiver.behaviors = [answer(204)]
    assert delivery.deliver() == 0
    make_due()
    assert delivery.deliver() == 1
    assert WebhookDelivery.objects.get().delivered_at


@pytest.mark.slow
def test_an_accepted_message_counts_even_if_its_answer_drips(hook, lumenkit, receiver, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 1.0)
    receiver.behaviors = [drip_body()]
    assert delivery.send_test(hook).error == ""


def test_a_failing_webhook_does_not_hold_up_others(hook, receiver, other_hook, other_receiver):
    receiver.behaviors = [answer(500)]
    delivery.queue(hook.website, [new_event(str(number)) for number in range(5)])
    delivery.queue(other_hook.website, [new_event()])
    assert delivery.deliver() == 2
    assert len(receiver.requests) == len(other_receiver.requests) == 1


@pytest.mark.slow
def test_a_webhook_that_hangs_holds_up_others_for_one_timeout(hook, receiver, other_hook, monkeypatch):
    """However many deliveries wait for it, and although all of them are older."""
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 2.0)
    receiver.behaviors = [hang]
    delivery.queue(hook.website, [new_event(str(number)) for number in range(delivery.MAX_PER_ROUND + 5)])
    delivery.queue(other_hook.website, [new_event()])
    assert delivery.deliver() == 2
    assert WebhookDelivery.objects.get(webhook=other_hook).delivered_at


def test_webhooks_take_turns(hook, receiver, other_hook, other_receiver, monkeypatch):
    """One that accepts everything, and much of it, does not use up the round."""
    monkeypatch.setattr(delivery, "MAX_PER_ROUND", 3)
    delivery.queue(hook.website, [new_event(str(number)) for number in range(3)])
    delivery.queue(other_hook.website, [new_event()])
    assert delivery.deliver() == 3
    assert (len(receiver.requests), len(other_receiver.requests)) == (2, 1)
    assert delivery.deliver() == 1


@pytest.mark.django_db(transaction=True)
def test_processes_that_deliver_at_once_send_each_message_once(lumenkit, receiver, create_webhook, monkeypatch):
    """The first message is still being sent when the second process looks."""
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 60.0)
    create_webhook(lumenkit, receiver.port)
    delivery.queue(lumenkit, [new_event(str(number)) for number in range(4)])
    is_sending, may_answer = threading.Event(), threading.Event()

    def wait(exchange):
        is_sending.set()
        may_answer.wait(60)
        ACCEPT(exchange)

    receiver.behaviors = [wait, ACCEPT]
    made = []

    def first():
        made.append(delivery.deliver())

    def second():
        is_sending.wait(60)
        try:
            made.append(delivery.deliver())
        finally:
            may_answer.set()

    at_once(first, second)
    ids = [request.headers["journeydesk-event"] for request in receiver.requests]
    assert sorted(ids) == sorted(str(one) for one in WebhookDelivery.objects.values_list("event_id", flat=True))
    assert made == [3, 1]


def test_what_another_process_took_is_not_sent_again(hook, lumenkit, receiver):
    delivery.queue(lumenkit, [new_event()])
    mine, other = WebhookDelivery.objects.get(), WebhookDelivery.objects.get()
    assert delivery.claim(mine)
    assert not delivery.claim(other)


@pytest.fixture
def mails(settings, monkeypatch, admin):
    """The mails that are sent; the admin of the website has an address."""
    settings.SENDS_MAIL = True
    monkeypatch.setattr(delivery, "send_in_background", lambda message, _: message.send())
    admin.email = "ada@example.com"
    admin.save()
    return mail.outbox


def test_giving_up_is_reported_once_and_shown(hook, receiver, mails, manager, admin_client):
    receiver.behaviors = [answer(500)]
    give_up(hook.website, "one")
    assert WebhookDelivery.objects.get().next_attempt_at is None
    assert "an alert was given up" in manager.get("/websites/lumenkit/").content.decode()
    sentence = f"Alerts could not be delivered for {hook.website.name}"
    assert sentence in admin_client.get("/status/").content.decode()
    give_up(hook.website, "two")
    [message] = mails
    assert message.to == ["ada@example.com"]
    assert "HTTP 500" in message.body
    receiver.behaviors = [answer(200)]
    give_up(hook.website, "three")
    assert "an alert was given up" not in manager.get("/websites/lumenkit/").content.decode()


def test_too_many_failures_pause_the_webhook_until_it_is_resumed(hook, receiver, manager):
    receiver.behaviors = [answer(500)]
    delivery.queue(hook.website, [new_event("waits")])
    for number in range(delivery.MAX_FAILURES):
        give_up(hook.website, str(number))
    assert not WebhookDelivery.objects.exclude(next_attempt_at=None).exists()
    assert "is paused" in manager.get(PAGE).content.decode()
    before = WebhookDelivery.objects.count()
    delivery.queue(hook.website, [new_event("while paused")])
    assert WebhookDelivery.objects.count() == before
    manager.post(PAGE, {"answer": "resume"})
    assert "is paused" not in manager.get(PAGE).content.decode()
    delivery.queue(hook.website, [new_event("afterwards")])
    receiver.behaviors = [answer(200)]
    assert delivery.deliver() == 1


# ---- Addresses


@pytest.mark.parametrize(
    "address",
    [
        *["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1"],
        *["fd00::1", "fe80::1%eth0", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "::"],
        *["::127.0.0.1", "::10.0.0.1", "fec0::1", "64:ff9b:1::7f00:1", "ff02::1", "fd00:ec2::254", "192.0.0.1"],
    ],
)
def test_private_addresses_are_refused(address):
    assert not sending.is_allowed(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e"])
def test_public_addresses_are_allowed(address):
    assert sending.is_allowed(address)


def test_nothing_is_sent_to_a_private_address(hook, receiver, settings):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    assert "private network" in delivery.send_test(hook).error
    assert receiver.connections == 0


def test_the_connection_goes_to_the_address_that_was_checked(receiver, monkeypatch):
    """The name resolves a single time, and the certificate is checked against the name."""
    asked = []

    def resolve(host, port, *_, **__):
        if host == "localhost":
            asked.append(host)
            assert len(asked) == 1
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(sending.socket, "getaddrinfo", resolve)
    assert sending.send(f"https://localhost:{receiver.port}/", SECRET, "{}", LEAD).error == ""
    asked.clear()
    monkeypatch.setattr(
        sending.socket, "getaddrinfo", lambda _host, port, *_, **__: [(2, 1, 6, "", ("127.0.0.1", port))]
    )
    assert "certificate" in sending.send(f"https://other.example:{receiver.port}/", SECRET, "{}", LEAD).error


@pytest.mark.parametrize(
    "host",
    [
        *["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0", "0.0.0.0", "localhost"],
        *["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[::127.0.0.1]", "169.254.169.254", "127.0.0.1."],
    ],
)
def test_no_spelling_of_a_private_address_is_sent_to(receiver, settings, host):
    settings.WEBHOOK_PRIVATE_ADDRESSES = False
    outcome = sending.send(f"https://{host}:{receiver.port}/", SECRET, "{}", LEAD)
    assert "private network" in outcome.error or "can’t be found" in outcome.error
    assert receiver.connections == 0


def test_a_host_is_the_one_that_browsers_open():
    assert sending.parse_url("https://straße.example/x?y")[0] == "xn--strae-oqa.example"  # not strasse.example


@pytest.mark.parametrize(
    "url", ["https://a.example:0/", "https://a.example:65536/", "https://ü_.example/", "https://[::1/"]
)
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(sending.NotSendable, match="valid address"):
        sending.parse_url(url)


@pytest.mark.parametrize("url", ["http://example.com/", "ftp://example.com/", "https://", "https://a:b@x.example/"])
def test_only_https_addresses_are_accepted(url):
    with pytest.raises(sending.NotSendable):
        sending.parse_url(url)


# ---- The page


@pytest.fixture
def manager(client, admin):
    client.force_login(admin)
    return client


def test_the_secret_is_shown_once_and_the_address_never(manager, lumenkit):
    fields = {"answer": "save", "url": "https://hooks.example.com/T0/secret-part", "label": "Sales", "is_on": "on"}
    page = manager.post(PAGE, fields).content.decode()
    hook = Webhook.objects.get()
    secret = encryption.decrypt(hook.secret_encrypted)
    assert secret in page
    again = manager.get(PAGE).content.decode()
    assert "hooks.example.com" in again
    assert secret not in again
    assert "secret-part" not in again
    manager.post(PAGE, {"answer": "save", "url": "", "label": "Support"})
    hook.refresh_from_db()
    assert (encryption.decrypt(hook.url_encrypted), hook.is_on) == (fields["url"], False)
    manager.post(PAGE, {"answer": "renew"})
    hook.refresh_from_db()
    assert encryption.decrypt(hook.secret_encrypted) != secret
    manager.post(PAGE, {"answer": "remove"})
    assert not Webhook.objects.exists()


def test_an_invalid_address_is_refused(manager, lumenkit):
    assert manager.post(PAGE, {"answer": "save", "url": "http://example.com/"}).status_code == 422
    assert not Webhook.objects.exists()


def test_a_test_shows_the_answer_as_text(manager, hook, receiver):
    receiver.behaviors = [answer(403, b"<b>no</b>", content_type="text/html")]
    page = manager.post(PAGE, {"answer": "test"}).content.decode()
    assert "HTTP 403" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    manager.post(PAGE, {"answer": "test"})
    assert len(receiver.requests) == 1  # one every few seconds


def test_the_page_lists_deliveries_without_names(manager, hook, lumenkit):
    delivery.queue(lumenkit, [new_event()])
    page = manager.get(PAGE).content.decode()
    assert "Waiting" in page
    assert "Priya" not in page
    manager.post(PAGE, {"answer": "save", "url": "", "label": ""})
    page = manager.get(PAGE).content.decode()
    assert "Not sent" in page
    assert "The webhook was paused or turned off." in page
    assert "Given up" not in page


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "On"),
        ({"is_on": False}, "Off"),
        ({"failing_since": datetime.now(UTC)}, "Failing"),
        ({"failing_since": datetime.now(UTC), "paused_at": datetime.now(UTC)}, "Paused"),
    ],
)
def test_its_page_and_the_list_of_integrations_say_its_state(manager, hook, fields, state):
    Webhook.objects.update(**fields)
    shown = f'">{state}</span>'
    assert shown in manager.get(PAGE).content.decode()
    assert shown in manager.get("/websites/lumenkit/integrations/").content.decode().partition("Webhook")[2]


def test_a_form_without_its_button_changes_nothing(manager, hook):
    assert manager.post(PAGE, {"url": "https://x.example/"}).status_code == 400


# ---- Stored data


def test_deliveries_go_with_the_visitor(hook, lumenkit):
    delivery.queue(lumenkit, [new_event(), new_event("other", UUID(documented.CUSTOMER.visitor_id))])
    assert erasure.erase(lumenkit, LEAD, by=None).team_rows == 1
    assert WebhookDelivery.objects.get().key == "other"


def test_deliveries_expire_after_three_days(hook, lumenkit):
    delivery.queue(lumenkit, [new_event()])
    WebhookDelivery.objects.update(created_at=datetime.now(UTC) - timedelta(days=3, minutes=1))
    retention.purge()
    assert not WebhookDelivery.objects.exists()


def test_rotating_encrypts_address_and_secret_again(hook, settings):
    new = Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, *settings.CREDENTIAL_KEYS]
    call_command("rotate_credentials")
    settings.CREDENTIAL_KEYS = [new]
    hook.refresh_from_db()
    assert encryption.decrypt(hook.secret_encrypted) == SECRET
    assert encryption.decrypt(hook.url_encrypted).startswith("https://")
