"""FreeScout: the module "Sidebar Webhook".

Facts: SidebarWebhookController.php and module.js of fulldecent/freescout-sidebar-webhook. FreeScout puts the HTML of
the answer into the page of its agent, so it must contain nothing that acts there.
"""

from typing import ClassVar

import msgspec
from django.utils.crypto import constant_time_compare

from visitors.integrations.cards.adapters.base import Adapter, read_emails, read_json, render_html
from visitors.integrations.cards.answers import Answer, Incoming, Malformed, Question, Refused
from visitors.models import IntegrationKind


class _Secret(msgspec.Struct):
    secret: str


class _Request(msgspec.Struct):
    email: str | None = msgspec.field(name="customerEmail", default=None)


class FreeScout(Adapter):
    """The panel beside a conversation in FreeScout. The secret is in the body, and only an email names the customer."""

    kind: ClassVar = IntegrationKind.FREESCOUT
    description: ClassVar = "A card beside each conversation, found by email address."
    key_label: ClassVar = "Secret"
    makes_secret: ClassVar = True
    content_type: ClassVar = "text/html; charset=utf-8"

    def open(self, incoming: Incoming, secret: str) -> Question:
        """Verify a request, and return what it asks. Raises Refused and Malformed."""
        try:
            sent = read_json(incoming.body, _Secret).secret
        except Malformed as error:
            raise Refused("Its body has no secret.") from error
        if not constant_time_compare(sent, secret):
            raise Refused("Its secret is not the stored one.")
        return Question(self.name, emails=read_emails(read_json(incoming.body, _Request).email))

    def render(self, answer: Answer) -> str:
        """Return the HTML; its title becomes that of the panel."""
        return render_html(answer, self.kind)

    def make_sample(self, text: str, secret: str) -> Incoming:
        """Return a request about a customer with this email address."""
        body = msgspec.json.encode({"customerEmail": text, "conversationType": "Email", "secret": secret})
        return Incoming(body, {})
