"""The error tree: what may be kept, what is a failure, and that each says one sentence."""

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
    RateLimited(),
    RateLimited(RESET, 60, 0),
    MalformedAnswer("the body is HTML"),
    *(Unavailable(reason) for reason in Reason),
]


def test_only_answers_may_be_kept():
    answers = {errors.InvalidVisitorId, errors.BotVisitor, errors.VisitorNotFound}
    assert {type(error) for error in ALL if isinstance(error, NoJourney)} == answers


def test_what_an_administrator_can_mend_is_told_apart():
    refusals = {errors.InvalidWebsite, errors.Unauthorized, errors.Forbidden}
    assert {type(error) for error in ALL if isinstance(error, KeyRejected)} == refusals


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_an_error_says_one_sentence(error):
    sentence = str(error)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert sentence.count(". ") == 0
    assert 30 < len(sentence) < 200


def test_a_rate_limit_says_how_many_and_until_when():
    assert str(RateLimited(RESET, 60, 0)) == (
        "The limit of 60 requests a minute is reached: try again after 07:50:00 UTC."
    )
    assert str(RateLimited()) == "DataFast’s limit is reached: try again in a minute."


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_an_error_survives_copying_and_pickling_with_its_facts(error):
    error.upstream_message = "said DataFast"
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is type(error)
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)
