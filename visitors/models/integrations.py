"""The help desks and chats that ask for cards: their secrets, their latest requests, and who is who in Slack."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from visitors import encryption
from visitors.models.websites import Website

_SHOWN_OF_SECRET = 4


class IntegrationKind(models.TextChoices):
    """The programs that ask for cards, by their part of the address."""

    INTERCOM = "intercom", "Intercom"
    HELP_SCOUT = "helpscout", "Help Scout"
    FREESCOUT = "freescout", "FreeScout"
    SLACK = "slack", "Slack"


class Integration(models.Model):
    """A program that asks for cards about a website's visitors, and proves with a shared secret that it is the one.

    The secret is stored encrypted and never shown again: pages show `secret_mask`. While it is not `is_enabled`, every
    request is refused.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, db_index=False)
    kind = models.CharField(max_length=12, choices=IntegrationKind.choices)
    secret_encrypted = models.TextField()
    secret_mask = models.CharField(max_length=16)
    is_enabled = models.BooleanField(default=True)
    secret_set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["website", "kind"], name="one_integration_of_each_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.website_id}"

    def set_secret(self, secret: str) -> None:
        """Encrypt and set the secret."""
        self.secret_encrypted = encryption.encrypt(secret)
        self.secret_mask = f"...{secret[-_SHOWN_OF_SECRET:]}"

    def secret(self) -> str:
        """Return the secret. Raises `encryption.KeyLost`."""
        return encryption.decrypt(self.secret_encrypted)


class RequestResult(models.TextChoices):
    """How a request for a card ended."""

    ANSWERED = "answered", "Answered"
    EMPTY = "empty", "No visitor"
    FAILED = "failed", "Failed"
    REFUSED = "refused", "Rejected"


class IntegrationRequest(models.Model):
    """One of the latest requests of an integration: when, how it ended, and in a sentence of ours why.

    The sentence names no person and no visitor, so erasing a visitor leaves nothing behind here.
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE)
    at = models.DateTimeField()
    result = models.CharField(max_length=8, choices=RequestResult.choices)
    detail = models.CharField(max_length=200)
    is_test = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.integration_id} at {self.at:%Y-%m-%d %H:%M}: {self.result}"


class SlackAccount(models.Model):
    """A member of a Slack workspace, and the user who confirmed to be that person.

    For one integration only: anyone who has its secret can speak for every member of the workspace, so a link that was
    made for one website says nothing on another.
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE)
    team_id = models.CharField(max_length=40)
    slack_id = models.CharField(max_length=40)
    slack_name = models.CharField(max_length=80)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    linked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "team_id", "slack_id"], name="one_user_per_slack_account")
        ]

    def __str__(self) -> str:
        return f"{self.slack_id} is user {self.user_id}"
