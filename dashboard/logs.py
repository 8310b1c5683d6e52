"""Logging: JSON or plain lines on standard error, without tokens, secret links or visitor ids.

Tokens (`df_…`, `dft_…`, `jd_…`, `jdp_…`) and links that sign a user in are masked. A visitor id is replaced by
`visitor:` and a keyed hash: the same visitor gets the same hash, and without `SECRET_KEY` the hash leads to no visitor.
The formatters redact, so this covers every logger, tracebacks and the lines of libraries.
"""

import logging
import re
import sys
from contextlib import suppress
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any, TextIO

from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

# The request that this thread answers, with its `request_id`.
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)

# Eight characters or more, so that the name of a file such as df_notes stays. The dot in a masked token
# (`dft_ab1...xyz9`) comes earlier than that.
_TOKEN = re.compile(r"((?:dft?|jdp?)_)[A-Za-z0-9_-]{8}[^\s\"'<>\\]*")
# Addresses that open something for everyone who has them: a new password, an invitation, a Slack account to connect.
_SECRET_LINK = re.compile(r"(/(?:reset|invitations|integrations/slack)/)[^\s\"'<>]+")
# Any UUID with dashes. With encoded dashes or none, only version 4, so that other hexadecimal numbers stay.
_VISITOR_ID = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?<![0-9a-f])[0-9a-f]{8}(?:%2d)?[0-9a-f]{4}(?:%2d)?4[0-9a-f]{3}(?:%2d)?[89ab][0-9a-f]{3}(?:%2d)?[0-9a-f]{12}"
    r"(?![0-9a-f])",
    re.IGNORECASE,
)
# Characters of the message about a rejected request. A header may have 64 KB.
_LONGEST_REJECTION = 500
# What Django adds to records for its own handlers. The request contains the path.
_DJANGO_ATTRIBUTES = ["request", "server_time", "status_code"]


def redact(text: str) -> str:
    """Mask tokens and secret links, and replace visitor ids by their hashes."""
    text = _SECRET_LINK.sub(r"\1...", _TOKEN.sub(r"\1...", text))
    return _VISITOR_ID.sub(lambda match: visitor_hash(match[0]), text)


def visitor_hash(visitor_id: str) -> str:
    """Return `visitor:` and ten hexadecimal digits, the same for every way to write the id."""
    digits = visitor_id.lower().replace("%2d", "").replace("-", "")
    return f"visitor:{salted_hmac('visitors in the log', digits, algorithm='sha256').hexdigest()[:10]}"


class RedactingJsonFormatter(JsonFormatter):
    """One JSON object per line: `time` (ISO 8601, UTC), `level`, `logger`, `message`, the extra fields of the call.

    Then, where they apply, `exception`, `stack`, `user` (an id) and `request_id`.
    """

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception", "stack_info": "stack"},
            timestamp="time",
            reserved_attrs=[*RESERVED_ATTRS, *_DJANGO_ATTRIBUTES],
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Redact the fields, put the time first, and add those of the request."""
        fields = {"time": log_data.pop("time").isoformat()}
        fields |= {name: _redact_value(value) for name, value in log_data.items()}
        if request := current_request.get():
            # Only if the request has loaded the user already, since logging must cause no query.
            user = getattr(request, "_cached_user", None)
            if user and user.pk:
                fields["user"] = user.pk
            # Not redacted, even if it looks like a visitor's: the proxy that chose it logs it in this form.
            fields["request_id"] = request.request_id  # type: ignore[attr-defined]  # set by RequestIdMiddleware
        return fields


def _redact_value(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else redact(str(value))


class RedactingFormatter(logging.Formatter):
    """A line for a person at a terminal, with the traceback below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class RedactingStreamHandler(logging.StreamHandler[TextIO]):
    """Writes lines, and reports a line that can't be written without its arguments, which Python itself would print."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 Python's name
        """Write where the call is that failed, if at least that can be written."""
        message = f"A line of {record.name} (line {record.lineno}) can't be logged: {type(sys.exception()).__name__}"
        report = logging.makeLogRecord({"name": __name__, "levelname": "ERROR", "msg": message})
        with suppress(OSError, ValueError):
            self.stream.write(self.format(report) + self.terminator)


def _is_not_unavailable(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE


def _drop_traceback(record: logging.LogRecord) -> bool:
    """Keep a rejected request to one short line: its message says what is wrong, and nothing of ours has failed."""
    if record.name.startswith("django.security."):
        record.exc_info = None
        record.msg, record.args = record.getMessage()[:_LONGEST_REJECTION], ()  # it quotes what the caller sent
    return True


def configuration(log_format: str) -> dict[str, Any]:
    """Return the logging configuration (`logging.config.dictConfig`) for the format `json` or `lines`.

    `lines` is for a terminal, so it leaves out the line per request.
    """
    is_json = log_format == "json"
    formatter = RedactingJsonFormatter if is_json else RedactingFormatter
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"redacting": {"()": formatter}},
        "handlers": {
            "console": {
                "class": "dashboard.logs.RedactingStreamHandler",
                "formatter": "redacting",
                "filters": [_drop_traceback],
            }
        },
        # The only handler, for libraries and the server too.
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "dashboard": {"level": "INFO"},
            "dashboard.requests": {"level": "INFO" if is_json else "WARNING"},
            "visitors": {"level": "INFO"},
            "django": {"level": "INFO", "handlers": []},
            # Not missing pages and rejected hosts. Not 503 either: the page and the audit log report it already.
            "django.request": {"level": "ERROR", "filters": [_is_not_unavailable]},
            "django.security": {"level": "ERROR"},
            # Axes logs every attempt; `visitors.accounts` logs the start of a lock.
            "axes": {"level": "ERROR"},
            # Granian's own handlers would print every line a second time.
            "_granian": {"level": "ERROR", "handlers": []},
        },
    }
