"""The state of a website: the most important one wins."""

from datetime import UTC, datetime, timedelta

import pytest

from visitors.models import Website
from visitors.websites.status import website_state

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
PAUSED = {"paused_at": NOW - timedelta(days=1)}
KEY_REJECTED = {"key_rejected_since": NOW - timedelta(hours=2)}
FAILING = {"consecutive_failures": 100}


@pytest.mark.parametrize(
    ("fields", "has_answer", "level", "label", "since"),
    [
        ({}, True, "good", "Working", None),
        ({}, False, "", "Ready", None),
        (FAILING, True, "warn", "DataFast unavailable", None),
        (KEY_REJECTED, True, "bad", "Key rejected", "today, 10:00"),
        (KEY_REJECTED | FAILING, False, "bad", "Key rejected", "today, 10:00"),
        (PAUSED, True, "", "Paused", "yesterday, 12:00"),
        (PAUSED | KEY_REJECTED | FAILING, True, "", "Paused", "yesterday, 12:00"),
    ],
)
def test_the_most_important_state_is_shown(fields, has_answer, level, label, since):
    state = website_state(Website(**fields), has_answer=has_answer, now=NOW, zone=UTC)
    assert (state.level, state.label) == (level, label)
    assert (state.since and state.since.text) == since
    assert state.sentence.endswith(".")
