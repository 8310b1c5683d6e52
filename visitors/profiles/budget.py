"""How many calls a token may make in a minute. All processes and machines share the count.

The minute rolls, so whichever minute DataFast counts in, it never gets more calls than its limit. People come first: a
part of the calls is reserved for them, and pages that refresh themselves come before work in the background.
"""

import hashlib
import hmac
import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from django.conf import settings
from django.db import transaction

from dashboard.clock import latest_possible_time
from visitors.datafast.client import (
    MetadataAnswer,
    RealtimeAnswer,
    VisitorAnswer,
    VisitorsAnswer,
    WebsitesAnswer,
)
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import RateLimited, UpstreamError
from visitors.datafast.payload import RateLimit
from visitors.models import RateBudget
from visitors.profiles.errors import Reserved

# How long a request may travel: DataFast counts arrivals, we count departures. The requests of a call that took longer
# are counted at its end instead.
TRAVEL_SECONDS = 1
# Requests are counted by the second in which they were sent. Until one is dropped, that second must have ended, then
# DataFast's minute, and then the travel.
COUNTED_SECONDS = 1 + 60 + TRAVEL_SECONDS
# How long it is known what requests were for.
USE_KNOWN_SECONDS = 3600
# How long a 429 without a reset time stops calls.
DEFAULT_BLOCK = timedelta(seconds=60)
# The longest time that a 429 stops calls, as DataFast counts by the minute. A stored block that ends much later was
# written by a clock that was wrong.
MAX_BLOCK = timedelta(minutes=5)
# How long a limit that DataFast named is used. Most answers name none, so we would not learn that it was raised.
LIMIT_VALID_FOR = timedelta(hours=1)

Answer = TypeVar("Answer", VisitorAnswer, VisitorsAnswer, WebsitesAnswer, RealtimeAnswer, MetadataAnswer)


class Purpose(StrEnum):
    """Why DataFast is called. LOOKUP: a person waits for it. LIVE: a page refreshes itself, and can wait. BACKGROUND: a
    list is completed, which can wait for both."""

    LOOKUP = "look-up"
    LIVE = "live"
    BACKGROUND = "background"


# The share of the limit that each purpose may use up. The rest is reserved for those before it.
SHARES = {Purpose.LOOKUP: 1.0, Purpose.LIVE: 0.75, Purpose.BACKGROUND: 0.5}


class Budget:
    """The budget of one call, with its retries. `sent_at` are the Unix times of the requests charged so far."""

    def __init__(self, credential: Credential | AccountToken, purpose: Purpose) -> None:
        self._key = key_of(credential)
        self._purpose = purpose
        self.sent_at: list[float] = []

    def charge(self) -> None:
        """Count one HTTP request that is about to be sent. Raises RateLimited, or Reserved for a page that refreshes
        itself, with the time at which the next one can be sent."""
        with _locked(self._key) as (row, calls, now):
            free_at = self._free_at(row, calls, now)
            if free_at > now:
                kind = RateLimited if self._purpose is Purpose.LOOKUP else Reserved
                raise kind(_next_second(free_at), _limit(row), 0)
            calls[int(now)] += 1
            row.used = _add_use(row, self._purpose, now)
        self.sent_at.append(now)

    def spend(self, call: Callable[[], Answer]) -> Answer:
        """Make a call that charges its requests here. Learn from its answer or error what DataFast still allows."""
        try:
            answer = call()
        except RateLimited as refusal:
            if not self.sent_at:
                raise
            raise self._block(refusal) from refusal
        except UpstreamError as error:
            self._settle(error.rate)
            raise
        self._settle(answer.rate)
        return answer

    def _settle(self, rate: RateLimit | None) -> None:
        """Correct the count by DataFast's. Where others use the token as well, it allows less than we know of: the
        difference counts as sent."""
        took_long = bool(self.sent_at) and time.time() - self.sent_at[0] > TRAVEL_SECONDS
        if rate is None and not took_long:
            return
        with _locked(self._key) as (row, calls, now):
            self._move_to(now, calls)
            if rate is None:
                return
            _learn_limit(row, rate.limit)
            if rate.remaining is not None:
                # What others sent leaves our minute when DataFast's own starts again.
                starts_again = rate.reset_at.timestamp() - COUNTED_SECONDS if rate.reset_at else now
                by_others = _limit(row) - rate.remaining - calls.total()
                calls[int(min(now, math.ceil(starts_again)))] += max(0, by_others)

    def _block(self, refusal: RateLimited) -> RateLimited:
        """Stop all calls of the token until DataFast's reset time. Return the error with the time that we promise."""
        with _locked(self._key) as (row, calls, now):
            self._move_to(now, calls)
            _learn_limit(row, refusal.limit)
            blocked_at = datetime.now(UTC)
            row.blocked_until = min(refusal.reset_at or blocked_at + DEFAULT_BLOCK, blocked_at + MAX_BLOCK)
            free_at = self._free_at(row, calls, now)
        return RateLimited(_next_second(free_at), _limit(row), 0, upstream_message=refusal.upstream_message)

    def _move_to(self, now: float, calls: Counter[int]) -> None:
        """Count this call's requests at its end."""
        for sent_at in self.sent_at:
            if calls[int(sent_at)]:
                calls[int(sent_at)] -= 1
        calls[int(now)] += len(self.sent_at)

    def _free_at(self, row: RateBudget, calls: Counter[int], now: float) -> float:
        """Return the Unix time at which the next request can be sent: `now`, or later."""
        surplus, free_at = calls.total() - allowed_calls(_limit(row), self._purpose), now
        for second, count in sorted(calls.items()):
            if surplus < 0:
                break
            surplus, free_at = surplus - count, float(second + COUNTED_SECONDS)
        if row.blocked_until and row.blocked_until <= latest_possible_time() + MAX_BLOCK:
            free_at = max(free_at, row.blocked_until.timestamp())
        return free_at


