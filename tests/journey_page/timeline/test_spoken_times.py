"""The time of a ticket, as people write it or as it is copied from a mail."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from visitors.journey_page.timeline import TimelineQuery

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 28, 16, 0, tzinfo=NEW_YORK)


def read(text, now=NOW):
    address = QueryDict(mutable=True)
    address["at"] = text
    return TimelineQuery.read(address, now).in_zone(NEW_YORK)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("Nov 3 2026 11:00 CET", "2026-11-03T10:00:00Z"),
        ("2026-11-03T10:00Z", "2026-11-03T10:00:00Z"),
        ("yesterday 16:40", "2026-11-27T21:40:00Z"),
        ("2 h ago", "2026-11-28T19:00:00Z"),
        ("now", "2026-11-28T21:00:00Z"),
        ("1 hour ago", "2026-11-28T20:00:00Z"),
        ("Tuesday 10am", "2026-11-24T15:00:00Z"),
        ("11/3/2026 10:15 pm", "2026-11-04T03:15:00Z"),
        ("10:15", "2026-11-28T15:15:00Z"),
        ("Sent: Tue, 3 Nov 2026 11:00:05 +0100", "2026-11-03T10:00:05Z"),
        ("November 3rd at 4:40 PM EST", "2026-11-03T21:40:00Z"),
        ("9.11.2026 16:40", "2026-11-09T21:40:00Z"),
        # It is a Saturday.
        ("Saturday 15:30", "2026-11-28T20:30:00Z"),
        ("Sat 3pm", "2026-11-28T20:00:00Z"),
        ("Sat 22:00 CET", "2026-11-28T21:00:00Z"),
        ("Saturday 18:00", "2026-11-21T23:00:00Z"),
        ("last Saturday 15:30", "2026-11-21T20:30:00Z"),
        ("Sat, Nov 21, 10:00", "2026-11-21T15:00:00Z"),
        ("Sunday 10:00", "2026-11-22T15:00:00Z"),
    ],
)
def test_a_time_is_read_as_people_write_it(text, at):
    query = read(text)
    assert query.at == datetime.fromisoformat(at)
    assert query.rejected == ()


@pytest.mark.parametrize(
    "text",
    [
        "whenever",
        "12",
        "1762164000",
        "the 3rd",
        "on the 3rd at 10:00",
        "yesterday 25:00",
        "tomorrow",
        "in 3 hours",
        "mañana",
        "x" * 500,
        "99:99",
        "\u202e10:15 ago",
    ],
)
def test_what_is_no_time_is_left_out_with_a_sentence(text):
    query = read(text)
    assert query.at is None
    [sentence] = query.rejected
    assert "is not a time that can be read" in sentence


def test_the_address_has_the_time_that_was_understood():
    assert read("yesterday 16:40").address() == "?at=2026-11-27T21:40:00Z"


def test_the_hour_that_a_clock_shows_twice_is_the_first_one():
    assert read("1:30", datetime(2026, 11, 1, 12, tzinfo=NEW_YORK)).at == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
