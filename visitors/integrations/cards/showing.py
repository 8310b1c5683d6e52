"""Show a visitor to a help desk or a Slack user: find, record in the audit log, and only then answer."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from visitors import profiles
from visitors.audit import log
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.integrations.cards import presenter
from visitors.integrations.cards.answers import Answer, Question
from visitors.integrations.cards.finding import Found, find_person
from visitors.models import AuditAction, AuditSource, Website

# How long a card waits for DataFast, so that its program gets an answer within a second.
PATIENCE_SECONDS = 0.7
_MIN_PATIENCE = 0.05
# A stored profile that is older is fetched again, if DataFast answers within that time.
MAX_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is shown something, for the audit log: a user of this Journeydesk, or a name from another program."""

    user: User | None
    name: str
    source: AuditSource


def answer_desk(website: Website, question: Question, *, now: datetime, tester: User | None) -> Answer:
    """Answer a help desk, for everyone who may use it. `tester` is the user who tests it, if one does.

    Raises LogUnavailable.
    """
    name = f"{question.program}: {question.asked_by}" if question.asked_by else question.program
    reader = Reader(tester, name, AuditSource.CARD)
    answer, ends_at = None, time.monotonic() + PATIENCE_SECONDS
    if question.visitor_id:
        answer, is_known = show_visitor(website, Found(question.visitor_id), reader, now)
        if is_known:
            return answer
    # An id that DataFast does not know may be that of an old cookie; the email address then still finds the person.
    if found := find_person(website, emails=question.emails, user_id=question.user_id):
        # Both look-ups together wait no longer than one.
        return show_visitor(website, found, reader, now, max(_MIN_PATIENCE, ends_at - time.monotonic()))[0]
    if answer:
        return answer
    if question.emails:
        return presenter.present_unknown(website, question.emails[0], "email address")
    if question.user_id:
        return presenter.present_unknown(website, question.user_id, "user id")
    return presenter.present_unnamed(question.program)


def show_visitor(
    website: Website, found: Found, reader: Reader, now: datetime, patience: float = PATIENCE_SECONDS
) -> tuple[Answer, bool]:
    """Return the card of a visitor, and whether DataFast knows them. Raises LogUnavailable."""
    try:
        profile = profiles.refresh_profile(website, found.visitor_id, max_age=MAX_AGE, patience=patience)
    except UpstreamError as error:
        _record(website, found, reader, error)
        return presenter.present_problem(website, error, found), not isinstance(error, NoJourney)
    _record(website, found, reader)
    zone = ZoneInfo(website.time_zone)
    return presenter.present_visitor(website, profile, found, now=now, zone=zone), True


def _record(website: Website, found: Found, reader: Reader, error: UpstreamError | None = None) -> None:
    log.record_lookup(
        reader.user,
        website,
        found.visitor_id,
        AuditAction.SUMMARY,
        error,
        source=reader.source,
        user_name=reader.name,
    )
