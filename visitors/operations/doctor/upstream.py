"""The way to DataFast: one attempt, without a token."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from visitors.datafast.errors import UpstreamError
from visitors.operations.doctor.finding import Finding
from visitors.profiles.client import datafast_client

# More, and "2 minutes ago" is wrong on every page.
CLOCK_TOLERANCE = timedelta(seconds=30)


def reachable() -> Iterator[Finding]:
    """Whether anybody answers there over a connection that can be trusted, and whether the clocks agree."""
    host = urlsplit(settings.DATAFAST_API_URL).netloc
    try:
        status, there = datafast_client().reach()
    except (UpstreamError, ValueError) as error:
        said = f"DataFast ({host}) was asked once, without a token. {error}"
        yield Finding.wrong(said, "Look at DATAFAST_API_URL, and at proxy and firewall.")
        return
    said = f"DataFast ({host}) was asked once, without a token, and answers (HTTP {status})."
    if 300 <= status < 400 or status >= 500:
        yield Finding.warn(said, "That is no answer of a healthy API: look at DATAFAST_API_URL, or wait.")
    else:
        yield Finding.ok(said)
    if there is None:
        return
    difference = abs(there - datetime.now(UTC))
    if difference > CLOCK_TOLERANCE:
        seconds = difference.total_seconds()
        said = f"The clock here is {seconds:.0f} seconds off DataFast’s."
        yield Finding.wrong(said, "Let the machine keep time (NTP).")
    else:
        yield Finding.ok("The clock agrees with DataFast’s.")
