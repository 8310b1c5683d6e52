"""A stored journey has the same page, summary and exports as the derived one."""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tests.journey.strategies import START, visitors
from tests.journey_page.timeline.test_timeline_properties import addresses, long_answers
from visitors.datafast.payload import Visitor
from visitors.journey import Form, compare_seen, csv_rows, derive, make_seen, summarize, summary_text
from visitors.journey_page import presenters
from visitors.journey_page.timeline import TimelineQuery
from visitors.profiles import Profile
from visitors.profiles.stored_form import Contents, decode_contents, encode_contents

ZONE = ZoneInfo("America/New_York")
NOW = START + timedelta(days=2)


def outputs(contents, query):
    """Everything that is shown of a journey."""
    journey = contents.journey
    profile = Profile(UUID(int=1), "version", NOW, contents)
    return (
        presenters.present_journey(
            profile,
            now=NOW,
            zone=ZONE,
            query=TimelineQuery.read(QueryDict(query)),
            marked_after=START,
            page_url="/page/",
            part_url="/part/",
        ),
        summarize(journey, now=NOW, zone=ZONE),
        summary_text(journey, now=NOW, as_of=NOW, zone=ZONE, link="https://desk.example/", form=Form.MARKDOWN),
        [*csv_rows(journey)],
        compare_seen(make_seen(derive(Visitor()), NOW), journey),
    )


@given(visitors | long_answers(), st.just("") | addresses)
def test_a_stored_journey_is_shown_as_the_derived_one(visitor, query):
    derived = Contents(None, derive(visitor), ())
    stored = decode_contents(encode_contents(derived)[0])
    assert outputs(stored, query) == outputs(derived, query)
