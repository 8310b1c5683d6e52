"""What stands in the log, and what never does.

A line leaves this process without a token (`df_…`, `dft_…`: masked), without a link that lets somebody in, and without
a visitor's id, in whose place stands `visitor:` and a keyed hash: the same one for the same visitor, so that lines can
be brought together, and of no use to whoever has the log alone. The formatters do this, so it holds for every logger,
for tracebacks and for whatever a library adds.
"""

import hashlib
import logging
import re
import sys
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest
from django.utils.log import CallbackFilter


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
# What every record has, and what Django adds for handlers of its own; that holds paths.
_NOT_ADDED = {*logging.makeLogRecord({}).__dict__, "message", "asctime", "request", "server_time", "status_code"}

_encode = msgspec.json.Encoder().encode


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


class JsonLines(logging.Formatter):
    """A JSON object per line: `time` (ISO 8601, UTC), `level`, `logger`, `message`, what the caller adds, `exception`;
    within a request `user` (a number, where known) and `request_id`.

    Not a library's: of that only a constructor would be used, at twice the time for a line, and each request has one.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, its fields in the order in which a person reads them."""
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        for name, value in record.__dict__.items():
            if name not in _NOT_ADDED:
                fields[name] = _redacted(value)
        if record.exc_info or record.exc_text:
            fields["exception"] = redact(record.exc_text or self.formatException(record.exc_info or (None, None, None)))
        if record.stack_info:
            fields["stack"] = redact(self.formatStack(record.stack_info))
        if now := context.get():
            if user_id := now.user_id:
                fields["user"] = user_id
            # It may look like a visitor's; but the proxy that gave it knows it so.
            fields["request_id"] = now.request_id
        try:
            return _encode(fields).decode()
        except UnicodeEncodeError:  # half a surrogate pair, in what somebody sent
            whole = {name: _as_utf8(value) for name, value in fields.items()}
            return _encode(whole).decode()


def _as_utf8(value: object) -> object:
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else value


def _redacted(value: object) -> object:
    """Numbers as they are, all else as redacted text."""
    return value if value is None or isinstance(value, int | float) else redact(str(value))


class Lines(logging.StreamHandler[Any]):
    """Writes lines. Of one that can't be written it says whose it was: Python's own prints what it holds."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 Python's name
        """Say so, where that can be written at least."""
        whose = (record.name, record.lineno, type(sys.exception()).__name__)
        said = logging.LogRecord(
            __name__, logging.ERROR, "", 0, "A line of %s (line %d) can't be logged: %s", whose, None
        )
        with suppress(OSError, ValueError):
            self.stream.write(self.format(said) + self.terminator)


class PlainLines(logging.Formatter):
    """A line for a person at a terminal, with the traceback below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return redact(super().format(record))


def _is_our_fault(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", 500) != HTTPStatus.SERVICE_UNAVAILABLE


def configuration(form: str) -> dict[str, Any]:
    """Return the configuration of Python's logging: everything to standard error, as `json` or as `lines`.

    `lines` leave out what each request brings: they are for a terminal in which other things are to be read.
    """
    formatter = "dashboard.logs.JsonLines" if form == "json" else "dashboard.logs.PlainLines"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "filters": {"our own faults": {"()": CallbackFilter, "callback": _is_our_fault}},
        "handlers": {"console": {"class": "dashboard.logs.Lines", "formatter": "line"}},
        # One handler for everybody, libraries and the server included.
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "dashboard": {"level": "INFO"},
            "dashboard.requests": {"level": "INFO" if form == "json" else "WARNING"},
            "visitors": {"level": "INFO"},
            "django": {"level": "INFO", "handlers": []},
            # Refused hosts and missing pages are the visitor's business, not an alarm; that DataFast has no answer now
            # (503) stands in the look-up log and on the page.
            "django.request": {"level": "ERROR", "filters": ["our own faults"]},
            "django.security": {"level": "ERROR"},
            # It writes a line for each attempt; `visitors.accounts.sign_in` writes one where a lock begins.
            "axes": {"level": "ERROR"},
            # Granian's own handlers would print beside ours.
            "_granian": {"level": "ERROR", "handlers": []},
        },
    }
