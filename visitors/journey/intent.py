"""What a page is for, read from its address: pricing, checkout, documentation, the application or the blog."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from visitors.journey.pages import Page


class Intent(StrEnum):
    """What a page is for."""

    CHECKOUT = "checkout"
    PRICING = "pricing"
    DOCS = "docs"
    APP = "app"
    BLOG = "blog"
    OTHER = "other"


_PURPOSES = tuple(intent for intent in Intent if intent is not Intent.OTHER)
# A part of a path with one of these names, or a host that begins with one, says what the page is for. The first match
# counts. There is no list of names that fits all websites: these are common ones.
_PATHS = {
    Intent.CHECKOUT: "checkout|cart|basket",
    Intent.PRICING: "pricing|prices?|plans",
    Intent.DOCS: "docs?|documentation|help|guides?|faq|support|api|changelog",
    Intent.APP: "app|dashboards?|settings|account|login|log-?in|sign-?in|sign-?up|register|onboarding|billing",
    Intent.BLOG: "blog|news|articles?|stories|podcast|learn",
}
_HOSTS = {Intent.DOCS: "docs|help|support|developers?", Intent.APP: "app|dashboard|my|admin", Intent.BLOG: "blog|news"}
# One look at the prices among a hundred pages of work does not make a visit one about prices.
_PRICING_SHARE = 0.2
_PATH_PATTERNS = [(intent, re.compile(rf"/({names})(?![^/.?#])", re.IGNORECASE)) for intent, names in _PATHS.items()]
_HOST_PATTERNS = [(intent, re.compile(rf"({names})\.")) for intent, names in _HOSTS.items()]


def classify(page: Page) -> Intent:
    """Return what a page is for; a screen of an app is always APP."""
    return Intent.APP if page.screen is not None else _classify(page.host, page.label)


@lru_cache(maxsize=4_096)  # a journey has the same few pages again and again
def _classify(host: str, label: str) -> Intent:
    for intent, pattern in _PATH_PATTERNS:
        if pattern.search(label):
            return intent
    return next((intent for intent, pattern in _HOST_PATTERNS if pattern.match(host)), Intent.OTHER)


def main_intent(intents: Iterable[Intent]) -> Intent:
    """Return the intent of several pages together: checkout if one page has it, pricing if it is a fair share of
    them, else the most frequent one that has a purpose."""
    found = list(intents)
    if Intent.CHECKOUT in found:
        return Intent.CHECKOUT
    if (pricing := found.count(Intent.PRICING)) and pricing >= _PRICING_SHARE * len(found):
        return Intent.PRICING
    # Ties by order of the class, so that the same pages always have the same color.
    main = max(_PURPOSES, key=found.count)
    return main if main in found else Intent.OTHER
