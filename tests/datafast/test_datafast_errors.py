"""The error tree: which errors are answers, which are failures, and that each is one sentence."""

import copy
import pickle
from datetime import UTC, datetime

import pytest

from visitors.datafast import errors
from visitors.datafast.errors import KeyRejected, MalformedAnswer, NoJourney, RateLimited, Reason, Unavailable

RESET = datetime(2026, 5, 5, 7, 50, tzinfo=UTC)
ALL = [
    errors.InvalidVisitorId(),
    errors.BotVisitor(),
    errors.VisitorNotFound(),
    errors.InvalidWebsite(),
    errors.Unauthorized(),
    errors.Forbidden(),
    errors.TrackingSuspended(),
    errors.RequestRefused(),
    errors.RequestRefused(410),
    RateLimited(),
    RateLimited(RESET, 60, 0),
    MalformedAnswer("the body is HTML"),
    *(Unavailable(reason) for reason in Reason),
]


def test_only_answers_are_no_journey_errors():
    answers = {errors.InvalidVisitorId, errors.BotVisitor, errors.VisitorNotFound}
    assert {type(error) for error in ALL if isinstance(error, NoJourney)} == answers


def test_errors_that_an_administrator_can_fix_are_key_errors():
    refusals = {errors.InvalidWebsite, errors.Unauthorized, errors.Forbidden}
    assert {type(error) for error in ALL if isinstance(error, KeyRejected)} == refusals


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_an_error_is_one_sentence(error):
    sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert sentence.count(". ") == 0
    assert 30 < len(sentence) < 200


def test_a_rate_limit_names_the_limit_and_the_reset():
    assert str(RateLimited(RESET, 60, 0)) == (
        "The limit of 60 requests a minute is reached: try again after 07:50:00 UTC."
    )
    assert str(RateLimited()) == "DataFast’s limit is reached: try again in a minute."


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_an_error_keeps_its_facts_when_copied_or_pickled(error):
    error.upstream_message = "from DataFast"
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)
