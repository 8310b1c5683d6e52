"""The visitor ids that users and tests can rely on, each with a description. The four of the demo come first.

The ids are readable UUIDs of version 4: `1ead…` is the lead, `…429` answers 429.
"""

from dataclasses import dataclass

from visitors.sandbox.failures import Failure, Mode
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, Website


@dataclass(frozen=True, slots=True)
class Documented:
    """A documented id. Without `website` it is the same on both websites; `failure` is how its requests fail."""

    name: str
    visitor_id: str
    website: Website | None
    description: str
    failure: Failure | None = None


def _fails(name: str, number: int, failure: Failure, description: str) -> Documented:
    return Documented(name, f"00000000-0000-4000-8000-{number:012d}", None, description, failure)


RETURNING_LEAD = Documented(
    "returning lead", "1ead0000-0000-4000-8000-000000000001", LUMENKIT, "keeps coming back to pricing, score 88"
)
CUSTOMER = Documented(
    "customer", "c0ffee00-0000-4000-8000-000000000002", LUMENKIT, "pays monthly: renewals, a second currency, a refund"
)
LIVE = Documented(
    "live visitor", "11fe0000-0000-4000-8000-000000000003", LUMENKIT, "on the site now: a page every 20 to 60 seconds"
)
TEN_THOUSAND = Documented(
    "10,000 page views", "10000000-0000-4000-8000-000000010000", LUMENKIT, "400 visits and 500 goals over nine months"
)
APP_USER = Documented(
    "app user", "a9900000-0000-4000-8000-000000000004", POCKETGARDEN, "screens of the iOS app, subscribed in KRW"
)
ONE_PAGE = Documented("one page", "0e000000-0000-4000-8000-000000000001", LUMENKIT, "anonymous, one page view")
FORTY_VISITS = Documented(
    "40 visits", "40404040-4040-4040-8040-404040404040", POCKETGARDEN, "a reader of months, with a partial refund"
)
CUT_OFF_LIST = Documented(
    "list cut off", "c0700ff0-0000-4000-8000-000000000005", LUMENKIT, "120 of 1,240 page views listed"
)
EDITION_2025 = Documented(
    "2025 edition", "20252025-2025-4025-8025-202520252025", POCKETGARDEN, "codes for names, completedCustomGoals"
)
SCRIPTS = Documented(
    "several scripts", "5c819750-0000-4000-8000-000000000006", POCKETGARDEN, "Korean, Arabic, emoji; raw and encoded"
)
LOW_CONFIDENCE = Documented(
    "low confidence", "10c0f1de-0000-4000-8000-000000000007", LUMENKIT, "score 79, but too little data to decide on"
)
NO_PREDICTION = Documented(
    "no prediction", "90900000-0000-4000-8000-000000000008", POCKETGARDEN, "prediction is null and there is no payment"
)
COOKIELESS = Documented(
    "cookieless", "c00c1e00-0000-4000-8000-000000000009", LUMENKIT, "visitCount 0: the service could not count visits"
)
OLD_EVENTS = Documented(
    "old events", "01d00000-0000-4000-8000-000000000010", POCKETGARDEN, "visitCount null, half of the fields missing"
)
HOSTILE = Documented(
    "hostile text", "bad00000-0000-4000-8000-00000000c0de", LUMENKIT, "HTML and javascript: in every string, bad times"
)
BOT = Documented("bot", "b0700000-0000-4000-8000-000000000011", LUMENKIT, "answers 400: flagged as a bot")

DOCUMENTED = (
    *(RETURNING_LEAD, CUSTOMER, LIVE, TEN_THOUSAND),
    *(APP_USER, ONE_PAGE, FORTY_VISITS, CUT_OFF_LIST, EDITION_2025, SCRIPTS, LOW_CONFIDENCE, NO_PREDICTION),
    *(COOKIELESS, OLD_EVENTS, HOSTILE, BOT),
    _fails("unauthorized", 401, Failure(status=401), "answers 401, whatever the token"),
    _fails("forbidden", 403, Failure(status=403), "answers 403, whatever the token"),
    _fails("not found", 404, Failure(status=404), "answers 404"),
    _fails("rate limited", 429, Failure(status=429), "answers 429, again in 34 seconds"),
    _fails("server error", 500, Failure(status=500), "answers 500"),
    _fails("bad gateway", 502, Failure(status=502), "answers 502 with a proxy's HTML page"),
    _fails("unavailable", 503, Failure(status=503), "answers 503"),
    _fails("gateway timeout", 504, Failure(status=504), "answers 504 with a proxy's HTML page"),
    _fails("hang", 901, Failure(mode=Mode.HANG), "says nothing until the sandbox gives up"),
    _fails("slow", 902, Failure(mode=Mode.SLOW), "fine, after 2 seconds"),
    _fails("slow drip", 903, Failure(mode=Mode.DRIP), "sends its answer a few bytes at a time"),
    _fails("cut-off body", 904, Failure(mode=Mode.CUT_OFF), "closes the connection in the middle of the answer"),
    _fails("cut-off JSON", 905, Failure(mode=Mode.TRUNCATED), "a whole answer whose JSON ends in the middle"),
    _fails("not JSON", 906, Failure(mode=Mode.NOT_JSON), "says 200 and application/json, sends a sentence"),
    _fails("empty body", 907, Failure(mode=Mode.EMPTY), "says 200 and sends nothing"),
    _fails("connection reset", 908, Failure(mode=Mode.RESET), "resets the connection"),
    _fails("redirect", 909, Failure(mode=Mode.REDIRECT), "redirects to another host name"),
    _fails("oversized", 910, Failure(mode=Mode.OVERSIZED), "sends 9 MB"),
    _fails("web page", 911, Failure(mode=Mode.WEB_PAGE), "says 200 and sends an HTML page"),
    _fails("wrong shape", 912, Failure(mode=Mode.WRONG_SHAPE), "JSON, but not the envelope"),
    _fails("suspended", 913, Failure(mode=Mode.SUSPENDED), "answers 403: tracking is suspended for the website"),
)
HEADLINES = DOCUMENTED[:4]


def named(name: str) -> Documented:
    """Return the documented id with this name. Raises KeyError for an unknown name."""
    return {entry.name: entry for entry in DOCUMENTED}[name]
