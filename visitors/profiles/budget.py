"""What one token may still ask of the upstream this minute. All processes and machines draw from the same budget.

It stands in the database, not in the cache: an emptied cache must not open the budget anew. The window slides, so
whatever window the upstream counts in, it never sees more than its limit. A part is kept in reserve for people: pages
that follow a visitor by themselves may not use it.

A call is `take`n before it is made, and each of its retries as well (`take_another`). What it has shown is `settle`d or
`stop`s the next ones: `spend` does that.
"""

import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import transaction

from visitors import sql
from visitors.datafast.credentials import AccountToken, Credential
from visitors.datafast.errors import RateLimited, UpstreamError
from visitors.datafast.limits import RateLimit
from visitors.models import Budget
from visitors.profiles.errors import Reserved

# How long a call may be on its way: the upstream counts arrivals, we count departures. One that took longer is counted
# anew at its end.
TRAVEL_SECONDS = 1
# Calls are counted by the second in which they were made; that second's end, the upstream's minute, and the travel must
# be over before one is forgotten.
COUNTED_SECONDS = 1 + 60 + TRAVEL_SECONDS
# The part of the limit that only people waiting for an answer may use.
RESERVE = 0.25
# How long a 429 that does not say until when stops calls.
UNKNOWN_RESET = timedelta(seconds=60)
# How long the limit that the upstream has named counts for ours. Most answers name none, so a limit that was raised
# would go unnoticed for ever.
LIMIT_HOLDS = timedelta(hours=1)

_FIELDS = ("id", "key", "calls", "limit", "limit_heard_at", "blocked_until")


class Purpose(StrEnum):
    """Why DataFast is called. LOOKUP: a person waits for it. LIVE: a page refreshes itself, and can wait."""

    LOOKUP = "look-up"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Grant:
    """One call taken out of a budget: `taken` is when its requests were, retries included (Unix times)."""

    key: str
    purpose: Purpose
    taken: list[float]


class Answered(Protocol):
    """An answer that says how many requests it took, and what of the token's rate limit came with it."""

    @property
    def attempts(self) -> int: ...

    @property
    def rate(self) -> RateLimit | None: ...


Answer = TypeVar("Answer", bound=Answered)


def key_of(credential: Credential | AccountToken) -> str:
    """The name of a token's budget: a keyed hash, so that the table tells nothing about the token."""
    return hmac.new(settings.SECRET_KEY.encode(), credential.token.encode(), hashlib.sha256).hexdigest()


def take(credential: Credential | AccountToken, purpose: Purpose) -> Grant:
    """Take one call out of the budget. Raises RateLimited, with the time from which on there is one again."""
    grant = Grant(key_of(credential), purpose, [])
    _take(grant)
    return grant


def take_another(grant: Grant) -> bool:
    """Take a retry of a call out of the budget; False when there is none, and the call must do without."""
    try:
        _take(grant)
    except RateLimited:
        return False
    return True


def _take(grant: Grant) -> None:
    with transaction.atomic(durable=True):
        budget = _locked(grant.key)
        now = time.time()
        calls = _Calls(budget.calls, now)
        again_at = _again_at(budget, calls, grant.purpose, now)
        if again_at:
            raise _refusal(again_at, budget, grant.purpose)
        calls.add(now)
        sql.change(
            Budget,
            "UPDATE {table} SET calls = %(calls)s WHERE key = %(key)s",
            calls=json.dumps(calls.stored()),
            key=grant.key,
        )
    grant.taken.append(now)


def spend(grant: Grant, call: Callable[[], Answer]) -> Answer:
    """Make the call that was granted and return its answer, or raise its error, having taken in what it shows."""
    try:
        answer = call()
    except RateLimited as refusal:
        raise stop(grant, refusal) from refusal
    except UpstreamError as failure:
        settle(grant, failure.attempts, failure.rate)
        raise
    settle(grant, answer.attempts, answer.rate)
    return answer


def settle(grant: Grant, attempts: int, rate: RateLimit | None) -> None:
    """Take in what a call has shown: how many requests it really made, and what the upstream says is left (None: it
    says nothing).

    Where others use the same token, the upstream has less left than we know of: then the difference counts as used.
    """
    now = time.time()
    if attempts == len(grant.taken) and rate is None and now - grant.taken[0] <= TRAVEL_SECONDS:
        return
    with transaction.atomic(durable=True):
        budget = _locked(grant.key)
        calls = _Calls(budget.calls, now)
        calls.remove(grant.taken)
        calls.add(now, attempts)
        if rate:
            _hear_limit(budget, rate.limit)
            if rate.remaining is not None:
                # Those of others leave our window when the upstream's own one starts anew.
                starts_anew = rate.reset_at.timestamp() - COUNTED_SECONDS if rate.reset_at else now
                calls.add(min(now, math.ceil(starts_anew)), _limit(budget) - rate.remaining - calls.total)
        budget.calls = calls.stored()
        budget.save(update_fields=["calls", "limit", "limit_heard_at"])


