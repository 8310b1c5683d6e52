"""What one token may still ask of the upstream this minute. All processes and machines draw from the same budget.

It stands in the database, not in the cache: an emptied cache must not open the budget anew. The window slides, so
whatever window the upstream counts in, it never sees more than its limit. A part is kept in reserve for people: pages
that follow a visitor by themselves may not use it.
"""

import hashlib
import hmac
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from visitors.datafast.credentials import Credential
from visitors.datafast.errors import RateLimited
from visitors.models import Budget
from visitors.profiles.purpose import Purpose

# A minute, and a second for the time that calls spend on their way: the upstream counts arrivals, we count departures.
WINDOW_SECONDS = 61.0
# The part of the limit that only people waiting for an answer may use.
RESERVE = 0.25
# How long a 429 that does not say until when stops calls.
UNKNOWN_RESET = timedelta(seconds=60)


def key_of(credential: Credential) -> str:
    """The name of a token's budget: a keyed hash, so that the table tells nothing about the token."""
    return hmac.new(settings.SECRET_KEY.encode(), credential.token.encode(), hashlib.sha256).hexdigest()


def take(credential: Credential, purpose: Purpose) -> None:
    """Take one call out of the budget. Raises RateLimited, with the time from which on there is one again."""
    now = time.time()
    with transaction.atomic():
        budget = _locked(credential)
        if budget.blocked_until and budget.blocked_until.timestamp() > now:
            raise RateLimited(budget.blocked_until, _limit(budget), 0)
        calls = _recent(budget, now)
        limit = _limit(budget)
        allowed = limit if purpose is Purpose.LOOK_UP else max(1, int(limit * (1 - RESERVE)))
        if len(calls) >= allowed:
            # One is free again when so many have left the window that `allowed - 1` remain.
            again_at = calls[len(calls) - allowed] + WINDOW_SECONDS
            raise RateLimited(datetime.fromtimestamp(again_at, UTC), limit, 0)
        budget.calls = [*calls, now]
        budget.blocked_until = None
        budget.save()


def learn(
    credential: Credential, *, attempts: int, limit: int | None, remaining: int | None, reset_at: datetime | None
) -> None:
    """Take in what a call has shown: how often it really asked, and what the upstream says is left (None: it says
    nothing).

    When others use the same token, the upstream has less left than we know of; then the difference counts as used.
    """
    if attempts <= 1 and limit is None and remaining is None:
        return
    now = time.time()
    with transaction.atomic():
        budget = _locked(credential)
        if limit:
            budget.limit = limit
        calls = _recent(budget, now) + [now] * (attempts - 1)
        if remaining is not None:
            unknown = _limit(budget) - remaining - len(calls)
            if unknown > 0:
                # They leave our window when the upstream's own one starts anew.
                left_at = min(now, reset_at.timestamp() - WINDOW_SECONDS) if reset_at else now
                calls = sorted([*calls, *[left_at] * unknown])
        budget.calls = calls
        budget.save()


def stop(credential: Credential, refusal: RateLimited) -> RateLimited:
    """Stop all calls of a token until the upstream takes them again. Return the refusal with that time in it."""
    until = refusal.reset_at or datetime.now(UTC) + UNKNOWN_RESET
    with transaction.atomic():
        budget = _locked(credential)
        budget.limit = refusal.limit or budget.limit
        budget.blocked_until = until
        budget.save()
    return RateLimited(until, refusal.limit, 0, upstream_message=refusal.upstream_message)


def used(credential: Credential) -> tuple[int, int]:
    """Return how many calls of the last minute are known, and how many a minute has."""
    budget = Budget.objects.filter(key=key_of(credential)).first()
    return (len(_recent(budget, time.time())), _limit(budget)) if budget else (0, settings.DATAFAST_REQUESTS_PER_MINUTE)


def _locked(credential: Credential) -> Budget:
    """The budget's row, to ourselves until the transaction ends (SQLite locks the whole file at its start)."""
    key = key_of(credential)
    budget = Budget.objects.select_for_update().filter(key=key).first()
    if budget is None:
        Budget.objects.bulk_create([Budget(key=key)], ignore_conflicts=True)
        budget = Budget.objects.select_for_update().get(key=key)
    return budget


def _limit(budget: Budget) -> int:
    configured: int = settings.DATAFAST_REQUESTS_PER_MINUTE
    return min(configured, budget.limit) if budget.limit else configured


def _recent(budget: Budget, now: float) -> list[float]:
    return [call for call in budget.calls if now - WINDOW_SECONDS < call <= now + WINDOW_SECONDS]
