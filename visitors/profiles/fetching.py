"""Asks the upstream for one visitor: once for everybody who wants it, within the budget, and not while it is paused."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from visitors.datafast.client import VisitorAnswer
from visitors.datafast.credentials import Credential, CredentialError
from visitors.datafast.errors import AccessRefused, NoJourney, RateLimited, Unavailable, UpstreamError
from visitors.encryption import KeyLost
from visitors.models import Website
from visitors.profiles import budget, circuit, flight, store, upstream
from visitors.profiles.problems import TokenLost
from visitors.profiles.purpose import Purpose


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody wants to know: a visitor of a website, as DataFast knew it at `not_before` or later.

    `deadline` (monotonic) is when the one who wants it stops waiting.
    """

    website: Website
    visitor_id: UUID
    not_before: datetime
    purpose: Purpose
    deadline: float

    def done(self) -> store.Latest | None:
        """What the store has of it already."""
        newest = store.latest(self.website.pk, self.visitor_id, since=self.not_before)
        return newest if newest and newest.fetched_at >= self.not_before else None


def fetch(website: Website, visitor_id: UUID, *, not_before: datetime, purpose: Purpose) -> store.Latest:
    """Return an answer that came at `not_before` or later. Raises UpstreamError.

    Joins a call that is under way; makes one where there is none. Ends within UPSTREAM_DEADLINE_SECONDS.
    """
    deadline = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    errand = Errand(website, visitor_id, not_before, purpose, deadline)
    while True:
        role = flight.join(website.pk, visitor_id)
        if isinstance(role, flight.Leader):
            return _lead(role, errand)
        try:
            role.wait(deadline)
        except RateLimited:
            # The reserve is for people: what a page that follows by itself may not ask, a person may.
            if purpose is Purpose.LIVE:
                raise
            continue
        newest = errand.done()
        if newest:
            return newest


def _lead(role: flight.Leader, errand: Errand) -> store.Latest:
    failure: UpstreamError | None = None
    try:
        # Between this reader's look into the store and its turn to lead, another one may have landed.
        newest = errand.done()
        if newest:
            return newest
        answer = _ask(role, errand)
        return store.keep(errand.website.pk, errand.visitor_id, answer, datetime.now(UTC))
    except UpstreamError as error:
        failure = error
        if isinstance(error, NoJourney):
            store.keep_refusal(errand.website.pk, errand.visitor_id, error)
        raise
    finally:
        role.land(failure)


def _ask(role: flight.Leader, errand: Errand) -> VisitorAnswer:
    website = errand.website
    credential = _credential(website)
    circuit.check(website)
    budget.take(credential, errand.purpose)
    client = upstream.client()
    call = flight.call(lambda: client.get_visitor(credential, str(errand.visitor_id), deadline=errand.deadline))
    try:
        answer = role.wait_for(call)
    except RateLimited as refusal:
        circuit.answered(website)
        raise budget.stop(credential, refusal) from refusal
    except Unavailable:
        circuit.failed(website)
        raise
    except AccessRefused:
        circuit.answered(website)
        _key_fails(website)
        raise
    except NoJourney:
        circuit.answered(website)
        _key_works(website)
        raise
    circuit.answered(website)
    _key_works(website)
    return answer


def _credential(website: Website) -> Credential:
    try:
        return website.credential()
    except (KeyLost, CredentialError) as error:
        _key_fails(website)
        raise TokenLost from error


def _key_fails(website: Website) -> None:
    """Mark the website's key for its administrators; the first failure's time stays."""
    Website.objects.filter(pk=website.pk, key_failing_since=None).update(key_failing_since=datetime.now(UTC))


def _key_works(website: Website) -> None:
    if website.key_failing_since:
        Website.objects.filter(pk=website.pk).update(key_failing_since=None)
