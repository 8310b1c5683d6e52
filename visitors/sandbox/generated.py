"""Generated visitors, so that lists are long and filters find something.

A visitor's id and character depend on its number alone; only the dates depend on `today`.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from visitors.sandbox.attributes import EASTERN, OFFICE, POCKET, SOURCES, WESTERN
from visitors.sandbox.clock import DAY, HOUR, MINUTE, SECOND, seeded_random
from visitors.sandbox.history import History
from visitors.sandbox.visitor import VISIT_GAP, Event, Machine, Place, Prediction, Profile, Visitor
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, Website

PER_WEBSITE, ARRIVING_PER_WEBSITE = 150, 40

_HOURS = (7, 8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18, 19, 20, 20, 21, 21, 22, 23)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a kind of visitor behaves: visits, pages and scores are inclusive ranges, probabilities are 0 to 1."""

    share: int
    visits: tuple[int, int]
    pages: tuple[int, int]
    identified: float
    score: tuple[int, int]
    buys: bool = False
    uses_product: bool = False


_BOUNCES = _Kind(share=38, visits=(1, 1), pages=(1, 2), identified=0, score=(8, 45))
_READS = _Kind(share=24, visits=(1, 3), pages=(2, 6), identified=0.05, score=(25, 60))
_EVALUATES = _Kind(share=18, visits=(2, 6), pages=(3, 9), identified=0.5, score=(48, 93))
_USES = _Kind(share=12, visits=(5, 15), pages=(3, 12), identified=0.9, score=(40, 80), uses_product=True)
_PAYS = _Kind(share=8, visits=(4, 12), pages=(3, 10), identified=1, score=(0, 0), buys=True, uses_product=True)
_KINDS = (_BOUNCES, _READS, _EVALUATES, _USES, _PAYS)


@dataclass(frozen=True, slots=True)
class _Content:
    """A website's pages and goals, and who visits it."""

    website: Website
    places: Sequence[Place]
    machines: Sequence[Machine]
    entries: Sequence[str]
    pages: Sequence[str]
    product: Sequence[str]
    goals: Sequence[tuple[str, str]]
    prices: Sequence[int]
    order_value: float


_LUMENKIT = _Content(
    website=LUMENKIT,
    places=WESTERN,
    machines=OFFICE,
    entries=("/", "/", "/", "/blog/what-a-funnel-cannot-tell-you", "/pricing", "/compare/spreadsheets", "/changelog"),
    pages=(
        *("/", "/pricing", "/pricing", "/features/funnels", "/features/dashboards", "/features/feature-flags"),
        *("/customers", "/customers/northwind", "/docs", "docs.lumenkit.example/install/nextjs", "/security", "/about"),
        *("/blog/retention-without-guilt", "/blog/what-a-funnel-cannot-tell-you", "/signup", "/changelog"),
    ),
    product=(
        *("app.lumenkit.example/dashboards", "app.lumenkit.example/funnels", "app.lumenkit.example/events"),
        *("app.lumenkit.example/feature-flags", "app.lumenkit.example/settings/team", "docs.lumenkit.example/api"),
    ),
    goals=(
        ("newsletter_signup", "Signed up for the newsletter"),
        ("demo_requested", "Asked for a demo"),
        ("signup", "Created an account"),
    ),
    prices=(49, 49, 49, 99, 490),
    order_value=110.0,
)
_POCKETGARDEN = _Content(
    website=POCKETGARDEN,
    places=EASTERN,
    machines=POCKET,
    entries=("/", "/", "/plants/monstera", "/care/watering", "/care/pests", "/app", "/shop"),
    pages=(
        *("/", "/plants", "/plants/monstera", "/plants/basil", "/plants/olive-tree", "/care/watering", "/care/light"),
        *("/care/pests", "/care/winter", "/shop", "/shop/pots", "/shop/seeds/tomato", "/premium", "/premium", "/app"),
    ),
    product=(
        *("/__app/ios/Garden", "/__app/ios/PlantDetail", "/__app/ios/ScanPlant", "/__app/android/Garden"),
        *("/__app/android/WateringPlan", "/__app/ios/PlantDoctor"),
    ),
    goals=(
        ("newsletter_signup", "Signed up for the plant letter"),
        ("app_store_opened", "Went to the app store"),
        ("plant_saved", "Saved a plant"),
    ),
    prices=(4900, 4900, 39000, 58000),
    order_value=16.0,
)
_FIRST_NAMES = ("Amara", "Ben", "Chloe", "Diego", "Eun-ji", "Farah", "Goran", "Hana", "Ines", "Jamal", "Kenji", "Lucía")
_LAST_NAMES = (
    "Adeyemi",
    "Brandt",
    "Castillo",
    "Dubois",
    "Eriksson",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Kim",
    "Novak",
)
_COMPANIES = (
    "Alder & Finch",
    "Bluewater Labs",
    "Corvid Works",
    "Drift Studio",
    "Elm Street Goods",
    "Fathom Lane",
    "Gable",
)


