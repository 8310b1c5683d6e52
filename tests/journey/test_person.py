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


@pytest.mark.parametrize(
    ("sent", "read"),
    [(4711, "4711"), (4711.0, "4711"), (0, "0"), (10**25, str(10**25)), (" u1 ", "u1"), ("null", None)],
)
def test_a_user_id_may_be_a_number_but_no_placeholder(sent, read):
    person = read_person(UserProfile(user_id=sent, identified_at="2026-05-04T12:00:00Z"))
    assert (person.user_id, person.label) == (read, read or "")


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"name": {"first": "Jane", "last": "Doe"}}, "Jane Doe"),
        ({"name": {"givenName": "Jane", "familyName": "Doe"}}, "Jane Doe"),
        ({"name": {"full": "Jane Doe"}}, "Jane Doe"),
        ({"user": {"name": "Jane Doe"}}, "Jane Doe"),
        ({"traits": {"first_name": "Jane", "lastName": "Doe"}}, "Jane Doe"),
        ({"name": ["Jane"]}, "Jane"),
        ({"name": {}}, "{}"),
    ],
)
def test_a_name_may_be_nested(metadata, name):
    assert read_person(UserProfile(metadata=metadata)).name == name


def test_nested_company_plan_and_email_are_read():
    metadata = {"company": {"name": "Acme", "size": 5}, "plan": {"name": "Pro"}, "emails": ["j@x.io", "k@x.io"]}
    read = read_person(UserProfile(metadata=metadata))
    assert (read.company, read.plan, read.email) == ("Acme", "Pro", "j@x.io")
    assert read.metadata == (
        ("company.name", "Acme"),
        ("company.size", "5"),
        ("plan.name", "Pro"),
        ("emails", "j@x.io, k@x.io"),
    )


def test_deep_metadata_is_shown_as_json_and_endless_metadata_is_cut():
    read = read_person(UserProfile(metadata={"a": {"b": {"c": {"d": [1, None]}}}, "list": [{"x": "é"}]}))
    assert read.metadata == (("a.b.c", '{"d": [1, null]}'), ("list", '[{"x": "é"}]'))
    endless = read_person(UserProfile(metadata={str(number): {"x": "y" * 900} for number in range(1000)}))
    assert len(endless.metadata) == 200


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("undefined undefined", "lead@example.org"),
        ("[object Object]", "lead@example.org"),
        ("{{first_name}} {{last_name}}", "lead@example.org"),
        ("(not set)", "lead@example.org"),
        ("Jane undefined", "Jane"),
        ("Jane {{last_name}}", "Jane"),
        ("Jennifer Null", "Jennifer Null"),
    ],
)
def test_placeholders_are_no_name(name, label):
    read = read_person(UserProfile(metadata={"name": name, "email": "lead@example.org"}))
    assert read.label == label
    assert read.metadata[0] == ("name", name)  # as it came


def test_placeholders_alone_are_no_person():
    assert read_person(UserProfile(user_id="undefined", metadata={"name": "null", "plan": "{{plan}}"})) is None


def test_secrets_in_metadata_are_masked():
    read = read_person(UserProfile(metadata={"api_token": "0123456789abcdefgh", "code": "1", "user": {"pwd": "x"}}))
    assert read.metadata == (("api_token", "012...efgh"), ("code", "..."), ("user.pwd", "..."))


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
