"""Fetch one visitor from DataFast: once for all readers who want it, within the budget, and while the circuit is
closed."""

import logging
import math
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, transaction

from dashboard.clock import latest_possible_time
from dashboard.database import is_database_unavailable
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.errors import (
    BotVisitor,
    Reason,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.models import FetchLease, Website
from visitors.profiles import calls, errors, known_people, lease, store
from visitors.profiles.budget import Purpose
from visitors.profiles.client import datafast_client
from visitors.profiles.errors import OwnFault, Reserved, StoreUnavailable, TooSlow, VisitorErased, WebsitePaused

logger = logging.getLogger(__name__)

# Answers that there is no journey, and how long each is valid: a new visitor may appear any second, a bot stays one.
# `InvalidVisitorId` is not among them: it is no reason to delete what is stored.
NO_JOURNEY_VALID_FOR: dict[type[UpstreamError], timedelta] = {
    VisitorNotFound: timedelta(seconds=30),
    BotVisitor: timedelta(minutes=10),
}


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """A reader who wants a visitor as DataFast described it at `not_before` or later.

    `requested_at` is when the reader came. `deadline` (monotonic) is when the reader stops waiting; `is_hurried`: that
    is sooner than others wait, so a timeout says nothing to them.
    """

    website: Website
    visitor_id: UUID
    not_before: datetime
    purpose: Purpose
    requested_at: datetime
    deadline: float
    is_hurried: bool = False

    def is_stored(self) -> bool:
        """Whether a stored answer is new enough."""
        return store.has_answer_since(self.website.pk, self.visitor_id, self.not_before)

    def error_of(self, last: FetchLease, waited_for: UUID | None) -> UpstreamError | None:
        """Return the error of the last call if it is this reader's error as well. `waited_for` is the token of the call
        that the reader waited for."""
        if waited_for and last.previous_token == waited_for:  # the next call has started since
            return self._accept(_decode(last.previous_error))
        error = _decode(last.error)
        if error is None or last.finished_at is None or last.finished_at > latest_possible_time():
            return None
        valid_until = last.finished_at + NO_JOURNEY_VALID_FOR.get(type(error), timedelta(0))
        if last.finished_at >= self.not_before and valid_until >= datetime.now(UTC):
            return error
        # A failure is for readers who waited for that call, or came before it had finished.
        if last.token == waited_for or last.finished_at >= self.requested_at:
            return self._accept(error)
        return None

    def _accept(self, error: UpstreamError | None) -> UpstreamError | None:
        """Return another reader's error, unless this reader can do better."""
        if isinstance(error, Reserved) and self.purpose is Purpose.LOOKUP:
            return None
        if isinstance(error, TooSlow) and not self.is_hurried:
            return None
        return error


def fetch(
    website: Website,
    visitor_id: UUID,
    *,
    not_before: datetime,
    purpose: Purpose,
    is_first_allowed: bool,
    patience: float | None = None,
) -> None:
    """Store an answer that comes at `not_before` or later, to our call or another reader's. Raises UpstreamError.

    `is_first_allowed`: call for a visitor for whom no call was made. Without it such a visitor was erased, since an
    older answer was stored, or a page or list refreshes itself. Takes at most UPSTREAM_DEADLINE_SECONDS, or `patience`
    seconds; then it raises TooSlow.
    """
    if website.paused_at:
        raise WebsitePaused
    deadline = time.monotonic() + min(settings.UPSTREAM_DEADLINE_SECONDS, patience or math.inf)
    is_hurried = patience is not None
    request = FetchRequest(website, visitor_id, not_before, purpose, datetime.now(UTC), deadline, is_hurried)
    held = lease.acquire_first(website.pk, visitor_id) if is_first_allowed else None
    is_stored = _call_and_store(held, request) if held else False
    waited_for: UUID | None = None
    while not is_stored:
        last = lease.find(website.pk, visitor_id)
        if last is None:  # a visitor that was ever called for has one
            raise VisitorErased
        if error := request.error_of(last, waited_for):
            raise error
        if time.monotonic() >= deadline:
            raise TooSlow if is_hurried else Unavailable(Reason.TIMEOUT)
        if lease.is_running(last):
            lease.wait(last, deadline)
            waited_for = last.token
            is_stored = request.is_stored()
        elif held := lease.take_over(last):
            is_stored = _call_and_store(held, request)


def _call_and_store(held: lease.Lease, request: FetchRequest) -> bool:
    """Call DataFast and store the answer. Return False if the lease was lost during the call.

    Raises UpstreamError, which becomes the error of the waiting readers too.
    """
    try:
        # Another process may have finished between this reader's look into the store and its lease.
        if not held.is_first and request.is_stored():
            held.finish()
            return True
        with calls.slot(request.deadline):
            if not held.begin():
                return False
            answer = _call(request)
        prepared = store.prepare(answer)
        store.check_activity(request.website, request.visitor_id, prepared)
        # In one transaction: the call has not finished before its answer is stored, and a lost lease stores nothing.
        with transaction.atomic(durable=True):
            if not held.finish():
                return False
            store.save_answer(request.website.pk, request.visitor_id, prepared, is_first=held.is_first)
    except tuple(NO_JOURNEY_VALID_FOR) as no_journey:
        if not _finish_and_delete(held, request, no_journey):
            return False
        raise
    except UpstreamError as error:
        if not held.finish(error):
            return False
        raise
    except Exception as error:
        if is_database_unavailable(error):
            # On a full disk this still works, and releases the waiting readers.
            with suppress(DatabaseError):
                held.finish(StoreUnavailable())
            raise
        # Shared as well: otherwise the waiting readers would all try the same, one after the other.
        logger.exception("Fetching a visitor failed on our side.")
        fault = OwnFault()
        held.finish(fault)
        raise fault from error
    return True


def _finish_and_delete(held: lease.Lease, request: FetchRequest, no_journey: UpstreamError) -> bool:
    """Delete what is stored of a visitor of whom DataFast has no journey. Return False if the lease was lost."""
    with transaction.atomic(durable=True):
        if not held.finish(no_journey):
            return False
        was_stored = store.delete_answers(request.website.pk, request.visitor_id)
    if was_stored:
        known_people.remove_deleted()
    return True


def _call(request: FetchRequest) -> VisitorAnswer:
    """Get the visitor from DataFast. Raises UpstreamError."""
    visitor_id = str(request.visitor_id)
    return calls.call(
        request.website,
        request.purpose,
        request.deadline,
        lambda ask: datafast_client().get_visitor(ask.credential, visitor_id, deadline=ask.deadline, charge=ask.charge),
        is_hurried=request.is_hurried,
    )


def _decode(stored: bytes | memoryview | None) -> UpstreamError | None:
    return errors.decode(bytes(stored)) if stored else None
