"""Times in the database that are ahead of now: this machine's clock was wrong when they were stored, and was set back.

They count as stale or expired, so that nothing waits until the clock has reached them.
"""

from datetime import UTC, datetime, timedelta

# By how much the clocks of the web machines may differ.
CLOCK_SKEW = timedelta(minutes=1)


def latest_possible_time() -> datetime:
    """Return now and a minute. A stored time of something that happened cannot be later, unless a clock was wrong."""
    return datetime.now(UTC) + CLOCK_SKEW
