"""The circuit breaker: stop calling DataFast for a website whose calls keep failing, and try again with one call.

Counted per website, since a website has one token and one way to DataFast. The counters are columns of the website, so
every process sees the same circuit.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import F, Q

from dashboard.clock import CLOCK_SKEW
from visitors.models import Website
from visitors.profiles.errors import CircuitOpen

MAX_CONSECUTIVE_FAILURES = 5
OPEN_FOR = timedelta(seconds=15)


def is_datafast_failing(website: Website) -> bool:
    """Whether so many calls in a row got no answer that the circuit opened."""
    return website.consecutive_failures >= MAX_CONSECUTIVE_FAILURES


def check(website: Website) -> None:
    """Raise CircuitOpen while the circuit of an up-to-date `website` is open. Then one caller may pass, as a probe."""
    open_until = website.circuit_open_until
    if not is_datafast_failing(website) or open_until is None:
        return
    now = datetime.now(UTC)
    latest = now + OPEN_FOR + CLOCK_SKEW  # a later time was written by a clock that was wrong
    is_over = Q(circuit_open_until__lte=now) | Q(circuit_open_until__gt=latest)
    # The caller that moves the time on is the probe; for all others the circuit stays open.
    if not Website.objects.filter(is_over, pk=website.pk).update(circuit_open_until=now + OPEN_FOR):
        raise CircuitOpen(open_until if open_until > now else now + OPEN_FOR)


def record_failure(website: Website) -> None:
    """Count a call without an answer."""
    Website.objects.filter(pk=website.pk).update(
        consecutive_failures=F("consecutive_failures") + 1, circuit_open_until=datetime.now(UTC) + OPEN_FOR
    )


def record_answer(website: Website) -> None:
    """Close the circuit: DataFast answers."""
    if website.consecutive_failures:
        Website.objects.filter(pk=website.pk).update(consecutive_failures=0, circuit_open_until=None)
