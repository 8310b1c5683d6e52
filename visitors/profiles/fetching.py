"""Asks the upstream for one visitor: once for everybody who wants it, within the budget, and not while it is paused."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction

from visitors import metrics, sql
from visitors.datafast.client import VisitorAnswer
from visitors.datafast.credentials import Credential, CredentialError
from visitors.datafast.errors import (
    BotVisitor,
    KeyRejected,
    NoJourney,
    Reason,
    Unavailable,
    UpstreamError,
    VisitorNotFound,
)
from visitors.encryption import KeyLost
from visitors.models import FetchLease, Website
from visitors.profiles import budget, circuit, errors, lease, store
from visitors.profiles.budget import Purpose
from visitors.profiles.client import datafast_client
from visitors.profiles.errors import Busy, OwnFault, Reserved, TokenLost, VisitorErased, WebsitePaused
from visitors.profiles.seats import seats

logger = logging.getLogger(__name__)

# The answers that there is no journey, and how long each holds: a new visitor may appear any second, a bot stays one.
# That an id of the right form is none (`InvalidVisitorId`) is nothing to forget a visitor for.
NO_JOURNEY_SECONDS: dict[type[UpstreamError], timedelta] = {
    VisitorNotFound: timedelta(seconds=30),
    BotVisitor: timedelta(minutes=10),
}


# What of a website a call depends on.
_ASKED_WITH = (
    "id",
    "datafast_id",
    "credential_encrypted",
    "key_rejected_since",
    "consecutive_failures",
    "circuit_open_until",
    "paused_at",
)


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """What somebody wants to know: a visitor of a website, as DataFast knew it at `not_before` or later.

    `asked_at` is when they came; `deadline` (monotonic) is when they stop waiting, after `patience` seconds.
    `is_just_read` says that the website is from this moment's database.
    """

    website: Website
    visitor_id: UUID
    not_before: datetime
    purpose: Purpose
    asked_at: datetime
    patience: float
    deadline: float
    is_just_read: bool = False

    def done(self) -> store.Found | None:
        """What the store has of it by now."""
        newest = store.find_latest(self.website.pk, self.visitor_id)
        return store.Found(newest) if newest and newest.fetched_at >= self.not_before else None

    def failed(self, last: FetchLease, followed: UUID | None) -> UpstreamError | None:
        """The error of the last lease, where it is this errand's as well.

        Failures are for those who have waited, and for those who came before they were known. That there is no journey
        is an answer, and holds for a while.
        """
        if followed and last.earlier == followed:
            return self._shared(_failure(last.previous_error))
        failure = _failure(last.failure)
        if last.finished_at is None or failure is None:
            return None
        holds_until = last.finished_at + NO_JOURNEY_SECONDS.get(type(failure), timedelta(0))
        if last.finished_at >= self.not_before and holds_until >= datetime.now(UTC):
            return failure
        if last.token != followed and last.finished_at < self.asked_at:
            return None
        return self._shared(failure)

    def _shared(self, failure: UpstreamError | None) -> UpstreamError | None:
        """The error that others have met, where it is this errand's as well."""
        # What a page that follows by itself may not ask, a person may.
        if isinstance(failure, Reserved) and self.purpose is Purpose.LOOKUP:
            return None
        # That call's time was over, but most of this errand's is left.
        is_late = isinstance(failure, Unavailable) and failure.reason is Reason.TIMEOUT
        if is_late and self.deadline - time.monotonic() > self.patience / 2:
            return None
        return failure


def _failure(stored: bytes | memoryview | None) -> UpstreamError | None:
    return errors.decode(bytes(stored)) if stored else None


def fetch(
    website: Website,
    visitor_id: UUID,
    *,
    not_before: datetime,
    purpose: Purpose,
    is_known: bool,
    is_just_read: bool = False,
) -> store.Found:
    """Return an answer that came at `not_before` or later. Raises UpstreamError.

    `is_known` says that an older one is kept: then somebody has asked before, and how that went is looked at first.
    Joins a call that is under way; makes one where there is none. Ends within UPSTREAM_DEADLINE_SECONDS.
    """
    if website.paused_at:
        raise WebsitePaused
    patience = float(settings.UPSTREAM_DEADLINE_SECONDS)
    deadline = time.monotonic() + patience
    errand = FetchRequest(website, visitor_id, not_before, purpose, datetime.now(UTC), patience, deadline, is_just_read)
    # A page that follows by itself brings back nobody who was forgotten.
    may_begin = not is_known and purpose is Purpose.LOOKUP
    leader = lease.first(website.pk, visitor_id) if may_begin else None
    found = _lead(leader, errand) if leader else None
    followed: UUID | None = None
    while not found:
        last = lease.latest(website.pk, visitor_id)
        if last is None:  # whoever was ever asked for has one
            raise VisitorErased
        failure = errand.failed(last, followed)
        if failure:
            raise failure
        if time.monotonic() >= deadline:
            raise Unavailable(Reason.TIMEOUT)
        role = lease.join(website.pk, visitor_id, last)
        if isinstance(role, lease.Leader):
            found = _lead(role, errand)
        else:
            role.wait(deadline)
            followed = role.token
            found = errand.done()
    return found


