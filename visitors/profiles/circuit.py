"""Leaves an upstream alone that keeps failing, and sends one call to see whether it is back.

Counted per website, since a website has one token and one way to DataFast. The numbers stand beside the website, so
every process sees the same circuit.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F

from visitors.models import Website
from visitors.profiles.errors import CircuitOpen

FAILURES_BEFORE_A_PAUSE = 5
PAUSE = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Passage:
    """The leave to make one call. Say afterwards how it went."""

    website_id: int
    failures_before: int

    def failed(self) -> None:
        """Note that no answer came."""
        Website.objects.filter(pk=self.website_id).update(
            consecutive_failures=F("consecutive_failures") + 1, circuit_open_until=datetime.now(UTC) + PAUSE
        )

    def answered(self) -> None:
        """Note that the upstream answers."""
        if self.failures_before:
            Website.objects.filter(pk=self.website_id).update(consecutive_failures=0, circuit_open_until=None)


def is_datafast_failing(website: Website) -> bool:
    """Whether the last calls for a website brought no answer, so many that a pause followed."""
    return website.consecutive_failures >= FAILURES_BEFORE_A_PAUSE


def enter(website: Website) -> Passage:
    """Let a call pass, for a website as it is now. Raises CircuitOpen while it is open; one caller after the
    pause is the probe."""
    now = datetime.now(UTC)
    failures, circuit_open_until = website.consecutive_failures, website.circuit_open_until
    if failures < FAILURES_BEFORE_A_PAUSE or circuit_open_until is None:
        return Passage(website.pk, failures)
    # Whoever moves the pause on is the probe; for the others it is not over yet.
    if not Website.objects.filter(pk=website.pk, circuit_open_until__lte=now).update(circuit_open_until=now + PAUSE):
        raise CircuitOpen(circuit_open_until if circuit_open_until > now else now + PAUSE)
    return Passage(website.pk, failures)
