"""What stands between the reader and the journey, and what to do about it: one plain sentence each."""

import math
from dataclasses import dataclass
from datetime import datetime

from visitors.datafast.errors import (
    BotVisitor,
    InvalidVisitorId,
    KeyRejected,
    MalformedAnswer,
    RateLimited,
    UpstreamError,
    VisitorNotFound,
)
from visitors.formatting import format_age, format_count
from visitors.profiles.errors import CircuitOpen, WebsitePaused

# DataFast's window, for when it does not say when it may be asked again.
_A_MINUTE = 60
_NOTHING_KEPT = "Nothing is kept of this visitor yet, so there is nothing to show."


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no journey. `sentence` says what is wrong, `advice` what can be done ("" where nothing can).

    `retry_after` is in seconds: when the page may ask again by itself, None where it should not. `can_retry` offers to
    ask again by hand. `mend` is what those who see to the website can mend ("key", "pause"), "" for
    nothing; `is_elsewhere` says that another website may know the visitor. `upstream_message` is DataFast's own
    sentence, "" for none.
    """

    title: str
    sentence: str
    advice: str = ""
    retry_after: int | None = None
    can_retry: bool = True
    mend: str = ""
    is_elsewhere: bool = False
    upstream_message: str = ""

    @property
    def wait(self) -> str:
        """How long until the page asks again: "34 seconds"."""
        return "" if self.retry_after is None else format_count(self.retry_after, "second")


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice above a kept journey: why it is an old one, `seconds` old, which `age` says; what is behind that; and
    whether to offer another try."""

    level: str
    reason: str
    age: str
    seconds: int
    text: str
    can_retry: bool = True

    @property
    def headline(self) -> str:
        """What stands in bold."""
        return f"{self.reason} {self.age}."

    def __str__(self) -> str:
        return f"{self.headline} {self.text}"


def problem(error: UpstreamError, *, domain: str, now: datetime) -> Problem:
    """The page in place of a journey that nothing is kept of."""
    # What DataFast says itself helps whoever can mend a key, and whoever wonders about a bot.
    said = error.upstream_message or ""
    match error:
        case VisitorNotFound():
            found = Problem(
                "No such visitor here",
                f"DataFast has no page views of this visitor on {domain}.",
                "Somebody who came within the last minute may take a moment to appear. Otherwise, check the website.",
                is_elsewhere=True,
            )
        case BotVisitor():
            sentence = "DataFast has flagged this visitor as a bot, and shows no journeys of bots."
            found = Problem("This visitor is a bot", sentence, can_retry=False, upstream_message=said)
        case InvalidVisitorId():
            found = Problem("DataFast does not take this id", str(error), can_retry=False, upstream_message=said)
        case KeyRejected():
            advice = f"Until then, nobody new can be looked up on {domain}."
            title = "DataFast refuses this website’s key"
            found = Problem(title, str(error), advice, mend="key", upstream_message=said)
        case WebsitePaused():
            found = Problem("This website is paused", str(error), _NOTHING_KEPT, can_retry=False, mend="pause")
        case RateLimited():
            found = Problem("DataFast asks us to wait", _limit(error), retry_after=wait(error, now))
        case CircuitOpen():
            found = Problem("DataFast needs a moment", str(error), retry_after=wait(error, now))
        case MalformedAnswer():
            found = Problem("DataFast’s answer can’t be read", str(error), _NOTHING_KEPT)
        case _:
            found = Problem("DataFast does not answer", str(error), _NOTHING_KEPT, upstream_message=said)
    return found


def notice(error: UpstreamError, *, fetched_at: datetime, now: datetime) -> Notice:
    """The notice above a kept journey that could not be renewed."""
    age, old = format_age(fetched_at, now), int((now - fetched_at).total_seconds())
    if isinstance(error, WebsitePaused):
        reason = "This website is paused by its administrators: what you see is from"
        return Notice("warn", reason, age, old, "DataFast is not asked until they resume it.", can_retry=False)
    seconds = wait(error, now)
    sentence = _limit(error) if isinstance(error, RateLimited) else str(error)
    again = "" if seconds is None else f" It can be asked again in {format_count(seconds, 'second')}."
    return Notice(
        "warn",
        "Nothing newer could be fetched: what you see is from",
        age,
        old,
        f"{sentence}{again}",
        can_retry=not isinstance(error, KeyRejected),
    )


def wait(error: UpstreamError, now: datetime) -> int | None:
    """Seconds until it makes sense to ask again, at least 1; None where nobody can say."""
    match error:
        case RateLimited(reset_at=None):
            return _A_MINUTE
        case RateLimited(reset_at=datetime() as at) | CircuitOpen(retry_at=at):
            return max(1, math.ceil((at - now).total_seconds()))
        case _:
            return None


def _limit(error: RateLimited) -> str:
    if error.limit is None:
        return "DataFast’s limit for this website’s key is reached."
    return f"The limit of {format_count(error.limit, 'request')} a minute for this website’s key is reached."