def key_of(credential: Credential | AccountToken) -> str:
    """Return the name of a token's budget: a keyed hash, from which the token can't be found."""
    return hmac.new(settings.SECRET_KEY.encode(), credential.token.encode(), hashlib.sha256).hexdigest()


def allowed_calls(limit: int, purpose: Purpose) -> int:
    """Return how many calls of a minute's limit may be used up when one more is made for a purpose. At least 1."""
    return max(1, int(limit * SHARES[purpose]))


def get_usage(credentials: Sequence[Credential | AccountToken]) -> list[tuple[int, int]]:
    """Return for each token the calls counted in the last minute, and its limit. One query."""
    keys, now = [key_of(credential) for credential in credentials], time.time()
    rows = {row.key: row for row in RateBudget.objects.filter(key__in=keys)}
    found = [rows.get(key, RateBudget()) for key in keys]
    return [(_recent_calls(row, now).total(), _limit(row)) for row in found]


@dataclass(frozen=True, slots=True)
class Use:
    """What a token was used for: requests of the last minute and hour.

    `allowed` is how many of a minute may be used up when one more is sent.
    """

    purpose: Purpose
    minute: int
    hour: int
    allowed: int


def get_use(credentials: Sequence[Credential | AccountToken]) -> list[list[Use]]:
    """Return for each token what it was used for, by purpose. One query."""
    keys, now = [key_of(credential) for credential in credentials], time.time()
    rows = {row.key: row for row in RateBudget.objects.filter(key__in=keys)}
    return [_sum_use(rows.get(key, RateBudget()), now) for key in keys]


def _sum_use(row: RateBudget, now: float) -> list[Use]:
    used = [(at, purpose, count) for at, purpose, count in row.used if now - USE_KNOWN_SECONDS < at <= now]
    return [
        Use(
            one,
            sum(count for at, purpose, count in used if purpose == one and at > now - 60),
            sum(count for _, purpose, count in used if purpose == one),
            allowed_calls(_limit(row), one),
        )
        for one in Purpose
    ]


def _add_use(row: RateBudget, purpose: Purpose, now: float) -> list[tuple[int, str, int]]:
    """Return `row.used` with one more request, without what is older than an hour."""
    totals = Counter[tuple[int, str]]()
    for at, used_for, count in row.used:
        if now - USE_KNOWN_SECONDS < at <= now:
            totals[at if at > now - 60 else at - at % 60, used_for] += count
    totals[int(now), purpose.value] += 1
    return [(at, used_for, count) for (at, used_for), count in sorted(totals.items())]


@contextmanager
def _locked(key: str) -> Iterator[tuple[RateBudget, Counter[int], float]]:
    """Give a token's row, its calls by second, and the time, while no other process changes them. Save them after."""
    with transaction.atomic(durable=True):
        row, _ = RateBudget.objects.select_for_update().get_or_create(key=key)
        now = time.time()
        calls = _recent_calls(row, now)
        yield row, calls, now
        row.calls = sorted((+calls).items())
        row.save()


def _recent_calls(row: RateBudget, now: float) -> Counter[int]:
    # A second beyond the next minute comes from a clock that was wrong.
    return Counter({s: count for s, count in row.calls if now - COUNTED_SECONDS < s < now + COUNTED_SECONDS})


def _limit(row: RateBudget) -> int:
    configured: int = settings.DATAFAST_REQUESTS_PER_MINUTE
    if not row.limit or not row.limit_heard_at:
        return configured
    is_valid = datetime.now(UTC) - LIMIT_VALID_FOR <= row.limit_heard_at <= latest_possible_time()
    return min(configured, row.limit) if is_valid else configured


def _learn_limit(row: RateBudget, limit: int | None) -> None:
    if limit:
        row.limit, row.limit_heard_at = limit, datetime.now(UTC)


def _next_second(unix_time: float) -> datetime:
    return datetime.fromtimestamp(math.ceil(unix_time), UTC)
