"""What can go wrong on our side, beside the errors of DataFast in `visitors.datafast.errors`.

Readers who wait for a call that another process makes get that call's error: `encode` and `decode` carry it through the
database, as the error's name and its facts.
"""

from datetime import UTC, datetime

import msgspec

from visitors.datafast.errors import KeyRejected, RateLimited, Reason, Unavailable, UpstreamError


class CircuitOpen(UpstreamError):
    """DataFast failed several times in a row, and is not called until `retry_at` (UTC)."""

    sentence = "DataFast has failed several times in a row."

    def __init__(self, retry_at: datetime, *, upstream_message: str | None = None) -> None:
        super().__init__(retry_at, upstream_message=upstream_message)
        self.retry_at = retry_at


class Busy(CircuitOpen):
    """This process has no free call slot."""

    sentence = "Many look-ups are waiting for DataFast, so this one has not started."


class WebsitePaused(UpstreamError):
    """The website's administrators have paused it, so DataFast is not called."""

    sentence = "This website is paused: DataFast is not called until a manager resumes it."


class Reserved(RateLimited):
    """The calls left in this minute are reserved for people; pages that refresh themselves and lists must wait."""

    def __str__(self) -> str:
        again = f" Try again after {self.reset_at.astimezone(UTC):%H:%M:%S} UTC." if self.reset_at else ""
        return f"The other calls of this minute are kept for people who look up visitors.{again}"


class TooSlow(UpstreamError):
    """DataFast did not answer within the short time that this reader waits. Says nothing about DataFast's state."""

    sentence = "DataFast did not answer at once."


class TokenLost(KeyRejected):
    """The stored token can't be decrypted with the configured keys."""

    sentence = "This website’s key can no longer be read: a manager of the website has to enter it again."


class VisitorErased(UpstreamError):
    """The visitor was erased while DataFast was called, or while a page refreshed itself."""

    sentence = "This visitor was just erased. Opening the page again fetches them from DataFast."


class OwnFault(UpstreamError):
    """Journeydesk failed, not DataFast. The log has the details."""

    sentence = (
        "Something went wrong inside Journeydesk: try again in a moment,"
        " and if that keeps failing, ask an administrator to check the log."
    )


class StoreUnavailable(UpstreamError):
    """Our own database cannot be written, so DataFast is not called or its answer is lost."""

    sentence = "Journeydesk can’t write to its database right now: try again in a few seconds."


def encode(error: UpstreamError) -> bytes:
    """Return the error's name and facts as msgpack."""
    return msgspec.msgpack.encode([type(error).__name__, list(error.args), error.upstream_message])


def decode(stored: bytes) -> UpstreamError:
    """Return the error again. One that this release does not know becomes `Unavailable(Reason.SERVER)`."""
    try:
        name, facts, message = msgspec.msgpack.decode(stored)
        kind = KINDS[name]
        if issubclass(kind, Unavailable):
            facts[0] = Reason(facts[0])
        facts = [fact.astimezone(UTC) if isinstance(fact, datetime) else fact for fact in facts]
        return kind(*facts, upstream_message=message)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError):
        return Unavailable(Reason.SERVER)


def _subclasses(kind: type[UpstreamError]) -> dict[str, type[UpstreamError]]:
    found = {kind.__name__: kind}
    for child in kind.__subclasses__():
        found |= _subclasses(child)
    return found


KINDS = _subclasses(UpstreamError)
