"""Leaves an upstream alone that keeps failing, and sends one call to see whether it is back.

Counted per website, since a website has one token and one way to DataFast. The numbers stand beside the website, so
every process sees the same circuit.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import F

from visitors.models import Website
from visitors.profiles.problems import Paused

FAILURES_BEFORE_A_PAUSE = 5
PAUSE = timedelta(seconds=15)


def check(website: Website) -> None:
    """Let a call pass. Raises Paused while the upstream is left alone; one caller after the pause is the probe."""
    now = datetime.now(UTC)
    state = Website.objects.filter(pk=website.pk).values_list("failures_in_a_row", "paused_until").first()
    if state is None or state[0] < FAILURES_BEFORE_A_PAUSE or state[1] is None:
        return
    # Whoever moves the pause on is the probe; for the others it is not over yet.
    probes = Website.objects.filter(pk=website.pk, paused_until__lte=now).update(paused_until=now + PAUSE)
    if not probes:
        raise Paused(state[1] if state[1] > now else now + PAUSE)


def failed(website: Website) -> None:
    """Note that no answer came."""
    Website.objects.filter(pk=website.pk).update(
        failures_in_a_row=F("failures_in_a_row") + 1, paused_until=datetime.now(UTC) + PAUSE
    )


def answered(website: Website) -> None:
    """Note that the upstream answers."""
    Website.objects.filter(pk=website.pk, failures_in_a_row__gt=0).update(failures_in_a_row=0, paused_until=None)
