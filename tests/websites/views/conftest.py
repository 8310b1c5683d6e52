"""Users who manage websites."""

import logging

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.sessions import sign_in


@pytest.fixture
def administrator(db):
    """An administrator without a role on any website."""
    return get_user_model().objects.create_superuser("root")


@pytest.fixture
def signed_in():
    """Return a test client that is signed in as a user."""

    def made(user):
        browser = Client()
        sign_in(browser, user)
        return browser

    return made


@pytest.fixture
def browser(administrator, signed_in):
    """A test client that is signed in as the administrator."""
    return signed_in(administrator)


@pytest.fixture
def browser_of_admin(admin, signed_in):
    """A test client that is signed in as an admin of Lumenkit."""
    return signed_in(admin)


@pytest.fixture
def changes(caplog):
    """Return the lines of the change log so far."""
    caplog.set_level(logging.INFO, logger="visitors.web.change_log")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "visitors.web.change_log"]
