"""What a webhook gets: a text that Slack and others show, and fields for programs."""

import html
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from visitors.models import Website

VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell a webhook. `key` is the same whenever the same thing is found again.

    `text` says it for people, `url` is where they see more, `fields` are further values for programs.
    """

    type: str
    key: str
    text: str
    url: str
    at: datetime
    visitor_id: UUID | None
    fields: dict[str, str]


def encode(event: Event, website: Website, event_id: UUID) -> str:
    """Return the event as JSON in Slack's format, with our fields under `journeydesk`.

    Names come from visitors, so Slack must not read them as mentions or links.
    """
    text = html.escape(event.text, quote=False)
    content: dict[str, Any] = {
        "text": f"{text}: {event.url}",
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": event.text, "emoji": False}},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": f"<{event.url}|Open in Journeydesk>"}]},
        ],
        "journeydesk": {
            **event.fields,
            "version": VERSION,
            "id": str(event_id),
            "type": event.type,
            "website": website.slug,
            "domain": website.domain,
            "visitor_id": str(event.visitor_id) if event.visitor_id else None,
            "url": event.url,
            "at": event.at.isoformat(),
        },
    }
    return json.dumps(content, ensure_ascii=False)
