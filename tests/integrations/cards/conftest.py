"""Integrations of Lumenkit with secrets."""

from datetime import UTC, datetime

import pytest

from tests.integrations.cards.programs import SECRETS, SLACK_ID, TEAM
from visitors.models import Integration, SlackAccount


@pytest.fixture
def integration(lumenkit):
    """Set up an integration."""

    def create(kind):
        new = Integration(website=lumenkit, kind=kind, secret_set_at=datetime.now(UTC))
        new.set_secret(SECRETS[kind])
        new.save()
        return new

    return create


@pytest.fixture
def slack(integration):
    return integration("slack")


@pytest.fixture
def linked(slack, member):
    """The member's Slack account, linked to the member."""
    return SlackAccount.objects.create(
        integration=slack,
        team_id=TEAM,
        slack_id=SLACK_ID,
        slack_name="mina",
        user=member,
        linked_at=datetime.now(UTC),
    )
