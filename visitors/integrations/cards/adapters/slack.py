"""Slack: a slash command, answered to the person who typed it and to no one else.

Facts: Slack's pages "Verifying requests from Slack", "Slash commands" and "Formatting text for app surfaces".
"""

import hashlib
import hmac
import html
import json
import re
import time
from datetime import timedelta
from secrets import token_hex
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlencode

from visitors.formatting.text import truncate
from visitors.integrations.cards.adapters.base import Adapter, check_signature, read_text
from visitors.integrations.cards.answers import Answer, Incoming, Malformed, Member, Question, Refused
from visitors.models import Claim, IntegrationKind

# Slack's own advice for the age of a request.
WINDOW = timedelta(minutes=5)
MAX_TEXT_LENGTH = 8_000
_MAX_FIELDS = 100
# Slack refuses a longer text in a block, and more fields in a section.
_BLOCK_LIMIT, _FIELD_LIMIT, _FIELDS_IN_SECTION = 2_900, 1_000, 10
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
# How Slack writes what it recognized in the text: <https://…|label>, <mailto:a@b|a@b>.
_MARKED = re.compile(r"<(?:mailto:)?([^<>|]{1,3000})(?:\|[^<>]{0,3000})?>")
_LONGEST_ESCAPE = len("&amp;")


class Slack(Adapter):
    """The answer to a slash command. Its user must be linked to a user of this Journeydesk."""

    kind: ClassVar = IntegrationKind.SLACK
    description: ClassVar = "A slash command that shows a visitor to the person who asked, with their own role."
    key_label: ClassVar = "Signing secret"
    sends_visitor_id: ClassVar = True

    def open(self, incoming: Incoming, secret: str) -> Question:
        """Verify a request, and return what it asks. Raises Refused, also for one that came before, and Malformed."""
        sent, timestamp = (incoming.headers.get(f"x-slack-{name}", "") for name in ("signature", "request-timestamp"))
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Refused("It has no X-Slack-Request-Timestamp header, so it did not come from Slack.")
        check_signature(_sign(incoming.body, secret, timestamp), sent, "X-Slack-Signature")
        if abs(time.time() - int(timestamp)) > WINDOW.total_seconds():
            raise Refused("It is older than five minutes, or the clock of this server is wrong.", message=_OLD)
        digest = hashlib.sha256(sent.encode()).hexdigest()[:40]
        # A time stamp may be ahead of our clock as much as behind it.
        if not Claim.acquire(f"slack:{digest}", 2 * WINDOW.total_seconds()):
            raise Refused("It came twice: the second one is rejected.", message="This request was already answered.")
        form = _read_form(incoming.body)
        member = Member(*(read_text(form.get(name))[:40] for name in ("team_id", "user_id", "user_name")))
        if not (member.team_id and member.slack_id):
            raise Malformed("It does not say which member of which workspace asks.")
        return Question(self.name, member.name, text=_unmark(form.get("text", "")), member=member)

    def render(self, answer: Answer) -> str:
        """Return the message, for the person who asked only."""
        blocks = _blocks(answer)
        plain = _escape(truncate(answer.title, _FIELD_LIMIT))
        return json.dumps({"response_type": "ephemeral", "text": plain, "blocks": blocks}, ensure_ascii=False)

    def make_sample(self, text: str, secret: str) -> Incoming:
        """Return a signed command with this text."""
        fields = {"command": "/journeydesk", "text": text, "team_id": "test", "user_id": "test", "user_name": "test"}
        fields["trigger_id"] = token_hex(8)  # two requests in a second are two requests
        body, timestamp = urlencode(fields).encode(), str(int(time.time()))
        return Incoming(
            body, {"x-slack-signature": _sign(body, secret, timestamp), "x-slack-request-timestamp": timestamp}
        )


_OLD = "This request is too old. Try the command again."


def _sign(body: bytes, secret: str, timestamp: str) -> str:
    signed = b"v0:" + timestamp.encode() + b":" + body
    return f"v0={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def _read_form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Malformed("Its body is not a form.") from error
    return {name: values[0] for name, values in fields.items()}


def _unmark(text: str) -> str:
    """Return what was typed: Slack marks links and addresses, and escapes three characters."""
    return html.unescape(_MARKED.sub(r"\1", text[:MAX_TEXT_LENGTH])).replace("\0", "")


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks = [_section(_plain(answer.title, _BLOCK_LIMIT))]
    blocks += [_section(_plain(text, _BLOCK_LIMIT)) for text in (answer.summary, *answer.notes) if text]
    fields = [_plain(f"{name}: {value}", _FIELD_LIMIT) for name, value in answer.facts]
    for start in range(0, len(fields), _FIELDS_IN_SECTION):
        blocks.append({"type": "section", "fields": fields[start : start + _FIELDS_IN_SECTION]})
    if answer.events:
        lines = "\n".join(f"{at}: {truncate(words, 300)}" for at, words in answer.events)
        blocks.append(_section(_plain(lines, _BLOCK_LIMIT)))
    for person in answer.people:
        blocks.append(_section(_plain(" · ".join(filter(None, (person.name, person.detail))), _BLOCK_LIMIT)))
        blocks.append(_context(f"<{person.url}|Open journey>"))
    if answer.links:
        blocks.append(_section(_marked(" · ".join(f"<{link.url}|{_escape(link.label)}>" for link in answer.links))))
    if answer.age:
        blocks.append({"type": "context", "elements": [_plain(answer.age, _FIELD_LIMIT)]})
    return blocks


def _section(text: dict[str, Any]) -> dict[str, Any]:
    return {"type": "section", "text": text}


def _context(marked: str) -> dict[str, Any]:
    return {"type": "context", "elements": [_marked(marked)]}


def _plain(text: str, limit: int) -> dict[str, Any]:
    """Return text in which Slack finds no markup. The three characters are escaped in every text."""
    escaped = _escape(truncate(text, limit))
    if len(escaped) > limit:
        escaped = _escape(truncate(text, limit // _LONGEST_ESCAPE))
    return {"type": "plain_text", "text": escaped, "emoji": False}


def _marked(text: str) -> dict[str, Any]:
    """Return text with links that we made; `verbatim` keeps Slack from finding others."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _escape(text: str) -> str:
    return html.escape(text, quote=False)  # the three characters that Slack wants escaped
