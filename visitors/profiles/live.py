"""Who is on a website now: one call every INTERVAL for all who watch, on any machine."""

import logging
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error, IntegrityError
from django.db.models import Q

from dashboard.clock import latest_possible_time
from dashboard.database import is_database_unavailable
from visitors.datafast.client import RealtimeAnswer
from visitors.datafast.errors import UpstreamError
from visitors.datafast.parsing import parse_realtime_map
from visitors.datafast.payload import RealtimeMap
from visitors.models import LiveList, Website
from visitors.profiles import calls, errors
from visitors.profiles.budget import Purpose
from visitors.profiles.client import datafast_client
from visitors.profiles.errors import Reserved, StoreUnavailable
from visitors.profiles.lease import MAX_POLL_SECONDS

logger = logging.getLogger(__name__)

INTERVAL = timedelta(seconds=20)
NEVER = datetime.fromtimestamp(0, UTC)
# The map has the last ten minutes, so a list of that age is about other people.
KEPT_FOR = timedelta(minutes=10)
# Each website may need a call, and a reader waits for all of them.
MAX_WEBSITES = 10


@dataclass(frozen=True, slots=True)
class LiveVisitors:
    """Who is on a website, as of `answered_at`; without an answer both are None. `problem` is the error of the last
    call."""

    realtime_map: RealtimeMap | None
    answered_at: datetime | None
    problem: UpstreamError | None


def get_live_visitors(website: Website, purpose: Purpose = Purpose.LIVE) -> LiveVisitors:
    """Return who is on a website, at most INTERVAL old where DataFast answers. Raises nothing of DataFast's."""
    try:
        _update(website, purpose)
        found = LiveList.objects.filter(website=website).first()
    except IntegrityError:  # the website was removed meanwhile
        return LiveVisitors(None, None, None)
    except Error as error:
        if not is_database_unavailable(error):
            raise
        logger.error("Who is on the site can't be stored: %s", error)  # noqa: TRY400
        return LiveVisitors(None, None, StoreUnavailable())
    return _read(found)


def get_live_lists(websites: Sequence[Website]) -> dict[int, LiveVisitors]:
    """Return who is on the first MAX_WEBSITES of these, by website id: each as `get_live_visitors` does.

    Once UPSTREAM_DEADLINE_SECONDS are over, the rest is what is stored.
    """
    ends_at = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    return {
        website.pk: get_live_visitors(website) if time.monotonic() < ends_at else get_stored_live_visitors(website)
        for website in websites[:MAX_WEBSITES]
    }


def get_stored_live_visitors(website: Website) -> LiveVisitors:
    """Return who was on a website when a page last asked, at most KEPT_FOR ago. Makes no call."""
    return _read(LiveList.objects.filter(website=website).first())


def forget_live_visitors(website_id: int) -> None:
    """Delete the list of a website: a visitor who may be on it is erased, or its error may not be true any more.

    A running call stores nothing, and the next reader calls again.
    """
    LiveList.objects.filter(website_id=website_id).update(
        called_at=NEVER, is_calling=False, error=b"", answered_at=None, answer_compressed=b""
    )


def _read(found: LiveList | None) -> LiveVisitors:
    now = datetime.now(UTC)
    if found is None or found.answered_at is None or found.answered_at < now - KEPT_FOR:
        realtime_map, answered_at = None, None
    else:
        answered_at = found.answered_at
        realtime_map = parse_realtime_map(zlib.decompress(bytes(found.answer_compressed)))
    problem = errors.decode(bytes(found.error)) if found and found.error else None
    return LiveVisitors(realtime_map, answered_at, problem)


def _update(website: Website, purpose: Purpose) -> None:
    """Call DataFast if that is due and no other process does. Wait for a running call where there is no list yet."""
    now = datetime.now(UTC)
    deadline = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    rows = LiveList.objects.filter(website=website)
    if not rows.exists():
        # A new row is due for every process, even for one whose clock is a little behind.
        LiveList.objects.bulk_create([LiveList(website=website, called_at=NEVER)], ignore_conflicts=True)
    is_due = Q(called_at__lte=now - INTERVAL) | Q(called_at__gt=latest_possible_time())
    if rows.filter(is_due).update(called_at=now, is_calling=True):
        _call(website, purpose, now, deadline)
        return
    while rows.filter(is_calling=True, answered_at=None).exists() and time.monotonic() < deadline:
        time.sleep(MAX_POLL_SECONDS)


def _call(website: Website, purpose: Purpose, called_at: datetime, deadline: float) -> None:
    """Ask DataFast, and store the answer or the error unless a later call has begun."""
    values: dict[str, object] = {"is_calling": False}
    try:
        with calls.slot():
            answer = calls.call(website, purpose, deadline, _ask)
        values |= {"error": b"", "answered_at": datetime.now(UTC), "answer_compressed": zlib.compress(answer.body, 3)}
    except UpstreamError as error:
        if isinstance(error, Reserved) and purpose is Purpose.BACKGROUND:
            # Pages may use more of the budget, so the next one that asks calls.
            values["called_at"] = NEVER
        else:
            values["error"] = errors.encode(error)
    finally:
        LiveList.objects.filter(website=website, called_at=called_at).update(**values)


def _ask(ask: calls.CallOptions) -> RealtimeAnswer:
    return datafast_client().get_realtime_map(ask.credential, deadline=ask.deadline, charge=ask.charge)
