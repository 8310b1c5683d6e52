"""What stands between the reader and the journey."""

from datetime import UTC, datetime, timedelta

import pytest

from visitors.datafast import errors
from visitors.journey_page.presenters import notice, problem
from visitors.profiles.errors import CircuitOpen, TokenLost

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVERY = [
    errors.VisitorNotFound(),
    errors.BotVisitor(upstream_message="This visitor was flagged as a bot"),
    errors.InvalidVisitorId(),
    errors.InvalidWebsite(),
    errors.Unauthorized(),
    errors.Forbidden(),
    TokenLost(),
    errors.RateLimited(),
    errors.RateLimited(NOW + timedelta(seconds=33.2), 60, 0),
    CircuitOpen(NOW + timedelta(seconds=4)),
    *(errors.Unavailable(reason) for reason in errors.Reason),
    errors.MalformedAnswer("the body is HTML"),
]


@pytest.mark.parametrize("error", EVERY, ids=repr)
def test_every_error_has_a_title_and_a_sentence(error):
    found = problem(error, domain="example.com", now=NOW)
    assert found.title
    assert found.sentence.endswith(".")
    shown = notice(error, fetched_at=NOW - timedelta(hours=3), now=NOW)
    assert shown.headline == "Nothing newer could be fetched: what you see is from 3 hours ago."
    assert shown.text.endswith(".")


def test_a_limit_counts_the_seconds_up_to_its_end():
    found = problem(errors.RateLimited(NOW + timedelta(seconds=33.2), 60, 0), domain="example.com", now=NOW)
    assert (found.retry_after, found.wait) == (34, "34 seconds")
    assert found.sentence == "The limit of 60 requests a minute for this website’s key is reached."


def test_a_limit_without_an_end_waits_for_its_minute_and_one_in_the_past_for_a_second():
    assert problem(errors.RateLimited(), domain="example.com", now=NOW).retry_after == 60
    assert problem(errors.RateLimited(NOW - timedelta(1)), domain="example.com", now=NOW).retry_after == 1


def test_what_nobody_can_say_is_not_said():
    assert problem(errors.Unavailable(errors.Reason.DNS), domain="example.com", now=NOW).retry_after is None


def test_only_a_key_at_fault_is_for_administrators_and_only_a_stranger_for_other_websites():
    found = [problem(error, domain="example.com", now=NOW) for error in EVERY]
    assert sum(one.mend == "key" for one in found) == 4
    assert sum(one.is_elsewhere for one in found) == 1
