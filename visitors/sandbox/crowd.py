"""The crowd: visitors that nobody told by hand, so that lists are long and filters find something.

Everyone's id and character come from their number alone; only the days are told from "today".
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from visitors.sandbox.diary import Diary
from visitors.sandbox.moments import SECOND, dice
from visitors.sandbox.people import Event, Machine, Place, Prediction, Profile, Visitor
from visitors.sandbox.surroundings import EASTERN, OFFICE, POCKET, SOURCES, WESTERN
from visitors.sandbox.websites import LUMENKIT, POCKETGARDEN, Website

PER_WEBSITE = 150

_HOURS = (7, 8, 9, 9, 10, 10, 10, 11, 11, 11, 12, 13, 14, 14, 14, 15, 15, 16, 16, 17, 18, 19, 20, 20, 21, 21, 22, 23)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a sort of visitor behaves: visits and pages are inclusive ranges, chances lie between 0 and 1."""

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
class _Site:
    """What there is to see on a website, and what people do there."""

    website: Website
    places: Sequence[Place]
    machines: Sequence[Machine]
    entries: Sequence[str]
    pages: Sequence[str]
    product: Sequence[str]
    goals: Sequence[tuple[str, str]]
    prices: Sequence[int]
    order_value: float


_LUMENKIT = _Site(
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
_POCKETGARDEN = _Site(
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


def crowd(today: int) -> tuple[Visitor, ...]:
    """All generated visitors of both websites, told from this UTC midnight."""
    return tuple(_visitor(site, number, today) for site in (_LUMENKIT, _POCKETGARDEN) for number in range(PER_WEBSITE))


def _visitor(site: _Site, number: int, today: int) -> Visitor:
    seed = f"{site.website.domain}/{number}"
    rng = dice("crowd", seed)
    visitor_id = str(UUID(int=rng.getrandbits(128), version=4))
    kind = rng.choices(_KINDS, [kind.share for kind in _KINDS])[0]
    place = rng.choice(site.places)
    diary = Diary(site.website, today, seed)
    identified_at = _live_through(diary, site, kind, place, rng)
    pages, goals = diary.pages, diary.goals
    return Visitor(
        visitor_id=visitor_id,
        website=site.website,
        place=place,
        machine=rng.choice(site.machines),
        source=rng.choice(SOURCES),
        pages=pages,
        goals=goals,
        profile=_profile(rng, number, identified_at),
        prediction=None if kind.buys else _prediction(rng, site, kind, pages),
        shuffled=rng.random() < 0.2,
    )


def _live_through(diary: Diary, site: _Site, kind: _Kind, place: Place, rng: random.Random) -> int | None:
    """Writes every visit into the diary; when the visitor said who they are, if they did."""
    count = rng.randint(*kind.visits)
    # At least one visit lies before today, so that nobody in the crowd is unknown in the small hours.
    first = min(90, 1 + int(rng.expovariate(1 / 12)) + count)
    days = sorted({first, *rng.sample(range(first), count - 1)}, reverse=True)
    identified_at: int | None = None
    for order, days_ago in enumerate(days):
        hour = (rng.choice(_HOURS) - place.utc_offset) % 24
        diary.begin(days_ago, f"{hour:02d}:{rng.randrange(60):02d}")
        uses = kind.uses_product and order > 0
        diary.page(rng.choice(site.product if uses else site.entries), _reading_time(rng))
        for _ in range(rng.randint(*kind.pages) - 1):
            diary.page(rng.choice(site.product if uses and rng.random() < 0.8 else site.pages), _reading_time(rng))
        if order == 0 and rng.random() < kind.identified:
            diary.goal(*site.goals[2])
            identified_at = diary.now
        elif rng.random() < 0.12 and kind is not _BOUNCES:
            diary.goal(*rng.choice(site.goals[:2]))
        if kind.buys and order == 1:
            diary.goal("checkout_initiated")
            diary.provider("payment", amount=rng.choice(site.prices), currency=site.website.currency)
            diary.provider("subscription_started")
    return identified_at


def _reading_time(rng: random.Random) -> int:
    """Seconds on a page: mostly under a minute, sometimes several, never long enough to end the visit."""
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


def _prediction(rng: random.Random, site: _Site, kind: _Kind, pages: Sequence[Event]) -> Prediction:
    score = rng.randint(*kind.score)
    rate = round(min(0.6, 0.012 * math.exp((score - 50) / 16)), 4)
    return Prediction(score, rate, round(rate * site.order_value, 3), round(1 - math.exp(-len(pages) / 8), 3))
