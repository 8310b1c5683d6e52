"""Realtime map: who is on the website now, with the events and payments of the last ten minutes."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from visitors.sandbox.clock import MINUTE, iso, seeded_random
from visitors.sandbox.visitor import Event, Prediction, Visitor, until, visit_starts
from visitors.sandbox.websites import Website

WINDOW = 10 * MINUTE
_COLORS = ("Amber", "Coral", "Indigo", "Olive", "Scarlet", "Teal", "Violet")
_ANIMALS = ("Badger", "Heron", "Lynx", "Marten", "Otter", "Puffin", "Swift")


def realtime_map(visitors: Iterable[Visitor], website: Website, now: int) -> dict[str, Any]:
    """Return the data of an answer: the visitors with a page view in the window, latest first."""
    live = [visitor for visitor in visitors if _recent(visitor.pages, now)]
    live.sort(key=lambda visitor: (-_recent(visitor.pages, now)[-1].at, visitor.visitor_id))
    events = [event for visitor in live for event in _events(visitor, now)]
    payments = [payment for visitor in live for payment in _payments(visitor, website, now)]
    return {
        "count": len(live),
        "visitors": [_visitor(visitor, now) for visitor in live],
        "recentEvents": sorted(events, key=lambda event: event["timestamp"], reverse=True),
        "recentPayments": sorted(payments, key=lambda payment: payment["timestamp"], reverse=True),
        "hasConversionPredictions": any(visitor.prediction for visitor in live),
    }


def _recent(events: Iterable[Event], now: int) -> list[Event]:
    return [event for event in events if now - WINDOW < event.at <= now]


def _visitor(visitor: Visitor, now: int) -> dict[str, Any]:
    pages = visitor.pages[: until(visitor.pages, now)]
    starts, place, machine = visit_starts(pages), visitor.place, visitor.machine
    metadata = visitor.profile.metadata if visitor.profile else {}
    is_customer = any(goal.body["name"] == "payment" for goal in visitor.goals[: until(visitor.goals, now)])
    return {
        "visitorId": visitor.visitor_id,
        "location": {"city": place.city, "region": place.region_code, "countryCode": place.country_code},
        "system": {
            "browser": {"name": machine.browser},
            "os": {"name": machine.os},
            "device": {"type": machine.type},
        },
        "currentUrl": _path(pages[-1]),
        "referrer": visitor.source.referrer,
        "sessionStartTime": iso(starts[-1]),
        "visitCount": len(starts) + visitor.unlisted_visits,
        "params": dict(visitor.source.params),
        "latitude": None,
        "longitude": None,
        "isCustomer": is_customer,
        "customerName": metadata.get("name") if is_customer else None,
        "customerEmail": metadata.get("email") if is_customer else None,
        "profileData": {
            "displayName": _display_name(visitor),
            "userId": visitor.profile.user_id if visitor.profile else None,
            "hasProfile": visitor.profile is not None,
            "isRandomName": not metadata.get("name"),
        },
        "conversionLikelihood": _likelihood(visitor.prediction),
    }


def _display_name(visitor: Visitor) -> str:
    """Return the name of the profile; without one, a random name, as DataFast gives its visitors."""
    if visitor.profile and visitor.profile.metadata.get("name"):
        return str(visitor.profile.metadata["name"])
    chance = seeded_random("name", visitor.visitor_id)
    return f"{chance.choice(_COLORS)} {chance.choice(_ANIMALS)}"


def _likelihood(prediction: Prediction | None) -> dict[str, Any] | None:
    if prediction is None:
        return None
    rate, expected = prediction.conversion_rate, prediction.expected_value
    return {
        "score": prediction.score,
        "confidence": prediction.confidence,
        "isBaseline": False,
        "dimensionMatches": [],
        "raw": {
            "conversionRate": rate,
            "averageValue": round(expected / rate, 2) if rate else None,
            "expectedValue": expected,
        },
    }


def _events(visitor: Visitor, now: int) -> Iterator[dict[str, Any]]:
    kinds = [("pageview", event) for event in _recent(visitor.pages, now)]
    kinds += [("custom", event) for event in _recent(visitor.goals, now) if event.body["name"] != "payment"]
    for kind, event in kinds:
        yield {
            "_id": f"{visitor.visitor_id}:{kind}:{event.at}",
            "type": kind,
            "visitorId": visitor.visitor_id,
            "timestamp": iso(event.at),
            "path": _path(event) if kind == "pageview" else None,
            "countryCode": visitor.place.country_code,
            "extraData": None if kind == "pageview" else {"eventName": event.body["name"]},
            "referrer": visitor.source.referrer,
            "customerName": None,
            "amount": None,
            "displayName": _display_name(visitor),
        }


def _payments(visitor: Visitor, website: Website, now: int) -> Iterator[dict[str, Any]]:
    metadata = visitor.profile.metadata if visitor.profile else {}
    earlier = {event.at for event in visitor.goals if event.body["name"] == "payment" and event.at <= now - WINDOW}
    for event in _recent(visitor.goals, now):
        if event.body["name"] == "payment":
            yield {
                "_id": f"{visitor.visitor_id}:payment:{event.at}",
                "type": "payment",
                "timestamp": iso(event.at),
                "name": metadata.get("name"),
                "email": metadata.get("email"),
                "amount": event.body.get("amount"),
                "currency": event.body.get("currency", website.currency),
                "renewal": bool(earlier),
                "displayName": _display_name(visitor),
                "isNew": not earlier,
            }


def _path(page: Event) -> str:
    return urlsplit(f"//{page.body['url']}").path or "/"
