"""The visitor who is always on the site. Events depend on the clock only, so they survive a restart.

A day has shifts of three hours. In the current shift the visitor arrived in its first second and views a page every 20
to 60 seconds. A past shift has an ordinary visit of 8 to 28 minutes, or none: without a pause of 30 minutes, DataFast
would count one endless visit. So the past changes only at the end of a shift, where the long visit becomes a short one.
The history begins on a Monday, two to three weeks ago.
"""

from functools import lru_cache

from visitors.sandbox.attributes import MACBOOK, NEWSLETTER, SAO_PAULO
from visitors.sandbox.clock import DAY, HOUR, MINUTE, SECOND, seeded_random
from visitors.sandbox.documented import LIVE
from visitors.sandbox.visitor import Event, Prediction, Profile, Visitor
from visitors.sandbox.websites import LUMENKIT

SHIFT = 3 * HOUR
_MONDAY = 4 * DAY  # 1970-01-05
_ROUNDS = (
    (
        "lumenkit.example/",
        "lumenkit.example/features/funnels",
        "lumenkit.example/pricing",
        "lumenkit.example/customers",
    ),
    ("app.lumenkit.example/onboarding/install", "docs.lumenkit.example/install/nextjs", "app.lumenkit.example/events"),
    (
        "app.lumenkit.example/dashboards",
        "app.lumenkit.example/dashboards/new",
        "app.lumenkit.example/dashboards/weekly",
    ),
    ("app.lumenkit.example/funnels", "app.lumenkit.example/funnels/signup", "docs.lumenkit.example/funnels"),
    ("lumenkit.example/pricing?plan=team", "app.lumenkit.example/settings/team", "lumenkit.example/security"),
    ("app.lumenkit.example/feature-flags", "app.lumenkit.example/feature-flags/new", "docs.lumenkit.example/flags"),
)
_GOALS = {
    "app.lumenkit.example/dashboards/new": ("dashboard_created", "Created a dashboard"),
    "app.lumenkit.example/funnels/signup": ("funnel_saved", "Saved a funnel"),
    "app.lumenkit.example/feature-flags/new": ("feature_flag_created", "Created a feature flag"),
}


def live_visitor(now: int) -> Visitor:
    """Return the live visitor at this time (milliseconds), with the planned events of the rest of the shift."""
    return _in_shift(now // SHIFT)


@lru_cache(maxsize=2)
def _in_shift(shift: int) -> Visitor:
    monday = shift * SHIFT - (shift * SHIFT - _MONDAY) % (7 * DAY)
    first = (monday - 14 * DAY) // SHIFT
    pages: list[Event] = []
    goals: list[Event] = []
    for past in range(first, shift):
        rng = seeded_random("live visit", past)
        if past == first or rng.random() < 0.08:
            _browse(past, rng.randrange(8 * MINUTE, 28 * MINUTE), pages, goals)
    _browse(shift, SHIFT, pages, goals)
    return Visitor(
        visitor_id=LIVE.visitor_id,
        website=LUMENKIT,
        place=SAO_PAULO,
        machine=MACBOOK,
        source=NEWSLETTER,
        pages=pages,
        goals=goals,
        profile=Profile(
            "user_51877",
            {
                "email": "marina.duarte@velo-norte.example",
                "name": "Marina Duarte",
                "company": "Velo Norte",
                "plan": "trial",
            },
            pages[4].at,
        ),
        prediction=Prediction(74, 0.0581, 46.9, 0.78),
    )


def _browse(shift: int, length: int, pages: list[Event], goals: list[Event]) -> None:
    """Add the events in the first `length` milliseconds of the shift; a greater length only adds events."""
    rng = seeded_random("live", shift)
    at = shift * SHIFT
    while True:
        for url in rng.choice(_ROUNDS):
            if at >= shift * SHIFT + length:
                return
            pages.append(Event(at, {"url": url}))
            stay = rng.randrange(20 * SECOND, 60 * SECOND)
            if url in _GOALS and rng.random() < 0.3:
                name, description = _GOALS[url]
                goals.append(Event(at + stay // 2, {"name": name, "description": description, "origin": "manual"}))
            at += stay
