"""How a website does, in words: what matters most comes first."""

from datetime import UTC, datetime, timedelta

import pytest

from visitors.websites.presenters import website_state

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
WELL = {"paused_since": None, "key_rejected_since": None, "is_upstream_failing": False, "answered_at": NOW}
PAUSED = {"paused_since": NOW - timedelta(days=1)}
REFUSED = {"key_rejected_since": NOW - timedelta(hours=2)}
FAILING = {"is_upstream_failing": True}


@pytest.mark.parametrize(
    ("facts", "level", "words", "since"),
    [
        ({}, "good", "Working", None),
        ({"answered_at": None}, "", "Ready", None),
        (FAILING, "warn", "DataFast is failing", None),
        (REFUSED, "bad", "Key refused", "today, 10:00"),
        (REFUSED | FAILING | {"answered_at": None}, "bad", "Key refused", "today, 10:00"),
        (PAUSED, "", "Paused", "yesterday, 12:00"),
        (PAUSED | REFUSED | FAILING, "", "Paused", "yesterday, 12:00"),
    ],
)
def test_what_matters_most_is_said(facts, level, words, since):
    state = website_state(**WELL | facts, now=NOW, zone=UTC)
    assert (state.level, state.words) == (level, words)
    assert (state.since and state.since.text) == since
    assert state.sentence.endswith(".")
