"""The API's answers: envelopes, and the JSON of a visitor and of a website."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visitors.sandbox.clock import iso, seeded_random
from visitors.sandbox.visitor import Event, Prediction, Profile, Visitor, until, visit_starts
from visitors.sandbox.websites import Website

JSON_TYPE = "application/json; charset=utf-8"

_PARAMS = ("ref", "source", "via", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_CLICK_IDS = ("gclid", "gclsrc", "wbraid", "gbraid", "li_fat_id", "fbclid", "msclkid", "ttclid", "twclid")
_PARAMS_2025 = tuple(name for name in _PARAMS if name != "via")

# Two numbers of a visitor's answer change with the clock, the rest only with an event. Cached answers contain these
# placeholders instead. No text of a visitor can contain them, because its quotes are escaped.
_SINCE_FIRST = b'"timeSinceFirstVisit":"?"'
_SINCE_CURRENT = b'"timeSinceCurrentVisit":"?"'


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response: status, body and headers."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An error answer to a request. `extra` is added to the top level of the body."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}
        self.extra = extra or {}

    def answer(self) -> Answer:
        """Return the error envelope: `{"status": "error", "error": {"code", "message"}, …}`."""
        envelope = {"status": "error", "error": {"code": self.status, "message": self.message}, **self.extra}
        return Answer(self.status, encoded(envelope), headers=self.headers)


def encoded(value: object) -> bytes:
    """Return JSON as DataFast writes it: without blanks, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def success(data: object, **beside: object) -> Answer:
    """Return the success envelope around `data`; `beside` is added to its top level."""
    return Answer(200, encoded({"status": "success", "data": data, **beside}))


@dataclass(frozen=True, slots=True)
class _CachedAnswer:
    """An answer until the visitor's next event, with the times from which its changing numbers count."""

    visitor: Visitor
    pages: int
    goals: int
    first_visit_at: int
    current_visit_at: int
    body: bytes


class VisitorAnswers:
    """Makes Get visitor answers and caches each until the visitor's next event."""

    def __init__(self) -> None:
        self._cache: dict[tuple[Website, str], _CachedAnswer] = {}

    def get(self, visitor: Visitor, now: int) -> Answer | None:
        """Return the answer at `now` (milliseconds), or None before the visitor's first page view."""
        pages, goals = until(visitor.pages, now), until(visitor.goals, now)
        if pages == 0:
            return None
        key = (visitor.website, visitor.visitor_id)
        cached = self._cache.get(key)
        if cached is None or (cached.visitor, cached.pages, cached.goals) != (visitor, pages, goals):
            cached = self._cache[key] = _answer_of(visitor, pages, goals)
        body = cached.body.replace(_SINCE_FIRST, b'"timeSinceFirstVisit":%d' % (now - cached.first_visit_at), 1)
        body = body.replace(_SINCE_CURRENT, b'"timeSinceCurrentVisit":%d' % (now - cached.current_visit_at), 1)
        return Answer(200, body)


def _answer_of(visitor: Visitor, page_count: int, goal_count: int) -> _CachedAnswer:
    pages, goals = visitor.pages[:page_count], visitor.goals[:goal_count]
    starts = visit_starts(pages)
    first = starts[0] if visitor.first_visit_at is None else visitor.first_visit_at
    activity = {
        "visitCount": len(starts) + visitor.unlisted_visits,
        "pageViewCount": page_count + visitor.unlisted_pages,
        "timeSinceFirstVisit": "?",
        "timeSinceCurrentVisit": "?",
        "firstVisitAt": iso(first),
        "lastVisitAt": iso(starts[-1]),
        "currentUrl": pages[-1].body["url"],
        "visitedPages": _listed(visitor, pages),
        "completedCustomGoals" if visitor.edition == 2025 else "completedGoals": _listed(visitor, goals),
    }
    data: dict[str, Any] = {
        "visitorId": visitor.visitor_id,
        "identity": _identity(visitor) | visitor.identity_changes,
        "activity": activity | visitor.activity_changes,
        "prediction": _prediction(visitor.prediction),
    }
    if visitor.edition != 2025:
        data["profile"] = _profile(visitor.profile)
    return _CachedAnswer(visitor, page_count, goal_count, first, starts[-1], success(data).body)


def _identity(visitor: Visitor) -> dict[str, Any]:
    place, machine, source = visitor.place, visitor.machine, visitor.source
    codes = visitor.edition == 2025
    identity: dict[str, Any] = {
        "country": place.country_code if codes else place.country,
        "countryCode": place.country_code,
        "region": place.region_code if codes else place.region,
        "city": place.city,
        "params": {name: source.params.get(name) for name in (_PARAMS_2025 if codes else _PARAMS)},
        "browser": {"name": machine.browser, "version": machine.browser_version},
        "os": {"name": machine.os, "version": machine.os_version},
        "device": {"type": machine.type, "vendor": machine.vendor, "model": machine.model},
        "viewport": {"width": machine.width, "height": machine.height},
    }
    if not codes:
        identity["adClickIds"] = {name: source.click_ids.get(name) for name in _CLICK_IDS}
    return identity


def _listed(visitor: Visitor, events: Sequence[Event]) -> list[dict[str, Any]]:
    """Return the events by time, or in random order for a visitor with shuffled lists."""
    hidden = {"origin"} if visitor.edition == 2025 else set()
    listed = [
        {name: value for name, value in ({"timestamp": iso(event.at)} | event.body).items() if name not in hidden}
        for event in events
    ]
    if visitor.shuffled:
        seeded_random("order", visitor.visitor_id).shuffle(listed)
    return listed


def _profile(profile: Profile | None) -> dict[str, Any] | None:
    if profile is None:
        return None
    return {"userId": profile.user_id, "metadata": profile.metadata, "identifiedAt": iso(profile.identified_at)}


def _prediction(prediction: Prediction | None) -> dict[str, Any] | None:
    if prediction is None:
        return None
    return {
        "score": prediction.score,
        "conversionRate": prediction.conversion_rate,
        "expectedValue": prediction.expected_value,
        "confidence": prediction.confidence,
    }


def website_row(website: Website) -> dict[str, Any]:
    """Return a row of List websites."""
    return {
        "_id": website.website_id,
        "domain": website.domain,
        "name": website.name,
        "trackingId": website.tracking_id,
        "timezone": website.timezone,
        "currency": website.currency,
        "role": website.role,
    }


def metadata_row(website: Website) -> dict[str, Any]:
    """Return the only row of the metadata of a website."""
    return {
        "domain": website.domain,
        "timezone": website.timezone,
        "name": website.name,
        "kpi": "revenue",
        "kpiColorScheme": "orange",
        "currency": website.currency,
    }
