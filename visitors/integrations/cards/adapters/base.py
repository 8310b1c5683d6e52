"""What every adapter has, and what several of them share."""

import re
from abc import ABC, abstractmethod
from typing import ClassVar, TypeVar

import msgspec
from django.template.loader import render_to_string
from django.utils.crypto import constant_time_compare

from visitors.formatting.text import clean, truncate
from visitors.integrations.cards.answers import Answer, Incoming, Malformed, Question, Refused
from visitors.models import IntegrationKind

# Of one address or name in a request; longer ones are no one's.
MAX_TEXT = 254
MAX_EMAILS = 10
_EMAIL = re.compile(r"[^\s@<>\"]{1,64}@[^\s@<>\"]{1,190}")
# What msgspec says about a value that has another type than documented: the types and the path, never the value.
_PATH = re.compile(r"\$[.\w\[\]]{0,60}")

Payload = TypeVar("Payload")


class Adapter(ABC):
    """How one program signs its requests, what they contain, and what it shows."""

    kind: ClassVar[IntegrationKind]
    # On the Integrations page.
    description: ClassVar[str]
    # What the program calls the secret.
    key_label: ClassVar[str]
    # Whether its requests can name a visitor by id.
    sends_visitor_id: ClassVar[bool] = False
    # Whether Journeydesk can make the secret, because the program takes any text.
    makes_secret: ClassVar[bool] = False
    max_secret_length: ClassVar[int] = 200
    content_type: ClassVar[str] = "application/json"

    @property
    def name(self) -> str:
        """Return the name of the program."""
        return str(self.kind.label)

    @abstractmethod
    def open(self, incoming: Incoming, secret: str) -> Question:
        """Verify a request, and return what it asks. Raises Refused and Malformed."""

    @abstractmethod
    def render(self, answer: Answer) -> str:
        """Return the body of the response, with all text escaped for this program."""

    @abstractmethod
    def make_sample(self, text: str, secret: str) -> Incoming:
        """Return a signed request as this program sends it, about a visitor id or an email address."""


def check_signature(expected: str, sent: str, header: str) -> None:
    """Compare signatures in constant time. Raises Refused."""
    if not sent:
        raise Refused(f"It has no {header} header, so it did not come from this program, or not directly.")
    if not constant_time_compare(expected, sent):
        raise Refused("Its signature does not match the stored secret, or its body was changed on the way.")


def read_json(body: bytes, form: type[Payload]) -> Payload:
    """Return a body of JSON in its documented form. Raises Malformed."""
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.ValidationError as error:
        path = _PATH.search(str(error))
        where = f" at {path[0]}" if path and "[..." not in path[0] else ""
        raise Malformed(f"Its JSON does not have the documented form{where}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("Its body is not JSON.") from error


def read_emails(*values: str | None) -> tuple[str, ...]:
    """Return the distinct email addresses among these values, at most MAX_EMAILS."""
    emails = (value.strip() for value in values if value)
    return tuple(dict.fromkeys(email for email in emails if _EMAIL.fullmatch(email) and email.isprintable()))[
        :MAX_EMAILS
    ]


def read_text(value: object) -> str:
    """Return a text or number of a request, cleaned and cut; "" for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return truncate(clean(str(value)).strip(), MAX_TEXT)


def render_html(answer: Answer, program: str) -> str:
    """Return the answer as HTML for a help desk: escaped, with styles in attributes, without scripts and forms."""
    return render_to_string("integrations/cards/card.html", {"answer": answer, "program": program})
