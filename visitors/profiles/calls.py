"""One call to DataFast for a website: within the token's budget, while the circuit is closed, in a free call slot."""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from visitors import metrics
from visitors.datafast.credentials import Credential, CredentialError
from visitors.datafast.errors import KeyRejected, NoJourney, Reason, TrackingSuspended, Unavailable, UpstreamError
from visitors.encryption import KeyLost
from visitors.models import Website
from visitors.profiles import circuit
from visitors.profiles.budget import Answer, Budget, Purpose
from visitors.profiles.errors import Busy, TokenLost, TooSlow, VisitorErased, WebsitePaused
from visitors.profiles.lease import CALL_SHARE

# How many calls a process makes at once: half of the threads of `dashboard.server`, so that while DataFast hangs, the
# other half still serves stored profiles.
MAX_CALLS = 8
# A reader who gets no slot within this time may try again after RETRY_SECONDS.
MAX_SLOT_WAIT_SECONDS = 1.0
RETRY_SECONDS = 3
_slots = threading.BoundedSemaphore(MAX_CALLS)


@dataclass(frozen=True, slots=True)
class CallOptions:
    """What a method of the client needs: the website's token, an instant of `time.monotonic()` at which the call ends,
    and what to do before each request."""

    credential: Credential
    deadline: float
    charge: Callable[[], None]


@contextmanager
def slot(deadline: float = math.inf) -> Iterator[None]:
    """Hold one of this process's call slots. Raises Busy if none becomes free soon, or by `deadline` (monotonic)."""
    if not _slots.acquire(timeout=max(0.0, min(MAX_SLOT_WAIT_SECONDS, deadline - time.monotonic()))):
        raise Busy(datetime.now(UTC) + timedelta(seconds=RETRY_SECONDS))
    try:
        yield
    finally:
        _slots.release()


def call(
    website: Website,
    purpose: Purpose,
    deadline: float,
    ask: Callable[[CallOptions], Answer],
    *,
    is_hurried: bool = False,
) -> Answer:
    """Call DataFast with the website's current key. Record how that went on the website. Raises UpstreamError.

    Hold a `slot` meanwhile. The call ends some time before the reader's `deadline`. If that is sooner than others wait
    (`is_hurried`), a timeout is no failure of DataFast's, and raises TooSlow.
    """
    current = Website.objects.filter(pk=website.pk).first()
    if current is None:
        raise VisitorErased
    if current.paused_at:
        raise WebsitePaused
    credential = _credential(current)
    circuit.check(current)
    budget = Budget(credential, purpose)
    ends_at = min(deadline, time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS * CALL_SHARE)
    try:
        with metrics.measure_call(budget.sent_at):
            answer = budget.spend(lambda: ask(CallOptions(credential, ends_at, budget.charge)))
    except UpstreamError as error:
        if isinstance(error, KeyRejected):
            _mark_key_rejected(current)
        if isinstance(error, (NoJourney, TrackingSuspended)):
            _mark_key_accepted(current)
        if is_hurried and isinstance(error, Unavailable) and error.reason is Reason.TIMEOUT:
            raise TooSlow from error
        if isinstance(error, Unavailable):
            circuit.record_failure(current)
        # A malformed answer is one visitor's trouble, and a call that the budget refused says nothing.
        elif budget.sent_at:
            circuit.record_answer(current)
        raise
    circuit.record_answer(current)
    _mark_key_accepted(current)
    return answer


def _credential(website: Website) -> Credential:
    try:
        return website.credential()
    except (KeyLost, CredentialError) as error:
        _mark_key_rejected(website)
        raise TokenLost from error


def _mark_key_rejected(website: Website) -> None:
    """Tell the website's administrators since when its key fails, unless they replaced it while we called."""
    Website.objects.filter(
        pk=website.pk, key_rejected_since=None, credential_encrypted=website.credential_encrypted
    ).update(key_rejected_since=datetime.now(UTC))


def _mark_key_accepted(website: Website) -> None:
    if website.key_rejected_since:
        Website.objects.filter(pk=website.pk).update(key_rejected_since=None)
