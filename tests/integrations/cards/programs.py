"""Requests as the programs send them, signed by the tests' own code, and what is read in the answers."""

import base64
import hashlib
import hmac
import json
import time
from pathlib import Path
from urllib.parse import urlencode

from django.test import Client

SECRETS = {
    "intercom": "intercom-client-secret-0123456789",
    "helpscout": "help-scout-secret-key-0123456789",
    "freescout": "0C7DA918-E72C-47B2-923B-0C5BB6A6104E",
    "slack": "8f742231b10e8888abcd99yyyzzz85a5",
}
PAYLOADS = Path(__file__).parent / "payloads"
TEAM, SLACK_ID = "T024BE7LD", "U2147483697"


def recorded(kind):
    return (PAYLOADS / f"{kind}.json").read_bytes()


def post(kind, body, slug="lumenkit", content_type="application/json", **headers):
    """Send a request as a program does: without cookies, with the checks of a browser's forms on."""
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/cards/{kind}/{slug}/", body, content_type=content_type, headers=headers)


def ask(kind, content, *, secret=None, slug="lumenkit", **headers):
    """Send signed JSON, or a signed command."""
    secret = secret or SECRETS[kind]
    if kind == "slack":
        body, timestamp = urlencode(content).encode(), str(int(time.time()))
        signed = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {"X-Slack-Signature": f"v0={signed}", "X-Slack-Request-Timestamp": timestamp} | headers
        return post(kind, body, slug, "application/x-www-form-urlencoded", **headers)
    if kind == "freescout":
        return post(kind, json.dumps(content | {"secret": secret}), slug, **headers)
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    if kind == "intercom":
        headers = {"X-Body-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()} | headers
    else:
        digest = hmac.new(secret.encode(), body, hashlib.sha1).digest()
        headers = {"X-HelpScout-Signature": base64.b64encode(digest).decode()} | headers
    return post(kind, body, slug, **headers)


def about(kind, *, email=None, visitor_id=None, **more):
    """A request of a help desk about a customer."""
    if kind == "intercom":
        attributes = {"datafast_visitor_id": visitor_id} if visitor_id else {}
        admin = {"type": "admin", "id": "1", "name": "Ada Agent", "email": "agent@example.com"}
        contact = {"type": "contact", "email": email, "custom_attributes": attributes}
        return {"workspace_id": "abc", "admin": admin, "contact": contact | more}
    if kind == "helpscout":
        return {"ticket": False, "customer": {"id": 1, "email": email}, "user": {"fname": "Ada", "lname": "Agent"}}
    return {"customerEmail": email, "customerPhones": [], "conversationType": "Email", "mailboxId": 1}


def command(text, number=0, **more):
    """A slash command; another number makes another request."""
    fields = {"command": "/journeydesk", "text": text, "team_id": TEAM, "user_id": SLACK_ID, "user_name": "mina"}
    return fields | {"trigger_id": str(number)} | more


def texts(response):
    """Everything that an answer shows, in one string."""
    content = response.content.decode()
    if response["Content-Type"] != "application/json":
        return content
    found = []

    def walk(value):
        if isinstance(value, dict):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str):
            found.append(value)

    walk(json.loads(content))
    return "\n".join(found)
