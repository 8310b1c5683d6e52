"""Help Scout: the legacy dynamic app.

Facts: Help Scout's page "Legacy Dynamic Apps", and DynamicApp.php of helpscout/helpscout-apps-php.
"""

import base64
import hashlib
import hmac
import json
from typing import ClassVar

import msgspec

from visitors.integrations.cards.adapters.base import (
    Adapter,
    check_signature,
    read_emails,
    read_json,
    read_text,
    render_html,
)
from visitors.integrations.cards.answers import Answer, Incoming, Question
from visitors.models import IntegrationKind


class _Customer(msgspec.Struct):
    email: str | None = None
    emails: list[str | None] | None = None


class _User(msgspec.Struct):
    fname: str | None = None
    lname: str | None = None


class _Request(msgspec.Struct):
    customer: _Customer
    user: _User | None = None


class HelpScout(Adapter):
    """The card beside a conversation in Help Scout. Only email addresses name the customer."""

    kind: ClassVar = IntegrationKind.HELP_SCOUT
    description: ClassVar = "A card beside each conversation, found by email address."
    key_label: ClassVar = "Secret key"
    makes_secret: ClassVar = True
    max_secret_length: ClassVar = 40

    def open(self, incoming: Incoming, secret: str) -> Question:
        """Verify a request, and return what it asks. Raises Refused and Malformed."""
        header = "X-HelpScout-Signature"
        check_signature(_sign(incoming.body, secret), incoming.headers.get(header.lower(), ""), header)
        request = read_json(incoming.body, _Request)
        user = request.user or _User()
        return Question(
            self.name,
            read_text(f"{user.fname or ''} {user.lname or ''}"),
            emails=read_emails(request.customer.email, *(request.customer.emails or ())),
        )

    def render(self, answer: Answer) -> str:
        """Return the object with the HTML."""
        return json.dumps({"html": render_html(answer, self.kind)}, ensure_ascii=False)

    def make_sample(self, text: str, secret: str) -> Incoming:
        """Return a signed request about a customer with this email address."""
        body = msgspec.json.encode({"ticket": False, "customer": {"id": 1, "email": text, "emails": [text]}})
        return Incoming(body, {"x-helpscout-signature": _sign(body, secret)})


def _sign(body: bytes, secret: str) -> str:
    digest = hmac.new(
        secret.encode(), body, hashlib.sha1
    ).digest()  # Help Scout's choice; HMAC does not need collisions
    return base64.b64encode(digest).decode()
