"""What a failing call gets instead of, or made of, its true answer."""

from collections.abc import Callable
from dataclasses import replace

from visitors.sandbox.answers import Answer, Refusal, encoded
from visitors.sandbox.documented import RETURNING_LEAD
from visitors.sandbox.failures import Failure, Mode
from visitors.sandbox.limits import Limit
from visitors.sandbox.moments import SECOND

RATE_LIMITED_FOR = 34 * SECOND
OVERSIZED_BYTES = 9 * 1024 * 1024

_MESSAGES = {
    401: "Invalid or missing API key",
    403: "The token may not read this website",
    404: "No pageviews found for this visitor",
    500: "Internal server error",
    503: "Service unavailable",
}
_HTML = "text/html; charset=utf-8"


def troubled(
    failure: Failure, true_answer: Callable[[], Answer], *, limit: Limit, now: int, port: int
) -> Answer | None:
    """The answer of a call that fails so, or None where nothing is said at all (hang, reset).

    `true_answer` is only called by the modes that need it; so the others fail whatever the token, and spend nothing of
    its rate limit. `now` is in milliseconds; `port` is the sandbox's own, for the redirect.
    """
    if failure.status is not None:
        return _status(failure.status, limit, now)
    if failure.mode in {Mode.HANG, Mode.RESET}:
        return None
    if failure.mode in {Mode.SLOW, Mode.DRIP, Mode.CUT_OFF}:
        return true_answer()
    if failure.mode is Mode.TRUNCATED:
        answer = true_answer()
        return replace(answer, body=answer.body[: len(answer.body) // 2])
    return _instead(failure.mode, port)


def _instead(mode: Mode | None, port: int) -> Answer:
    match mode:
        case Mode.NOT_JSON:
            return Answer(200, b"Everything is fine here, thank you.")
        case Mode.REDIRECT:
            # The same server under another name: a client that follows is seen in the call log.
            elsewhere = f"http://localhost:{port}/api/v1/visitors/{RETURNING_LEAD.visitor_id}"
            return Answer(302, b"", headers={"Location": elsewhere})
        case Mode.OVERSIZED:
            return Answer(200, encoded({"status": "success", "data": {"padding": "x" * OVERSIZED_BYTES}}))
        case Mode.WEB_PAGE:
            return Answer(200, b"<!doctype html><title>Sign in to the Wi-Fi</title><p>Welcome!</p>", _HTML)
        case Mode.WRONG_SHAPE:
            return Answer(200, encoded(["neither a status", "nor data"]))
        case _:  # Mode.EMPTY
            return Answer(200, b"")


def _status(status: int, limit: Limit, now: int) -> Answer:
    if status == 429:
        return limit.refusal(now, now + RATE_LIMITED_FOR).answer()
    if status in {502, 504}:
        page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>"
        return Answer(status, page.encode(), _HTML)
    return Refusal(status, _MESSAGES.get(status, "Error")).answer()
