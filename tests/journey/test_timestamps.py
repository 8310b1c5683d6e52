"""Parsing the times in DataFast's answers."""

from datetime import UTC, datetime

import pytest

from visitors.journey.timestamps import parse_timestamp


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-05-02T09:12:00.154Z", datetime(2026, 5, 2, 9, 12, 0, 154000, tzinfo=UTC)),
        ("2026-05-02T09:12:00+02:00", datetime(2026, 5, 2, 7, 12, tzinfo=UTC)),
        ("2026-05-02T09:12:00", datetime(2026, 5, 2, 9, 12, tzinfo=UTC)),
        ("2026-05-02T09:12:00.1234567Z", datetime(2026, 5, 2, 9, 12, 0, 123457, tzinfo=UTC)),
        ("1999-12-31T23:30:00-01:00", datetime(2000, 1, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(text, read):
    assert parse_timestamp(text) == read
    assert parse_timestamp(text).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "2026-05-02",
        "1777967400000",
        "2026-13-02T09:12:00Z",
        "2026-05-02T24:00:00Z",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "\ud800",
    ],
)
def test_text_that_is_not_a_possible_time_is_none(text):
    assert parse_timestamp(text) is None
