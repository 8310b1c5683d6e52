"""The person that a profile names."""

import pytest

from visitors.datafast.payload import UserProfile
from visitors.journey.person import read_person


def test_spellings_of_the_same_field_are_one():
    read = read_person(
        UserProfile(metadata={"First Name": "Jane", "last_name": "Doe", "companyName": "Acme", "E-Mail": "j@x.io"})
    )
    assert (read.name, read.company, read.email) == ("Jane Doe", "Acme", "j@x.io")


def test_an_invalid_email_stays_in_the_metadata_only():
    read = read_person(UserProfile(metadata={"email": "none of your business"}))
    assert read.email is None
    assert read.metadata == (("email", "none of your business"),)


def test_other_values_become_text_and_null_is_left_out():
    read = read_person(UserProfile(metadata={"paying": True, "seats": 3, "rate": 0.5, "old": None}))
    assert read.metadata == (("paying", "true"), ("seats", "3"), ("rate", "0.5"))


@pytest.mark.parametrize(
    "profile", [None, UserProfile(), UserProfile(metadata={}), UserProfile(user_id=" ", metadata={"a": None})]
)
def test_an_empty_profile_is_no_person(profile):
    assert read_person(profile) is None


def test_the_label_is_the_best_that_is_known():
    assert read_person(UserProfile(user_id="u1", metadata={"email": "j@x.io"})).label == "j@x.io"
    assert read_person(UserProfile(user_id="u1")).label == "u1"
    assert read_person(UserProfile(identified_at="2026-05-04T12:00:00Z")).label == ""