def generated_visitors(today: int) -> tuple[Visitor, ...]:
    """Return the generated visitors of both websites. `today` is a UTC midnight in milliseconds."""
    return tuple(
        _visitor(content, number, today) for content in (_LUMENKIT, _POCKETGARDEN) for number in range(PER_WEBSITE)
    )


def arriving_visitors(today: int) -> tuple[Visitor, ...]:
    """Return the visitors of both websites who come back to the site all through the day, some of them at any time."""
    return tuple(
        _arriving(content, number, today)
        for content in (_LUMENKIT, _POCKETGARDEN)
        for number in range(PER_WEBSITE, PER_WEBSITE + ARRIVING_PER_WEBSITE)
    )


def _arriving(content: _Content, number: int, today: int) -> Visitor:
    """Return a visitor who has a visit of some minutes about every hour of today, and the usual history before."""
    usual = _visitor(content, number, today)
    rng = seeded_random("arrivals", f"{content.website.domain}/{number}")
    pages = [page for page in usual.pages if page.at < today - VISIT_GAP]
    goals = [goal for goal in usual.goals if goal.at < today - VISIT_GAP]
    is_customer = any(goal.body["name"] == "payment" for goal in goals)
    at = today + rng.randrange(HOUR)
    while at < today + DAY:
        for path in rng.choices(content.pages, k=rng.randint(3, 8)):
            pages.append(Event(at, {"url": content.website.domain + path if path.startswith("/") else path}))
            at += rng.randrange(20 * SECOND, 120 * SECOND)
        if rng.random() < 0.2:
            name, description = rng.choice(content.goals)
            goals.append(Event(at, {"name": name, "description": description, "origin": "manual"}))
        elif is_customer and rng.random() < 0.1:
            price = {"amount": rng.choice(content.prices), "currency": content.website.currency}
            goals.append(Event(at, {"name": "payment", "origin": "payment_provider"} | price))
        at += rng.randrange(40 * MINUTE, 70 * MINUTE)
    return replace(usual, pages=pages, goals=goals)


def _visitor(content: _Content, number: int, today: int) -> Visitor:
    seed = f"{content.website.domain}/{number}"
    rng = seeded_random("crowd", seed)
    visitor_id = str(UUID(int=rng.getrandbits(128), version=4))
    kind = rng.choices(_KINDS, [kind.share for kind in _KINDS])[0]
    place = rng.choice(content.places)
    history = History(content.website, today, seed)
    identified_at = _write_visits(history, content, kind, place, rng)
    return history.visitor(
        visitor_id,
        place=place,
        machine=rng.choice(content.machines),
        source=rng.choice(SOURCES),
        profile=_profile(rng, number, identified_at),
        prediction=None if kind.buys else _prediction(rng, content, kind, len(history.pages)),
        shuffled=rng.random() < 0.2,
    )


def _write_visits(history: History, content: _Content, kind: _Kind, place: Place, rng: random.Random) -> int | None:
    """Write every visit into the history; return when the visitor was identified, or None."""
    count = rng.randint(*kind.visits)
    # At least one visit is before today, so that every visitor is known in the first hours of a day.
    first = min(90, 1 + int(rng.expovariate(1 / 12)) + count)
    days = sorted({first, *rng.sample(range(first), count - 1)}, reverse=True)
    identified_at: int | None = None
    for order, days_ago in enumerate(days):
        hour = (rng.choice(_HOURS) - place.utc_offset) % 24
        history.begin(days_ago, f"{hour:02d}:{rng.randrange(60):02d}")
        uses = kind.uses_product and order > 0
        history.page(rng.choice(content.product if uses else content.entries), _reading_time(rng))
        for _ in range(rng.randint(*kind.pages) - 1):
            history.page(
                rng.choice(content.product if uses and rng.random() < 0.8 else content.pages), _reading_time(rng)
            )
        if order == 0 and rng.random() < kind.identified:
            history.goal(*content.goals[2])
            identified_at = history.now
        elif rng.random() < 0.12 and kind is not _BOUNCES:
            history.goal(*rng.choice(content.goals[:2]))
        if kind.buys and order == 1:
            history.goal("checkout_initiated")
            history.provider_goal("payment", amount=rng.choice(content.prices), currency=content.website.currency)
            history.provider_goal("subscription_started")
    return identified_at


def _reading_time(rng: random.Random) -> int:
    """Return the seconds spent on a page: at most 900, which never ends a visit."""
    return min(900, max(4, int(rng.lognormvariate(math.log(35), 0.9))))


def _profile(rng: random.Random, number: int, identified_at: int | None) -> Profile | None:
    first, last, company = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES), rng.choice(_COMPANIES)
    if identified_at is None:
        return None
    metadata = {
        "email": f"{first}.{last}@company{number}.example".lower(),
        "name": f"{first} {last}",
        "company": company,
    }
    return Profile(f"user_{10_000 + number}", metadata, identified_at - identified_at % SECOND)


def _prediction(rng: random.Random, content: _Content, kind: _Kind, pages: int) -> Prediction:
    score = rng.randint(*kind.score)
    rate = round(min(0.6, 0.012 * math.exp((score - 50) / 16)), 4)
    return Prediction(score, rate, round(rate * content.order_value, 3), round(1 - math.exp(-pages / 8), 3))
