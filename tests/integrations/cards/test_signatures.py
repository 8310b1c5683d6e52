"""Signatures: recorded requests with signatures that openssl computed, and everything that must be refused."""

import json
import logging
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.test import Client

from tests.faulty_upstream import answer
from tests.integrations.cards.programs import SECRETS, about, ask, command, post, recorded, texts
from visitors import profiles
from visitors.integrations.cards.views import MAX_BODY_BYTES
from visitors.integrations.tokens.access import MAX_REJECTED
from visitors.models import AuditEntry, Integration, IntegrationRequest
from visitors.sandbox import documented

LEAD = documented.RETURNING_LEAD.visitor_id
DESKS = ["intercom", "helpscout", "freescout"]
KINDS = [*DESKS, "slack"]
RECORDED_VISITOR = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"
JO = {
    "visitorId": RECORDED_VISITOR,
    "activity": {"visitCount": 2, "pageViewCount": 3},
    "profile": {"userId": "user_8841", "metadata": {"email": "jo.example@example.org", "name": "Jo Example"}},
}
# openssl dgst -sha256 -hmac SECRET intercom.json; openssl dgst -sha1 -hmac SECRET -binary helpscout.json | base64
VECTORS = {
    "intercom": {"X-Body-Signature": "59b1738348bbd655070dd5a6fccbb62301049ceb9095e036631973a8226d4522"},
    "helpscout": {"X-HelpScout-Signature": "G3gYCA1SzDm1P7qEEoFzhCRd4TE="},
    "freescout": {},
}
# The example of Slack's page "Verifying requests from Slack".
SLACK_TIME = 1531420618
SLACK_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c"
)
SLACK_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


@pytest.fixture
def sandbox(sandbox_of_yesterday):
    return sandbox_of_yesterday


def send_slack_example(**changed):
    headers = {"X-Slack-Signature": SLACK_SIGNATURE, "X-Slack-Request-Timestamp": str(SLACK_TIME)} | changed
    return post("slack", SLACK_BODY, content_type="application/x-www-form-urlencoded", **headers)


def wrongly_signed(kind):
    """A request with the secret of someone else."""
    content = command("mina") if kind == "slack" else about(kind, email="jo@example.org")
    return ask(kind, content, secret="another secret of the same length")


@pytest.mark.parametrize("kind", DESKS)
def test_recorded_requests_are_answered(integration, other_upstream, lumenkit, kind):
    other_upstream.behaviors = [answer(200, {"status": "success", "data": JO})]
    integration(kind)
    profiles.get_profile(lumenkit, UUID(RECORDED_VISITOR))
    response = post(kind, recorded(kind), **VECTORS[kind])
    assert response.status_code == 200
    assert "Jo Example" in texts(response)
    entry = AuditEntry.objects.get()
    named = {"intercom": "Intercom: agent@example.com", "helpscout": "Help Scout: Ada Agent", "freescout": "FreeScout"}
    assert (str(entry.visitor_id), entry.user, entry.user_name) == (RECORDED_VISITOR, None, named[kind])
    assert (entry.source, entry.action, entry.result) == ("card", "summary", "shown")


def test_the_example_of_slack_is_accepted_in_its_time(slack, time_machine):
    time_machine.move_to(SLACK_TIME + 299, tick=False)
    response = send_slack_example()
    assert response.status_code == 200
    assert "Connect your Slack account first" in texts(response)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_command_is_refused(slack, time_machine, seconds):
    time_machine.move_to(SLACK_TIME + seconds, tick=False)
    response = send_slack_example()
    assert response.status_code == 401
    assert "older than five minutes" in IntegrationRequest.objects.get().detail


def test_a_replayed_command_is_refused(slack, time_machine):
    time_machine.move_to(SLACK_TIME, tick=True)
    assert [send_slack_example().status_code for _ in range(3)] == [200, 401, 401]
    time_machine.move_to(SLACK_TIME + 299, tick=True)
    assert send_slack_example().status_code == 401


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "9" * 40, "١٥٣١٤٢٠٦١٨"])
def test_a_strange_timestamp_is_refused(slack, timestamp):
    headers = {"X-Slack-Request-Timestamp": timestamp} if timestamp.isascii() else {}
    assert send_slack_example(**headers or {"X-Slack-Request-Timestamp": ""}).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_signature_is_refused_without_a_hint(integration, sandbox, kind, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("visitors"), "propagate", True)
    integration(kind)
    wrong = wrongly_signed(kind)
    no_signature = post(kind, b"{}") if kind != "slack" else post(kind, b"text=x")
    no_website = ask(kind, command("x") if kind == "slack" else about(kind, email="a@b.example"), slug="elsewhere")
    assert {response.status_code for response in (wrong, no_signature, no_website)} == {401}
    assert len({response.content for response in (wrong, no_signature, no_website)}) == 1
    assert "could not be verified" in texts(wrong)
    assert [one.result for one in IntegrationRequest.objects.all()] == ["refused", "refused"]
    lines = [record for record in caplog.records if "was rejected" in record.getMessage()]
    assert len(lines) == 2  # the request without a website is nobody's
    assert not AuditEntry.objects.exists()
    assert len(sandbox.calls) == 0


