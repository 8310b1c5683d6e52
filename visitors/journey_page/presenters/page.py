"""The journey page, from a profile to words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.safestring import SafeString

from visitors.formatting import bind_numbers, format_zone
from visitors.journey import observe, summarize
from visitors.journey_page.presenters.figures import Figure, figures
from visitors.journey_page.presenters.header import Head, head
from visitors.journey_page.presenters.identity import whereabouts
from visitors.journey_page.presenters.prediction import meter
from visitors.journey_page.presenters.side import Side, side
from visitors.journey_page.presenters.trend import Scored, trend
from visitors.journey_page.ribbon import Ribbon, make_ribbon, shapes_svg
from visitors.journey_page.timeline import Timeline, TimelineQuery, timeline, visit_address
from visitors.profiles import Profile


@dataclass(frozen=True, slots=True)
class JourneyPage:
    """Everything that the journey page shows. `version` names the state of the journey that it was made from."""

    version: str
    head: Head
    summary: str
    figures: tuple[Figure, ...]
    ribbon: Ribbon | None
    timeline: Timeline
    side: Side
    zone_name: str

    @property
    def ribbon_shapes(self) -> SafeString:
        """What stands in the ribbon's frame, as SVG."""
        return shapes_svg(self.ribbon, is_live=self.head.is_live) if self.ribbon else SafeString()


def journey(
    profile: Profile,
    *,
    now: datetime,
    zone: tzinfo,
    query: TimelineQuery,
    marked_after: datetime | None,
    page_url: str,
    part_url: str,
    history: Sequence[Scored] = (),
) -> JourneyPage:
    """The page of a profile, with the timeline that `query` asks for. Raises `profiles.Superseded`.

    All times are in the zone; events later than `marked_after` are marked as new. `page_url` is the address of the
    page, `part_url` that of the timeline. `history` is what earlier answers said of the score, oldest first.
    """
    contents = profile.contents
    told = contents.journey
    where = whereabouts(contents.identity)
    score_trend = trend(history, now=now, zone=zone)
    prediction = meter(told.prediction, observe(told, now=now, zone=zone), score_trend)
    page = timeline(
        told,
        query,
        zone=zone,
        today=now.astimezone(zone).date(),
        version=profile.version,
        page_url=page_url,
        part_url=part_url,
        seen=marked_after,
    )
    return JourneyPage(
        version=profile.version,
        head=head(told, where, visitor_id=profile.visitor_id, now=now),
        summary=bind_numbers(summarize(told, now=now, zone=zone)),
        figures=figures(told, now=now, zone=zone),
        ribbon=make_ribbon(told, now=now, zone=zone, address=visit_address, ticket_at=page.query.at),
        timeline=page,
        side=side(told, where, prediction, contents.notes, now=now, zone=zone),
        zone_name=format_zone(zone),
    )
