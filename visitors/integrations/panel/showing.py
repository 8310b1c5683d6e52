"""Find the visitor whom a help desk names, and present them."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse

from visitors import profiles
from visitors.audit import log
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.formatting import DisplayTime
from visitors.formatting.text import isolate_direction, truncate
from visitors.integrations.cards.finding import Found, find_person
from visitors.journey_page.presenters import JourneyPage, Notice, present_age, present_journey, present_notice
from visitors.journey_page.presenters import present_problem as explain
from visitors.journey_page.timeline import TimelineQuery
from visitors.lookup import id_parser
from visitors.models import AuditAction, AuditSource, Website
from visitors.web.time_zones import time_zone_of_user

# A stored profile that is older is fetched again, for which the panel waits no longer than this.
_MAX_AGE = timedelta(minutes=1)
_PATIENCE_SECONDS = 4.0
MAX_VISITS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Whom the help desk's page names: any text with a visitor id, an email address, a user id, and when the
    conversation started."""

    visitor: str = ""
    email: str = ""
    user_id: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panel shows of a visitor. `others`: visitors with the same email address or user id."""

    journey: JourneyPage
    age: DisplayTime
    age_words: str
    notice: Notice | None
    others: int
    search: str


@dataclass(frozen=True, slots=True)
class Message:
    """Why no visitor is shown. `visitor_id` is "" unless the journey page may tell more.

    That no one is found is an answer (status 200), which is no error in the console of the help desk's page.
    """

    title: str
    text: str
    status: int
    visitor_id: str = ""


def show(user: User, website: Website, question: Question) -> Shown | Message:
    """Return the visitor, or why there is none; write the look-up to the audit log. Raises LogUnavailable."""
    found = _find(website, question)
    if found is None:
        if question.email or question.user_id or question.visitor:
            who = isolate_direction(truncate(question.email or question.user_id or "this visitor id"))
            text = f"No one who was looked up on {website.domain}, or is on the site now, is known as {who}."
            return Message("Visitor not found", text, 200)
        return Message("No visitor", "This conversation has neither a visitor id nor an email address.", 200)
    try:
        profile = profiles.refresh_profile(website, found.visitor_id, max_age=_MAX_AGE, patience=_PATIENCE_SECONDS)
    except UpstreamError as error:
        log.record_lookup(user, website, found.visitor_id, AuditAction.PAGE, error, source=AuditSource.PANEL)
        # An id that DataFast does not know may be that of an old cookie.
        if isinstance(error, NoJourney) and question.visitor and _find_person(website, question):
            return show(user, website, replace(question, visitor=""))
        problem = explain(error, domain=website.domain, now=datetime.now(UTC))
        status = 200 if isinstance(error, NoJourney) else 503
        return Message(problem.title, problem.sentence, status, str(found.visitor_id))
    log.record_lookup(user, website, found.visitor_id, AuditAction.PAGE, source=AuditSource.PANEL)
    now, zone = datetime.now(UTC), time_zone_of_user(user, website)
    page_url = reverse("journey", args=[website.slug, found.visitor_id])
    journey = present_journey(
        profile,
        now=now,
        zone=zone,
        query=TimelineQuery(at=question.started_at),
        marked_after=None,
        page_url=page_url,
        part_url="",
    )
    age = present_age(profile.fetched_at, is_fresh=profile.is_fresh, now=now, zone=zone)
    notice = present_notice(profile.problem, fetched_at=profile.fetched_at, now=now) if profile.problem else None
    return Shown(journey, age.as_of, age.words, notice, found.others, found.matched_by)


def _find(website: Website, question: Question) -> Found | None:
    candidate = id_parser.parse(question.visitor).unambiguous if question.visitor else None
    if candidate:
        return Found(UUID(candidate.visitor_id))
    return _find_person(website, question)


def _find_person(website: Website, question: Question) -> Found | None:
    return find_person(website, emails=[question.email] if question.email else (), user_id=question.user_id)
