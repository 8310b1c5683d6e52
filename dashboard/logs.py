"""What stands in the log, and what never does.

A line leaves this process without a token (`df_…`, `dft_…`: masked), without a link that lets somebody in, and without
a visitor's id, in whose place stands `visitor:` and a keyed hash: the same one for the same visitor, so that lines can
be brought together, and of no use to whoever has the log alone. The formatters do this, so it holds for every logger,
for tracebacks and for whatever a library adds.
"""

import hashlib
import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from pythonjsonlogger.core import RESERVED_ATTRS, merge_record_extra
from pythonjsonlogger.msgspec import MsgspecFormatter


@dataclass(frozen=True, slots=True)
class Context:
    """The request that is being answered."""

    request_id: str
    request: HttpRequest

    @property
    def user_id(self) -> int | None:
        """The number of who is signed in, where somebody has asked for that already: a line must cause no query."""
        user = getattr(self.request, "_cached_user", None)
        return user.pk if user else None


context: ContextVar[Context | None] = ContextVar("context", default=None)

# A name that merely begins so is none: a token has eight or more letters, digits, dashes or underscores, then perhaps
# others. A masked one (`dft_ab1...xyz9`) has a dot before that.
_TOKEN = re.compile(r"(dft?_)[A-Za-z0-9_-]{8}[^\s\"'<>\\]*")
# With dashes any UUID; with encoded ones, or without, those of version 4, so that other hexadecimal numbers stay.
_VISITOR_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![0-9a-f])[0-9a-f]{8}(?:%2d)?[0-9a-f]{4}(?:%2d)?4[0-9a-f]{3}(?:%2d)?[89ab][0-9a-f]{3}(?:%2d)?[0-9a-f]{12}"
    r"(?![0-9a-f])",
    re.IGNORECASE,
)
_SHORTEST_ID = 32
# Addresses that open something to whoever has them: a new password, an invitation.
_LINK = re.compile(r"(/(?:reset|invitations)/)[^\s\"'<>]+")
# What Django adds for handlers of its own; it holds paths.
_NOT_LOGGED = [*RESERVED_ATTRS, "request", "server_time", "status_code"]


def redact(text: str) -> str:
    """Return the text with its tokens and links masked and its visitor ids replaced by their hashes."""
    if "df_" in text or "dft_" in text:
        text = _TOKEN.sub(r"\1...", text)
    if "/reset/" in text or "/invitations/" in text:
        text = _LINK.sub(r"\1...", text)
    return _VISITOR_ID.sub(_hashed, text) if len(text) >= _SHORTEST_ID else text


def visitor_hash(visitor_id: str) -> str:
    """Return what stands in the log for a visitor, in whichever form the id is written."""
    digits = visitor_id.lower().replace("%2d", "").replace("-", "")
    return f"visitor:{hashlib.blake2b(digits.encode(), key=_key(settings.SECRET_KEY), digest_size=5).hexdigest()}"


def _hashed(found: re.Match[str]) -> str:
    return visitor_hash(found[0])


@lru_cache(maxsize=2)
def _key(secret: str) -> bytes:
    return hashlib.sha256(f"visitors in the log:{secret}".encode()).digest()


class JsonLines(MsgspecFormatter):
    """A JSON object per line: `time` (ISO 8601, UTC), `level`, `logger`, `message`, what the caller adds, `exception`;
    within a request `user` (a number, where known) and `request_id`."""

    def __init__(self) -> None:
        super().__init__(rename_fields={"exc_info": "exception", "stack_info": "stack"}, reserved_attrs=_NOT_LOGGED)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Put the fields in the order in which a person reads them."""
        log_data["time"] = datetime.fromtimestamp(record.created, UTC)
        log_data["level"] = record.levelname
        log_data["logger"] = record.name
        log_data["message"] = redact(record.message)
        added: dict[str, Any] = {}
        merge_record_extra(record, added, reserved=self._skip_fields)
        for name, value in (added | message_dict).items():
            log_data[self._get_rename(name)] = _redacted(value)
        if now := context.get():
            if user_id := now.user_id:
                log_data["user"] = user_id
            # It may look like a visitor's; but the proxy that gave it knows it so.
            log_data["request_id"] = now.request_id


def _redacted(value: object) -> object:
    """Numbers as they are, all else as redacted text."""
    return value if isinstance(value, int | float | None) else redact(str(value))


class PlainLines(logging.Formatter):
    """A line for a person at a terminal, with the traceback below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redact(super().format(record))


def configuration(form: str) -> dict[str, Any]:
    """Return the configuration of Python's logging: everything to standard error, as `json` or as `lines`.

    `lines` leave out what each request brings: they are for a terminal in which other things are to be read.
    """
    formatter = "dashboard.logs.JsonLines" if form == "json" else "dashboard.logs.PlainLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        # One handler for everybody, libraries and the server included.
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "dashboard": {"level": "INFO"},
            "dashboard.requests": {"level": "INFO" if form == "json" else "WARNING"},
            "visitors": {"level": "INFO"},
            "django": {"level": "INFO", "handlers": []},
            # Refused hosts and missing pages are the visitor's business, not an alarm.
            "django.request": {"level": "ERROR"},
            "django.security": {"level": "ERROR"},
            # It writes a line for each attempt; `visitors.sign_in` writes one where a lock begins.
            "axes": {"level": "ERROR"},
            # Granian's own handlers would print beside ours.
            "_granian": {"level": "ERROR", "handlers": []},
        },
    }
