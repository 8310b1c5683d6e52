"""A journey as data: what the page says, without its layout."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse

from dashboard.addresses import absolute_url
from visitors import journey as domain
from visitors.formatting import format_utc
from visitors.formatting.text import clean
from visitors.integrations.api import schemas
from visitors.models import Website
from visitors.profiles import Profile


def present_journey(website: Website, profile: Profile, *, now: datetime, max_visits: int) -> schemas.Journey:
    """Return a journey as of `now`."""
    zone = ZoneInfo(website.time_zone)
    found = profile.contents.journey.as_of(now)
    outlines = found.outlines[:max_visits]
    person = found.person
    return schemas.Journey(
        visitor_id=str(profile.visitor_id),
        website=website.slug,
        url=absolute_url(reverse("journey", args=[website.slug, profile.visitor_id])),
        as_of=format_utc(profile.fetched_at),
        is_live=found.is_live(now),
        person=schemas.Person.model_validate(person) if person else None,
        summary=domain.summarize(found, now=now, zone=zone),
        topics=[
            schemas.Topic(topic=line.topic, text=line.text)
            for line in domain.summarize_by_topic(found, now=now, zone=zone)
        ],
        first_seen_at=format_utc(found.started_at) if found.started_at else None,
        last_seen_at=format_utc(found.last_seen_at) if found.last_seen_at else None,
        first_source=found.first_touch.label if found.first_touch else None,
        last_source=found.last_touch.label if found.last_touch else None,
        counts=schemas.Counts(
            visits=found.visit_count,
            page_views=found.page_view_count,
            goals=found.counts.goals,
            payments=found.counts.payments - found.counts.refunds,
            refunds=found.counts.refunds,
        ),
        totals=_totals(found.totals),
        prediction=_prediction(found, now, zone),
        missing=_missing(found.missing) if found.missing else None,
        events_without_time=len(found.undated),
        visits=[_visit(outline) for outline in outlines],
        visits_left_out=len(found.outlines) - len(outlines),
        data_problems=[
            clean(f"{note.path}: {note.problem}" if note.path else note.problem) for note in profile.contents.notes
        ],
    )


def _digits(amount: Decimal) -> str:
    """Return an amount without an exponent."""
    return f"{amount:f}"


def _missing(missing: domain.Missing) -> schemas.Missing:
    return schemas.Missing(
        page_views=missing.page_views,
        visits=missing.visits,
        before=format_utc(missing.before) if missing.before else None,
        text=f"{missing.words}.",
    )


def _totals(totals: domain.Totals) -> schemas.Totals:
    return schemas.Totals(
        paid=[
            schemas.Paid(
                currency=paid.currency,
                net=_digits(paid.net),
                gross=_digits(paid.gross),
                refunded=_digits(paid.refunded),
                payments=paid.payments,
                refunds=paid.refunds,
            )
            for paid in totals.paid
        ],
        payments_without_amount=totals.payments_without_amount,
        refunds_without_amount=totals.refunds_without_amount,
    )


def _prediction(found: domain.Journey, now: datetime, zone: ZoneInfo) -> schemas.Prediction:
    reading = found.prediction
    return schemas.Prediction(
        score=reading.score,
        conversion_rate=reading.conversion_rate,
        expected_value=reading.expected_value,
        confidence=reading.confidence,
        is_low_confidence=reading.absence is None and reading.is_weak,
        score_in_words=reading.score_words,
        confidence_in_words=reading.confidence_words,
        absence=reading.absence,
        observations=[
            schemas.Observation(leaning=observation.leaning.value, text=observation.text)
            for observation in domain.observe(found, now=now, zone=zone)
        ],
    )


def _visit(outline: domain.VisitOutline) -> schemas.Visit:
    counts = outline.counts
    return schemas.Visit(
        number=outline.number,
        is_attended=outline.is_attended,
        started_at=format_utc(outline.started_at),
        ended_at=format_utc(outline.ended_at),
        duration_seconds=_seconds(outline.duration),
        gap_before_seconds=None if outline.gap_before is None else _seconds(outline.gap_before),
        intent=outline.intent,
        page_views=counts.pages + counts.screens,
        goals=counts.goals,
        payments=counts.payments - counts.refunds,
        refunds=counts.refunds,
    )


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())
