"""Why there is no journey, or no newer one."""

from datetime import UTC, datetime, timedelta

import pytest

from visitors.datafast import errors
from visitors.journey_page.presenters import present_notice, present_problem
from visitors.profiles.errors import CircuitOpen, TokenLost

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
EVERY = [
    errors.VisitorNotFound(),
    errors.BotVisitor(upstream_message="This visitor was flagged as a bot"),
    errors.InvalidVisitorId(),
    errors.InvalidWebsite(),
    errors.Unauthorized(),
    errors.Forbidden(),
    errors.TrackingSuspended(),
    errors.RequestRefused(410),
    errors.RequestRefused(410, upstream_message="This data was removed."),
    TokenLost(),
    errors.RateLimited(),
    errors.RateLimited(NOW + timedelta(seconds=33.2), 60, 0),
    CircuitOpen(NOW + timedelta(seconds=4)),
    *(errors.Unavailable(reason) for reason in errors.Reason),
    errors.MalformedAnswer("the body is HTML"),
]


@pytest.mark.parametrize("error", EVERY, ids=repr)
def test_every_error_has_a_title_and_a_sentence(error):
    problem = present_problem(error, domain="example.com", now=NOW)
    assert problem.title
    assert problem.sentence.endswith(".")
    notice = present_notice(error, fetched_at=NOW - timedelta(hours=3), now=NOW)
    assert notice.headline == "The journey could not be refreshed. What you see is from 3 hours ago."
    assert notice.text.endswith(".")


def test_a_limit_counts_the_seconds_to_its_end():
    problem = present_problem(errors.RateLimited(NOW + timedelta(seconds=33.2), 60, 0), domain="example.com", now=NOW)
    assert (problem.retry_after, problem.wait) == (34, "34 seconds")
    assert problem.sentence == "The limit of 60 requests a minute for this website’s key is reached."


def test_a_limit_without_an_end_waits_a_minute():
    assert present_problem(errors.RateLimited(), domain="example.com", now=NOW).retry_after == 60
    assert present_problem(errors.RateLimited(NOW - timedelta(1)), domain="example.com", now=NOW).retry_after == 1


def test_an_unknown_wait_is_left_out():
    assert present_problem(errors.Unavailable(errors.Reason.DNS), domain="example.com", now=NOW).retry_after is None


def test_only_a_rejected_key_offers_to_replace_it():
    problems = [present_problem(error, domain="example.com", now=NOW) for error in EVERY]
    assert sum(one.fix == "key" for one in problems) == 4
    assert sum(one.is_elsewhere for one in problems) == 1


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (errors.TrackingSuspended, "Tracking is suspended"),
        (errors.RequestRefused, "DataFast rejected the request"),
        (errors.Forbidden, "DataFast rejected the API key"),
    ],
)
def test_a_refusal_shows_datafasts_own_sentence(error, title):
    failure = error(upstream_message="Ask your account's owner.")
    problem = present_problem(failure, domain="example.com", now=NOW)
    assert (problem.title, problem.upstream_message) == (title, "Ask your account's owner.")
    notice = present_notice(failure, fetched_at=NOW, now=NOW)
    assert notice.text.endswith("DataFast’s reason: “Ask your account's owner”.")
