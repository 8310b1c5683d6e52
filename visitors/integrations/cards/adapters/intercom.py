"""Intercom: the inbox app of Canvas Kit.

Facts: Intercom's references "Canvas Kit" (initialize request, X-Body-Signature, components) and the types of its npm
package `intercom-client` 6.4.
"""

import hashlib
import hmac
import json
from typing import Any, ClassVar

import msgspec

from visitors.formatting.text import truncate
from visitors.integrations.cards.adapters.base import (
    Adapter,
    check_signature,
    read_emails,
    read_json,
    read_text,
)
from visitors.integrations.cards.answers import VISITOR_ATTRIBUTE, Answer, Incoming, Question
from visitors.models import IntegrationKind
from visitors.web.access import parse_visitor_id

# Intercom refuses more than 64 KB; the longest answer stays far below.
_TEXT_LIMIT = 500
_WORD_JOINER = "\u2060"


class _Admin(msgspec.Struct):
    name: str | None = None
    email: str | None = None


class _Conversation(msgspec.Struct):
    custom_attributes: dict[str, Any] | None = None


class _Contact(msgspec.Struct):
    email: str | None = None
    external_id: str | int | None = None
    custom_attributes: dict[str, Any] | None = None


class _Request(msgspec.Struct):
    contact: _Contact
    admin: _Admin | None = None
    conversation: _Conversation | None = None


class Intercom(Adapter):
    """The card beside a conversation in Intercom's inbox."""

    kind: ClassVar = IntegrationKind.INTERCOM
    description: ClassVar = "A card beside each conversation in the inbox, found by visitor id or email address."
    key_label: ClassVar = "Client secret"
    sends_visitor_id: ClassVar = True

    def open(self, incoming: Incoming, secret: str) -> Question:
        """Verify a request, and return what it asks. Raises Refused and Malformed."""
        check_signature(_sign(incoming.body, secret), incoming.headers.get("x-body-signature", ""), "X-Body-Signature")
        request = read_json(incoming.body, _Request)
        contact, admin = request.contact, request.admin or _Admin()
        holders = (contact, request.conversation or _Conversation())
        ids = (read_text((one.custom_attributes or {}).get(VISITOR_ATTRIBUTE)) for one in holders)
        return Question(
            self.name,
            read_text(admin.email) or read_text(admin.name),
            visitor_id=next(filter(None, map(parse_visitor_id, ids)), None),
            emails=read_emails(contact.email),
            user_id=read_text(contact.external_id),
        )

    def render(self, answer: Answer) -> str:
        """Return the canvas."""
        return json.dumps({"canvas": {"content": {"components": _components(answer)}}}, ensure_ascii=False)

    def make_sample(self, text: str, secret: str) -> Incoming:
        """Return a signed request about a contact with this visitor id or email address."""
        attributes = {} if "@" in text else {VISITOR_ATTRIBUTE: text}
        contact = {"type": "contact", "email": text if "@" in text else None, "custom_attributes": attributes}
        body = msgspec.json.encode({"workspace_id": "test", "contact": contact})
        return Incoming(body, {"x-body-signature": _sign(body, secret)})


def _sign(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _components(answer: Answer) -> list[dict[str, Any]]:
    components = [_text(answer.title, "header")]
    if answer.age:
        components.append(_text(answer.age, "muted"))
    if answer.summary:
        components.append(_text(answer.summary, "paragraph"))
    components += [_text(note, "paragraph") for note in answer.notes]
    if answer.facts:
        items = [{"type": "field-value", "field": name, "value": _plain(value)} for name, value in answer.facts]
        components.append({"type": "data-table", "items": items})
    if answer.events:
        components.append(_text("Latest activity", "muted"))
        items = [
            {"type": "item", "id": f"event-{number}", "title": _plain(words), "subtitle": time}
            for number, (time, words) in enumerate(answer.events)
        ]
        components.append({"type": "list", "items": items})
    if answer.links:
        components.append({"type": "spacer", "size": "s"})
    components += [
        {
            "type": "button",
            "id": f"open-{number}",
            "label": link.label,
            "style": "secondary" if number else "primary",
            "action": {"type": "url", "url": link.url},
        }
        for number, link in enumerate(answer.links)
    ]
    return components


def _text(text: str, style: str) -> dict[str, Any]:
    return {"type": "text", "text": _plain(text), "style": style}


def _plain(text: str) -> str:
    """Return a text in which Intercom finds no Markdown: it makes links of `[…](…)` and bold type of `**`."""
    text = truncate(text, _TEXT_LIMIT)
    return text.replace("](", f"]{_WORD_JOINER}(").replace("**", f"*{_WORD_JOINER}*").replace("__", f"_{_WORD_JOINER}_")
