"""Hypothesis strategies for every answer that can come out of parsing, likely and unlikely."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

from hypothesis import strategies as st

from visitors.datafast.payload import (
    Activity,
    CompletedGoal,
    Device,
    Identity,
    Prediction,
    Software,
    UserProfile,
    Viewport,
    VisitedPage,
    Visitor,
)

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def maybe(strategy):
    """The strategy, or null."""
    return st.none() | strategy


# Also halves of surrogate pairs, which JSON can spell.
any_text = st.text(st.characters(), max_size=30)
nasty_texts = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "<script>alert(1)</script>",
        "=1+1",
        "\u202egpj.exe",
        "\ud800",
        "*_[x](javascript:alert(1))",
        "a\nb\tc",
        "김하나",
        "مرحبا",
        "👩‍🚀",
        "%00%ff%E2%80%AE",
        "x" * 500,
    ]
)
texts = st.one_of(st.sampled_from(["signup", "Jane", "youtube.com"]), nasty_texts, any_text)

urls = st.one_of(
    st.sampled_from(
        [
            "example.com/",
            "example.com/pricing",
            "example.com/pricing?plan=pro",
            "shop.example.com/checkout?utm_source=x&gclid=1",
            "example.com/__app/ios/Home",
            "example.com/__app/android",
            "example.com",
            "/",
            "https://example.com/a%20b#/c",
            "example.com/%ED%95%9C?q=%",
        ]
    ),
    texts,
)

# Clustered to the minute, so that visits, gaps of exactly 30 minutes and events at the same instant are all common.
_near = st.integers(0, 40).map(lambda fives: START + timedelta(minutes=5 * fives))
_early_or_late = st.timedeltas(timedelta(days=-9700), timedelta(days=63500)).map(lambda span: START + span)
_moments = st.one_of(_near, _near, _near, _early_or_late)  # from 1999 to 2200


def _stamp(moment: datetime, form: int) -> str:
    match form:
        case 0:
            return moment.replace(tzinfo=None).isoformat()
        case 1:
            return moment.astimezone(timezone(timedelta(hours=9))).isoformat()
        case _:
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


timestamps = st.one_of(
    st.builds(_stamp, _moments, st.integers(0, 6)),
    st.builds(_stamp, _moments, st.integers(0, 6)),
    maybe(
        st.one_of(
            st.sampled_from(
                ["never", "2026-05-04", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1777967400000"]
            ),
            texts,
        )
    ),
)
counts = maybe(st.one_of(st.integers(0, 60), st.integers()))
numbers = maybe(st.one_of(st.floats(), st.floats(0, 1), st.floats(0, 100)))
amounts = maybe(
    st.one_of(
        st.decimals(-1000, 1000, places=2),
        st.sampled_from([Decimal("1E+400"), Decimal("1E-400"), Decimal("NaN"), Decimal("-Infinity"), Decimal("1E+2")]),
    )
)
currencies = maybe(st.sampled_from(["USD", "eur", " JPY ", "$", "", "XYZ", "dollars"]))
metadata_values = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())

goals = st.builds(
    CompletedGoal,
    name=maybe(
        st.one_of(
            st.sampled_from(
                [
                    "payment",
                    "payment_refunded",
                    "subscription_started",
                    "subscription_renewed",
                    "subscription_ended",
                    "free_trial",
                    "invoice_paid",
                    "payment_failed",
                    "signup",
                ]
            ),
            texts,
        )
    ),
    description=maybe(texts),
    origin=maybe(st.sampled_from(["manual", "payment_provider", "elsewhere"])),
    is_server=maybe(st.booleans()),
    timestamp=timestamps,
    amount=amounts,
    currency=currencies,
    metadata=maybe(
        st.one_of(
            st.fixed_dictionaries({"amount": st.one_of(metadata_values, st.just("12.50")), "currency": currencies}),
            st.dictionaries(texts, metadata_values, max_size=3),
        )
    ),
)
views = st.builds(VisitedPage, url=maybe(urls), timestamp=timestamps)
goal_lists = maybe(st.lists(goals, max_size=8).map(tuple))


@st.composite
def activities(draw):
    """What the visitor did; goals of the 2025 list are often those of the 2026 list again."""
    completed = draw(goal_lists)
    again = st.lists(st.sampled_from(completed), max_size=6).map(tuple) if completed else st.just(())
    return Activity(
        visit_count=draw(counts),
        page_view_count=draw(counts),
        time_since_first_visit=draw(maybe(st.integers() | st.floats())),
        time_since_current_visit=draw(maybe(st.integers() | st.floats())),
        first_visit_at=draw(timestamps),
        last_visit_at=draw(timestamps),
        current_url=draw(maybe(urls)),
        visited_pages=draw(maybe(st.lists(views, max_size=25).map(tuple))),
        completed_goals=completed,
        completed_custom_goals=draw(goal_lists | again),
    )


software = st.builds(Software, name=maybe(texts), version=maybe(texts))
tags = st.dictionaries(
    st.one_of(st.sampled_from(["ref", "source", "utm_source", "utm_campaign", "gclid", "fbclid"]), texts),
    maybe(texts),
    max_size=4,
)
identities = st.builds(
    Identity,
    country=maybe(texts | st.sampled_from(["KR", "South Korea"])),
    country_code=maybe(texts | st.just("KR")),
    region=maybe(texts | st.just("KR-44")),
    city=maybe(texts),
    params=maybe(tags),
    ad_click_ids=maybe(tags),
    browser=maybe(software),
    os=maybe(software),
    device=maybe(st.builds(Device, type=maybe(texts), vendor=maybe(texts), model=maybe(texts))),
    viewport=maybe(st.builds(Viewport, width=numbers, height=numbers)),
)
profiles = st.builds(
    UserProfile,
    user_id=maybe(texts),
    metadata=maybe(
        st.dictionaries(
            st.one_of(st.sampled_from(["name", "email", "company", "Plan", "first_name"]), texts),
            metadata_values | st.just("jane@example.com"),
            max_size=4,
        )
    ),
    identified_at=timestamps,
)
predictions = st.builds(Prediction, score=numbers, conversion_rate=numbers, expected_value=numbers, confidence=numbers)

visitors = st.builds(
    Visitor,
    visitor_id=maybe(texts),
    identity=maybe(identities),
    activity=maybe(activities()),
    profile=maybe(profiles),
    prediction=maybe(predictions),
)
