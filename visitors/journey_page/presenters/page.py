"""The whole journey page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial

from django.utils.safestring import SafeString

from visitors.formatting import bind_numbers, format_zone
from visitors.journey import Names, SummaryLine, observe, summarize_by_topic
from visitors.journey_page.presenters.cards import Cards, present_cards
from visitors.journey_page.presenters.header import Head, present_head
from visitors.journey_page.presenters.identity import present_whereabouts
from visitors.journey_page.presenters.prediction import present_prediction
from visitors.journey_page.presenters.side import Side, present_side
from visitors.journey_page.ribbon import Ribbon, make_ribbon, shapes_svg
from visitors.journey_page.timeline import (
    TeamNote,
    Timeline,
    TimelineQuery,
    present_timeline,
    visit_address,
    zoom_address,
)
from visitors.profiles import Profile
from visitors.web.tool_links import fill_template


@dataclass(frozen=True, slots=True)
class JourneyPage:
    """Everything that the journey page shows. `version` is the profile's, and `names` explain readable names.

    `zoom_address` zooms the ribbon in, or out again.
    """

    version: str
    head: Head
    cards: Cards
    summary: tuple[SummaryLine, ...]
    ribbon: Ribbon | None
    zoom_address: str
    timeline: Timeline
    side: Side
    zone_name: str
    names: Names

    @property
    def ribbon_shapes(self) -> SafeString:
        """Return the shapes of the ribbon, as SVG."""
        return shapes_svg(self.ribbon, is_live=self.head.is_live) if self.ribbon else SafeString()


def present_journey(
    profile: Profile,
    *,
    now: datetime,
    zone: tzinfo,
    query: TimelineQuery,
    marked_after: datetime | None,
    page_url: str,
    part_url: str,
    links: Sequence[Mapping[str, str]] = (),
    team_notes: Sequence[TeamNote] = (),
) -> JourneyPage:
    """Return the page of a profile, with the timeline that `query` asks for.

    All times are in the zone; events later than `marked_after` are marked as new. `page_url` is the path of the page,
    `part_url` that of the timeline's fragments. `links` are `Website.links`.
    """
    contents = profile.contents
    journey, whereabouts = contents.journey.as_of(now), present_whereabouts(contents.identity)
    observations = observe(journey, now=now, zone=zone)
    prediction = present_prediction(journey.prediction, observations, profile.history, now=now, zone=zone)
    timeline = present_timeline(
        journey,
        query,
        zone=zone,
        now=now,
        version=profile.version,
        page_url=page_url,
        part_url=part_url,
        marked_after=marked_after,
        team_notes=team_notes,
    )
    filled = (fill_template(**link, visitor_id=profile.visitor_id, person=journey.person) for link in links)
    tool_links = tuple(link for link in filled if link)
    return JourneyPage(
        version=profile.version,
        head=present_head(journey, whereabouts, visitor_id=profile.visitor_id, now=now),
        cards=present_cards(journey, prediction, now=now, zone=zone),
        summary=tuple(
            line._replace(text=bind_numbers(line.text)) for line in summarize_by_topic(journey, now=now, zone=zone)
        ),
        ribbon=make_ribbon(
            journey,
            now=now,
            zone=zone,
            address=partial(visit_address, is_zoomed=query.is_zoomed),
            ticket_at=timeline.query.at,
            is_zoomed=query.is_zoomed,
        ),
        zoom_address=zoom_address(timeline.query),
        timeline=timeline,
        side=present_side(journey, whereabouts, prediction, contents.notes, now=now, zone=zone, links=tool_links),
        zone_name=format_zone(zone),
        names=journey.names,
    )
