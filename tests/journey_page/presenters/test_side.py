"""The side of the page."""

from datetime import UTC

import pytest

from tests.journey.examples import START
from visitors.datafast.payload import UserProfile, Visitor
from visitors.journey import derive
from visitors.journey_page.presenters.identity import present_whereabouts
from visitors.journey_page.presenters.prediction import present_prediction
from visitors.journey_page.presenters.side import present_side


def profile_of(metadata, **fields):
    """The terms and texts of a profile."""
    derived = derive(Visitor(profile=UserProfile(metadata=metadata, **fields)))
    meter = present_prediction(derived.prediction, (), now=START, zone=UTC)
    shown = present_side(derived, present_whereabouts(None), meter, (), now=START, zone=UTC)
    return [(fact.term, fact.text) for fact in shown.profile]


@pytest.mark.parametrize(
    ("key", "term"),
    [
        ("role", "Role"),
        ("company_size", "Company size"),
        ("companySize", "Company size"),
        ("company-size", "Company size"),
        ("MRR_usd", "MRR usd"),
        ("billing_ID", "Billing ID"),
        (" app ", "App"),
        ("Account owner", "Account owner"),
        ("역할", "역할"),
        ("$ltv", "$ltv"),
        ("<b>", "<b>"),
        ("", "(no name)"),
    ],
)
def test_keys_of_the_metadata_are_written_as_terms(key, term):
    assert profile_of({key: "x"}) == [(term, "x")]


def test_name_email_and_user_id_come_first():
    found = profile_of({"role": "Ops", "email": "a@b.example", "name": "Ada"}, user_id="u1")
    assert [term for term, _ in found] == ["Name", "Email", "User id", "Role"]
