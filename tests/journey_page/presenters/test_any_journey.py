"""Every answer that parses has a page."""

import json
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.forms import model_to_dict
from django.http import QueryDict
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from tests.journey.strategies import START, visitors
from visitors.datafast.lenient import Note
from visitors.journey import derive
from visitors.journey_page import presenters
from visitors.journey_page.timeline import TimelineQuery
from visitors.models import Preferences, Website
from visitors.models.visitor_context import Related
from visitors.profiles import Profile
from visitors.profiles.stored_form import Contents
from visitors.team.presenter import Team
from visitors.web.preferences import CHOICES

VISITOR_ID = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")
ZONES = ("UTC", "America/New_York", "Asia/Seoul", "Asia/Kathmandu", "Australia/Lord_Howe")
QUERIES = ("", "kind=goal&q=a", "range=7d&open=1,2&at=2026-05-04T13:00", "from=2&at=2026-05-04T12:00Z")
moments = st.one_of(
    st.timedeltas(timedelta(days=-9000), timedelta(days=63000)),
    st.timedeltas(timedelta(0), timedelta(days=2)),
).map(lambda span: START + span)


def page(visitor, now, zone, query):
    website = Website(slug="lumenkit", name="Lumenkit", domain="lumenkit.example", time_zone=zone)
    contents = Contents(visitor.identity, derive(visitor), (Note("identity.<b>", "expected text"),))
    profile = Profile(VISITOR_ID, "version", now - timedelta(seconds=5), contents)
    presented = presenters.present_journey(
        profile,
        now=now,
        zone=ZoneInfo(zone),
        query=TimelineQuery.read(QueryDict(query)),
        marked_after=START,
        page_url="/lumenkit/visitors/x/",
        part_url="/lumenkit/visitors/x/timeline/",
    )
    context = {
        "website": website,
        "visitor_id": VISITOR_ID,
        "journey": presented,
        "age": presenters.present_age(now, is_fresh=True, now=now, zone=ZoneInfo(zone)),
        "since": "",
        "query_string": "",
        "ticket_query": "",
        "seen": None,
        "colleagues": None,
        "related": Related(other_ids=0, company_people=0, company=""),
        "team": Team(notes=(), tags=(), owner="", is_pinned=False, can_write=False, has_forms=False),
        "csrf_input": "",
    }
    body = render_to_string("journey_page/_article_body.html", context)
    context |= {"body": body, "preferences": model_to_dict(Preferences()), "preference_choices": CHOICES}
    return presented, render_to_string("journey_page/page.html", context)


@given(visitor=visitors, now=moments, zone=st.sampled_from(ZONES), query=st.sampled_from(QUERIES))
def test_any_answer_that_parses_has_a_page(visitor, now, zone, query):
    presented, html = page(visitor, now, zone, query)
    html.encode()  # no half of a surrogate pair is left
    assert "<script>alert" not in html
    assert 'id="side"' in html
    identity = json.dumps(msgspec.to_builtins(visitor.identity))
    assert "None" in identity or "None" not in [fact.text for fact in presented.side.identity]


@given(visitor=visitors, now=moments, zone=st.sampled_from(ZONES))
def test_a_ribbon_stays_in_its_frame_from_left_to_right(visitor, now, zone):
    drawn = page(visitor, now, zone, "")[0].ribbon
    if drawn is None:
        return
    for shape in drawn.blocks:
        assert -0.01 <= shape.x <= shape.x + shape.width <= 100.02
        assert 0 < shape.height <= shape.y + shape.height == pytest.approx(90, abs=0.2)
    assert [shape.x for shape in drawn.blocks] == sorted(shape.x for shape in drawn.blocks)
    for gap in drawn.gaps:
        assert -0.01 <= gap.x <= gap.end <= 100.01
    for mark in (*drawn.marks, *drawn.words):
        assert -0.01 <= mark.x <= 100.01