@pytest.mark.parametrize("kind", ["intercom", "helpscout"])
def test_a_changed_body_is_refused(integration, kind):
    integration(kind)
    changed = recorded(kind).replace(b"jo.example", b"jo.another")
    assert post(kind, changed, **VECTORS[kind]).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_body_is_refused_before_it_is_read(integration, kind):
    integration(kind)
    content_type = "application/x-www-form-urlencoded" if kind == "slack" else "application/json"
    response = post(kind, b"x" * 5_000_000, content_type=content_type)
    assert response.status_code == 413
    assert "too large" in texts(response)
    assert "too large" in IntegrationRequest.objects.get().detail
    assert post(kind, b"x" * MAX_BODY_BYTES, content_type=content_type).status_code == 401


@pytest.mark.parametrize("kind", KINDS)
def test_a_malformed_length_is_refused(integration, kind):
    integration(kind)
    client = Client()
    response = client.post(f"/cards/{kind}/lumenkit/", b"x", content_type="text/plain", CONTENT_LENGTH="-1")
    assert response.status_code == 413


SHAPES = {
    "intercom": [
        b"[]",
        b"null",
        b"{}",
        b'{"contact": []}',
        b'{"contact": {"email": 5}}',
        b"{",
        b"\xff",
        b'{"contact": {"email": "\xff"}}',
        b"[" * 100_000,
    ],
    "helpscout": [
        b"[]",
        b"{}",
        b'{"customer": "jo"}',
        b'{"customer": {"emails": {"a": 1}}}',
        b"",
        b"[" * 100_000,
        b'{"customer": {"email": "\xff"}}',
    ],
}


@pytest.mark.parametrize(("kind", "body"), [(kind, body) for kind, bodies in SHAPES.items() for body in bodies])
def test_json_of_another_shape_gets_a_clear_answer(integration, kind, body):
    integration(kind)
    response = ask(kind, body)
    assert response.status_code == 400
    assert "can’t read this request" in texts(response)
    assert IntegrationRequest.objects.get().detail.startswith("Its ")


def test_a_freescout_body_of_another_shape(integration):
    integration("freescout")
    for body in (b"[]", b"", b"{}", b'{"secret": "\xff"}', b'{"secret": 5}', b'{"secret": "\\ud800"}', b"[" * 100_000):
        assert post("freescout", body).status_code == 401
    assert ask("freescout", {"customerEmail": ["a"]}).status_code == 400
    valid = json.dumps({"secret": SECRETS["freescout"], "customerEmail": "jo"}).encode()
    assert post("freescout", valid.replace(b"jo", b"\xff")).status_code == 400
    assert ask("freescout", {}).status_code == 200


@pytest.mark.parametrize("body", [{"text": "x"}, {"team_id": "T1"}, {"user_id": "U1", "text": "x"}])
def test_a_command_without_its_member_is_malformed(slack, body):
    assert ask("slack", body).status_code == 400


def test_wrong_signatures_are_limited_and_right_ones_are_not(integration, sandbox, clock):
    clock.move_to(datetime.now(UTC), tick=False)  # the limit is for a minute of the clock
    integration("intercom")
    statuses = [wrongly_signed("intercom").status_code for _ in range(MAX_REJECTED + 2)]
    assert statuses == [401] * MAX_REJECTED + [429] * 2
    limited = wrongly_signed("intercom")
    assert int(limited["Retry-After"]) > 0
    assert "Rate limit" in texts(limited)
    assert ask("intercom", about("intercom", visitor_id=LEAD)).status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_requests_do_not_push_out_those_of_the_program(integration, sandbox, kind):
    integration(kind)
    ask(kind, command("x") if kind == "slack" else about(kind, email="jo@example.org"))
    for _ in range(5):
        wrongly_signed(kind)
        post(kind, b"")
        post(kind, b"x" * 5_000_000, content_type="text/plain")
    kept = [one.result for one in IntegrationRequest.objects.order_by("pk")]
    assert kept == ["empty", "refused", "refused", "refused"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_integration_that_is_off_shows_no_one(integration, sandbox, kind):
    integration(kind)
    Integration.objects.update(is_enabled=False)
    response = ask(kind, command(LEAD) if kind == "slack" else about(kind, email="a@b.example", visitor_id=LEAD))
    assert response.status_code == 403
    assert "turned off" in texts(response)
    assert not AuditEntry.objects.exists()


def test_a_lost_key_is_said_to_managers_only(integration, settings):
    integration("intercom")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    response = ask("intercom", about("intercom", visitor_id=LEAD))
    assert response.status_code == 401
    assert "could not be verified" in texts(response)
    assert "decrypted" in IntegrationRequest.objects.get().detail


@pytest.mark.parametrize("kind", KINDS)
def test_only_post_is_taken(client, integration, kind):
    integration(kind)
    assert client.get(f"/cards/{kind}/lumenkit/").status_code == 405
    assert client.post("/cards/other/lumenkit/").status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_contains_the_secret(integration, sandbox, kind, caplog):
    integration(kind)
    content = command(SECRETS[kind]) if kind == "slack" else about(kind, email=f"{SECRETS[kind]}@b.example")
    for response in (ask(kind, command("x", 2) if kind == "slack" else about(kind)), wrongly_signed(kind)):
        assert SECRETS[kind] not in response.content.decode()
    ask(kind, content)
    assert SECRETS[kind] not in caplog.text
    stored = str(list(Integration.objects.values())) + str(list(IntegrationRequest.objects.values()))
    assert SECRETS[kind] not in stored