def _lead(role: lease.Leader, errand: FetchRequest) -> store.Found | None:
    """Return what the flight has brought; None when somebody else has taken it over meanwhile. Raises UpstreamError."""
    try:
        with seats.one():
            return _bring(role, errand)
    except Busy as busy:
        role.land(busy)
        raise


def _bring(role: lease.Leader, errand: FetchRequest) -> store.Found | None:
    try:
        # Between this reader's look into the store and its turn to lead, another one may have landed.
        found = None if role.is_first else errand.done()
        if found:
            role.land()
            return found
        prepared = store.prepare(_ask(role, errand))
        # Together, so that nobody sees a landed flight without its answer, and none that was taken over leaves one.
        with transaction.atomic(durable=True):
            if not role.land():
                return None
            store.save_answer(errand.website.pk, errand.visitor_id, prepared, is_first=role.is_first)
    except tuple(NO_JOURNEY_SECONDS) as answer:
        with transaction.atomic(durable=True):
            if not role.land(answer):
                return None
            store.delete_answers(errand.website.pk, errand.visitor_id)
        raise
    except UpstreamError as failure:
        if not role.land(failure):
            return None
        raise
    # Whatever it was, those who wait would otherwise all try it again, one after the other.
    except Exception as error:
        logger.exception("Asking DataFast failed on our side.")
        fault = OwnFault()
        role.land(fault)
        raise fault from error
    return store.Found(store.Latest(prepared.version, prepared.at), prepared.contents, role.is_first)


def _ask(role: lease.Leader, errand: FetchRequest) -> VisitorAnswer:
    # Only the first one of all has not waited for anybody: meanwhile the key may have been replaced.
    is_current = errand.is_just_read and role.is_first
    website = errand.website if is_current else _as_it_is_now(errand.website)
    credential = _credential(website)
    passage = circuit.enter(website)
    grant = budget.take(credential, errand.purpose)
    client = datafast_client()

    def question(may_retry: Callable[[], bool]) -> VisitorAnswer:
        return client.get_visitor(credential, str(errand.visitor_id), deadline=errand.deadline, may_retry=may_retry)

    call = lease.Call(metrics.measured(question), may_retry=partial(budget.take_another, grant))
    try:
        answer = budget.spend(grant, lambda: role.wait_for(call, errand.deadline))
    except UpstreamError as failure:
        if isinstance(failure, KeyRejected):
            _key_fails(website)
        if isinstance(failure, NoJourney):
            _key_works(website)
        # One visitor whose answer is broken must not close the website for all others: somebody answers there.
        if isinstance(failure, Unavailable):
            passage.failed()
        else:
            passage.answered()
        raise
    passage.answered()
    _key_works(website)
    return answer


def _as_it_is_now(website: Website) -> Website:
    """The website, read anew. Raises WebsitePaused, and VisitorErased for one that is gone."""
    current = sql.one(Website, _ASKED_WITH, "id = %(id)s", id=website.pk)
    if current is None:
        raise VisitorErased
    if current.paused_at:
        raise WebsitePaused
    return current


def _credential(website: Website) -> Credential:
    try:
        return website.credential()
    except (KeyLost, CredentialError) as error:
        _key_fails(website)
        raise TokenLost from error


def _key_fails(website: Website) -> None:
    """Mark the website's key for its administrators, unless it was replaced meanwhile; the first failure's time
    stays."""
    Website.objects.filter(
        pk=website.pk, key_rejected_since=None, credential_encrypted=website.credential_encrypted
    ).update(key_rejected_since=datetime.now(UTC))


def _key_works(website: Website) -> None:
    if website.key_rejected_since:
        Website.objects.filter(pk=website.pk).update(key_rejected_since=None)
