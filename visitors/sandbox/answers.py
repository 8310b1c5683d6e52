"""What the API says: envelopes, and the JSON of a visitor, of a list's row and of a website."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from visitors.sandbox.moments import dice, iso
from visitors.sandbox.people import Event, Prediction, Profile, Visitor, until, visit_starts
from visitors.sandbox.websites import Website

JSON_TYPE = "application/json; charset=utf-8"

_PARAMS = ("ref", "source", "via", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_CLICK_IDS = ("gclid", "gclsrc", "wbraid", "gbraid", "li_fat_id", "fbclid", "msclkid", "ttclid", "twclid")
_PARAMS_2025 = tuple(name for name in _PARAMS if name != "via")

# Two numbers of a visitor's answer count on with the clock; the rest stays until the next event. These stand in their
# place while the answer is kept. A text of the visitor cannot hold them: its quotes are escaped.
_SINCE_FIRST = b'"timeSinceFirstVisit":"?"'
_SINCE_CURRENT = b'"timeSinceCurrentVisit":"?"'


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer but for its framing."""

    status: int
    body: bytes
    content_type: str = JSON_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """Ends the work on a request with an error answer. `extra` goes to the top level of the body."""

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
        """The error envelope: `{"status": "error", "error": {"code", "message"}, …}`."""
        envelope = {"status": "error", "error": {"code": self.status, "message": self.message}, **self.extra}
        return Answer(self.status, encoded(envelope), headers=self.headers)


def encoded(value: object) -> bytes:
    """JSON as the service writes it: no blanks, no escapes for what UTF-8 can say."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def success(data: object, **beside: object) -> Answer:
    """The success envelope around `data`; `beside` goes next to it."""
    return Answer(200, encoded({"status": "success", "data": data, **beside}))


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer as it stands until the visitor's next event, with the moments that its running numbers count from."""

    visitor: Visitor
    pages: int
    goals: int
    first_visit_at: int
    current_visit_at: int
    body: bytes


class VisitorAnswers:
    """Writes Get visitor answers and keeps each until the visitor's next event."""

    def __init__(self) -> None:
        self._kept: dict[tuple[Website, str], _Kept] = {}

    def of(self, visitor: Visitor, now: int) -> Answer | None:
        """The answer at `now`; None when the visitor has not viewed a page yet."""
        pages, goals = until(visitor.pages, now), until(visitor.goals, now)
        if pages == 0:
            return None
        key = (visitor.website, visitor.visitor_id)
        kept = self._kept.get(key)
        if kept is None or (kept.visitor, kept.pages, kept.goals) != (visitor, pages, goals):
            kept = self._kept[key] = _written(visitor, pages, goals)
        body = kept.body.replace(_SINCE_FIRST, b'"timeSinceFirstVisit":%d' % (now - kept.first_visit_at), 1)
        body = body.replace(_SINCE_CURRENT, b'"timeSinceCurrentVisit":%d' % (now - kept.current_visit_at), 1)
        return Answer(200, body)


def _written(visitor: Visitor, page_count: int, goal_count: int) -> _Kept:
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
    return _Kept(visitor, page_count, goal_count, first, starts[-1], success(data).body)


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
    """The events as they are listed: by time, or in no order for those visitors whose lists are shuffled."""
    hidden = {"origin"} if visitor.edition == 2025 else set()
    listed = [
        {name: value for name, value in ({"timestamp": iso(event.at)} | event.body).items() if name not in hidden}
        for event in events
    ]
    if visitor.shuffled:
        dice("order", visitor.visitor_id).shuffle(listed)
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
    """A row of List websites."""
    return {
        "_id": website.website_id,
        "domain": website.domain,
        "name": website.name,
        "trackingId": website.tracking_id,
        "timezone": website.timezone,
        "currency": website.currency,
        "role": website.role,
    }
