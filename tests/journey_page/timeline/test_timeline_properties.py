"""Properties of the timeline of every answer that parses and every address that can be asked for."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.journey.strategies import START, any_text, nasty_texts, visitors
from visitors.datafast.payload import Activity, VisitedPage, Visitor
from visitors.journey import Kind, derive
from visitors.journey_page.timeline import TimelineQuery, present_timeline, present_visit_events
from visitors.journey_page.timeline.ledger import ROWS

ZONES = [ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati"), timezone(timedelta(hours=-23, minutes=-59))]
NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
zones = st.sampled_from(ZONES)


@st.composite
def long_answers(draw):
    """Journeys of up to a few hundred visits, or of a few long ones, with repeated pages."""
    visits = draw(st.lists(st.integers(1, 400) | st.integers(1, 3), min_size=1, max_size=120))
    pages = draw(st.integers(1, 7))
    views = tuple(
        VisitedPage(
            url=f"example.com/{number % pages}",
            timestamp=(START + timedelta(days=day, seconds=number)).isoformat(),
        )
        for day, count in enumerate(visits)
        for number in range(count)
    )
    undated = tuple(VisitedPage(url="example.com/", timestamp=None) for _ in range(draw(st.integers(0, 400))))
    return Visitor(activity=Activity(visited_pages=views + undated))


texts = st.one_of(any_text, nasty_texts)
positions = st.builds("{}.{}".format, st.integers(0, 130), st.integers(0, 500)) | st.just("undated.7") | texts
moments = st.one_of(
    st.datetimes(START.replace(tzinfo=None) - timedelta(days=9), START.replace(tzinfo=None) + timedelta(days=130)).map(
        datetime.isoformat
    ),
    st.datetimes().map(datetime.isoformat),
    texts,
)
keys = st.lists(st.integers(1, 130).map(str) | st.sampled_from(["undated", "x", ""]), max_size=4).map(".".join)
addresses = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.lists(st.sampled_from([kind.value for kind in Kind]) | texts, max_size=3),
        "q": texts | st.sampled_from(["1", "example", "pricing"]),
        "range": st.sampled_from(["30d", "7d", "24h", "before", "never"]),
        "before": moments,
        "at": moments,
        "from": positions,
        "open": keys | texts,
        "shut": keys | texts,
    },
).map(lambda fields: urlencode(fields, doseq=True, errors="replace"))


def read(address):
    return TimelineQuery.read(QueryDict(address.partition("#")[0].removeprefix("?")))


def shown(derived, query, zone):
    urls = {"page_url": "/page/", "part_url": "/page/timeline/"}
    return present_timeline(derived, query, zone=zone, now=NOW, version="1", **urls)


def rows_of(timeline):
    return [row for row in timeline.rows if hasattr(row, "key")]


def weight(events):
    """How many events these lines show."""
    return sum(int(event.times[1:].split(",")[0]) if event.times else 1 for event in events if event.style != "moment")


def all_events(derived, query, zone):
    """Follow every link from the top, as a reader would; return how many events stood behind each visit's key."""
    found = {}
    timeline = shown(derived, query, zone)
    while True:
        assert timeline.size <= ROWS
        for row in rows_of(timeline):
            assert row.key not in found
            found[row.key] = weight(row.events)
            rest = row.rest_part
            while rest:
                more = present_visit_events(derived, read(rest), zone=zone, now=NOW)
                assert more.events
                assert len(more.events) <= ROWS
                found[row.key] += weight(more.events)
                rest = more.rest_part
        if timeline.older is None:
            return found
        timeline = shown(derived, read(timeline.older.address), zone)


@given(visitors | long_answers(), zones)
def test_every_event_is_reached_exactly_once(visitor, zone):
    derived = derive(visitor)
    found = all_events(derived, TimelineQuery(), zone)
    assert sum(found.values()) == derived.counts.all
    assert len(found) == len(derived.visits) + bool(derived.undated)


@given(visitors | long_answers(), addresses, zones)
def test_every_match_is_reached_exactly_once(visitor, address, zone):
    derived = derive(visitor)
    query = replace(read(address), start=None, opened=(), at=None)
    found = all_events(derived, query, zone)
    matches = derived.counts.all
    if found_text := shown(derived, query, zone).found:
        matches = int(found_text.split(" of ")[0].replace(",", ""))
    assert sum(found.values()) == matches


@given(visitors | long_answers(), addresses, zones)
def test_any_address_renders_a_response_of_bounded_size(visitor, address, zone):
    derived = derive(visitor)
    timeline = shown(derived, read(address), zone)
    assert timeline.size <= ROWS
    page = render_to_string("journey_page/_timeline.html", {"timeline": timeline})
    assert page.count('id="moment"') <= 1
    assert "<script>alert" not in page
    assert page.count('class="visit"') == len(rows_of(timeline))


@given(addresses, zones)
@example("at=2000-01-01T00:00", ZoneInfo("Pacific/Kiritimati"))  # last year's, in UTC
@example("at=2199-12-31T23:00", ZoneInfo("Pacific/Pago_Pago"))  # the next one's
def test_a_written_address_means_the_same_in_every_zone(address, zone):
    query = read(address).in_zone(zone)
    again = read(query.address())
    assert again == replace(query, rejected=(), unread_at="", before=query.before if query.span == "before" else None)
    assert again.in_zone(UTC) == again
