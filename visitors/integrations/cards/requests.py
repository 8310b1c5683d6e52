"""Answer requests of programs and of the test button on the set-up page, and keep how the latest ones ended."""

import logging
from contextlib import suppress
from datetime import UTC, datetime

from django.contrib.auth.models import User
from django.db import DatabaseError, transaction

from dashboard.database import is_database_unavailable
from visitors.audit.log import LogUnavailable
from visitors.encryption import KeyLost
from visitors.integrations.cards.adapters import ADAPTERS
from visitors.integrations.cards.answers import Answer, Incoming, Refused
from visitors.integrations.cards.showing import answer_desk
from visitors.integrations.cards.slack_users import answer_slack
from visitors.models import Integration, IntegrationKind, IntegrationRequest, RequestResult

logger = logging.getLogger(__name__)

KEPT_REQUESTS = 10
_MAX_DETAIL = 200
_UNVERIFIED = 401


def answer(integration: Integration, incoming: Incoming, *, tester: User | None = None) -> Answer:
    """Verify a request and answer it. `tester` is the user who tests the integration, if one does."""
    try:
        return _answer(integration, incoming, datetime.now(UTC), tester)
    except Refused as error:
        return refuse(error)
    except (LogUnavailable, DatabaseError) as error:
        if isinstance(error, DatabaseError) and not is_database_unavailable(error):
            raise
        logger.error("A card is not shown, since the database cannot be written: %s", error)  # noqa: TRY400
        message = LogUnavailable.sentence
        return Answer("Not available", notes=(message,), result=RequestResult.FAILED, detail=message, status=503)


def refuse(error: Refused) -> Answer:
    """Return the answer to a request that is refused."""
    return Answer(
        "Not available", notes=(error.message,), result=RequestResult.REFUSED, detail=error.detail, status=error.status
    )


def record(integration: Integration, given: Answer, *, is_test: bool = False) -> None:
    """Keep how a request ended, with the latest KEPT_REQUESTS, and log a refused one. Never fails."""
    if given.result is RequestResult.REFUSED:
        logger.warning(
            "A request of %s for website %s was rejected: %s",
            integration.kind,
            integration.website.slug,
            given.detail,
        )
    # What was wrong is less important than the answer itself, which is in the audit log.
    with suppress(DatabaseError), transaction.atomic():
        rows = IntegrationRequest.objects.filter(integration=integration)
        if given.result is RequestResult.REFUSED:
            # Of each reason only the latest: requests of strangers must not push out those of the program.
            rows.filter(result=given.result, detail=given.detail[:_MAX_DETAIL]).delete()
        IntegrationRequest.objects.create(
            integration=integration,
            at=datetime.now(UTC),
            result=given.result,
            detail=given.detail[:_MAX_DETAIL],
            is_test=is_test,
        )
        if surplus := list(rows.order_by("-pk").values_list("pk", flat=True)[KEPT_REQUESTS:]):
            IntegrationRequest.objects.filter(pk__in=surplus).delete()


def _answer(integration: Integration, incoming: Incoming, now: datetime, tester: User | None) -> Answer:
    try:
        secret = integration.secret()
    except KeyLost as error:
        raise Refused("Its secret can no longer be decrypted: replace it.", status=_UNVERIFIED) from error
    question = ADAPTERS[integration.kind].open(incoming, secret)
    if not integration.is_enabled and not tester:
        raise Refused("The integration is off.", status=403, message="This integration is turned off in Journeydesk.")
    if integration.kind == IntegrationKind.SLACK:
        return answer_slack(integration, question, now=now, tester=tester)
    return answer_desk(integration.website, question, now=now, tester=tester)
