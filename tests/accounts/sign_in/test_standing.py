"""Who asks is read by statements of our own: they say what Django's would."""

from datetime import timedelta

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from visitors.accounts.sign_in.standing import PasswordBackend, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    session = SessionStore()
    session["word"] = "früh ☀"
    session.save()
    return session


def test_a_session_is_read_as_django_reads_it(stored, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert SessionStore(stored.session_key)["word"] == "früh ☀"
    assert dict(db.SessionStore(stored.session_key).items()) == dict(SessionStore(stored.session_key).items())


@pytest.mark.parametrize("key", ["x" * 32, "", None, "'; DROP TABLE django_session; --"])
def test_an_unknown_session_is_empty_and_its_key_is_not_used_again(stored, key):
    session = SessionStore(key)
    assert "word" not in session
    session["new"] = 1
    session.save()
    assert session.session_key not in (key, stored.session_key)


def test_a_session_that_is_over_is_empty(stored):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    session = SessionStore(stored.session_key)
    assert session.is_empty() is False  # it has a key until it is read
    assert dict(session.items()) == {}
    assert session.session_key is None


def test_a_person_is_read_as_django_reads_them(django_assert_num_queries):
    mina = User.objects.create_user("mina", "mina@example.com", "a long password", first_name="Mina", is_staff=True)
    with django_assert_num_queries(1):
        found = PasswordBackend().get_user(mina.pk)
        assert {field.name: getattr(found, field.name) for field in User._meta.concrete_fields} == {
            field.name: getattr(mina, field.name) for field in User._meta.concrete_fields
        }
    assert found == ModelBackend().get_user(mina.pk)
    found.first_name = "Minji"
    found.save()
    mina.refresh_from_db()
    assert mina.first_name == "Minji"


def test_nobody_is_found_under_an_unknown_number_or_in_a_closed_account():
    closed = User.objects.create_user("joe", is_active=False)
    assert PasswordBackend().get_user(closed.pk) is None
    assert PasswordBackend().get_user(closed.pk + 1) is None