def stop(grant: Grant, refusal: RateLimited) -> RateLimited:
    """Stop all calls of a token until the upstream takes them again. Return the refusal with that time in it."""
    now = time.time()
    with transaction.atomic(durable=True):
        budget = _locked(grant.key)
        calls = _Calls(budget.calls, now)
        calls.remove(grant.taken)
        calls.add(now, refusal.attempts)
        _hear_limit(budget, refusal.limit)
        budget.blocked_until = refusal.reset_at or datetime.now(UTC) + UNKNOWN_RESET
        budget.calls = calls.stored()
        budget.save(update_fields=["calls", "limit", "limit_heard_at", "blocked_until"])
    again_at = _again_at(budget, calls, grant.purpose, now) or now
    return RateLimited(_moment(again_at), _limit(budget), 0, upstream_message=refusal.upstream_message)


def used_by(credentials: Sequence[Credential | AccountToken]) -> list[tuple[int, int]]:
    """Return for each of these how many calls of the last minute are known, and how many a minute has. One query."""
    keys, now = [key_of(credential) for credential in credentials], time.time()
    budgets = {budget.key: budget for budget in Budget.objects.filter(key__in=keys)}
    found = [budgets.get(key, Budget()) for key in keys]
    return [(_Calls(budget.calls, now).total, _limit(budget)) for budget in found]


class _Calls:
    """How many calls were made in each second, of those seconds that still count."""

    def __init__(self, stored: Iterable[tuple[int, int]], now: float) -> None:
        # A second from beyond the next minute comes from a clock that has since been set right.
        self._counts = {
            second: count for second, count in stored if now - COUNTED_SECONDS < second < now + COUNTED_SECONDS
        }

    @property
    def total(self) -> int:
        return sum(self._counts.values())

    def add(self, at: float, count: int = 1) -> None:
        if count > 0:
            self._counts[int(at)] = self._counts.get(int(at), 0) + count

    def remove(self, moments: Iterable[float]) -> None:
        for at in moments:
            if self._counts.get(int(at)):
                self._counts[int(at)] -= 1

    def fewer_than(self, allowed: int) -> float:
        """Return the Unix time at which fewer calls than that count, if no more are made; 0 when they do now."""
        surplus, at = self.total - allowed, 0.0
        for second, count in self.stored():
            if surplus < 0:
                break
            surplus, at = surplus - count, float(second + COUNTED_SECONDS)
        return at

    def stored(self) -> list[tuple[int, int]]:
        return sorted((second, count) for second, count in self._counts.items() if count)


def _locked(key: str) -> Budget:
    """The budget's row, to ourselves until the transaction ends (SQLite locks the whole file at its start)."""
    budget = sql.one(Budget, _FIELDS, "key = %(key)s", key=key, lock=True)
    if budget is None:
        Budget.objects.bulk_create([Budget(key=key)], ignore_conflicts=True)
        budget = Budget.objects.select_for_update().get(key=key)
    return budget


def _limit(budget: Budget) -> int:
    configured: int = settings.DATAFAST_REQUESTS_PER_MINUTE
    if not budget.limit or not budget.limit_heard_at or datetime.now(UTC) - budget.limit_heard_at > LIMIT_HOLDS:
        return configured
    return min(configured, budget.limit)


def _allowed(budget: Budget, purpose: Purpose) -> int:
    limit = _limit(budget)
    return limit if purpose is Purpose.LOOKUP else max(1, int(limit * (1 - RESERVE)))


def _again_at(budget: Budget, calls: _Calls, purpose: Purpose, now: float) -> float:
    """Return the Unix time from which on there is a call to take; 0 for now."""
    blocked_until = budget.blocked_until.timestamp() if budget.blocked_until else 0.0
    return max(blocked_until if blocked_until > now else 0.0, calls.fewer_than(_allowed(budget, purpose)))


def _refusal(again_at: float, budget: Budget, purpose: Purpose) -> RateLimited:
    kind = RateLimited if purpose is Purpose.LOOKUP else Reserved
    return kind(_moment(again_at), _limit(budget), 0)


def _moment(unix_time: float) -> datetime:
    return datetime.fromtimestamp(math.ceil(unix_time), UTC)


def _hear_limit(budget: Budget, limit: int | None) -> None:
    if limit:
        budget.limit, budget.limit_heard_at = limit, datetime.now(UTC)
