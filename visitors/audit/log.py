"""The audit log: which user looked at which visitor, recorded before the response is sent.

What cannot be recorded is not shown: a log that a full disk switches off would miss the entries that matter most.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import ParamSpec, cast
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac

from dashboard.database import RETRY_AFTER_SECONDS
from visitors.datafast.errors import BotVisitor, KeyRejected, RateLimited, UpstreamError, VisitorNotFound
from visitors.formatting.text import truncate
from visitors.models import AuditAction, AuditEntry, AuditResult, AuditSource, VisitorContext, Website
from visitors.web.access import SignedInRequest
from visitors.web.listed import add_listed
from visitors.web.prefetching import is_prefetch

logger = logging.getLogger(__name__)

Parameters = ParamSpec("Parameters")

HASH_LENGTH = 32
_MAX_NAME_LENGTH = 150
# Part of every stored hash: with another value, entries of visitors who were erased before would no longer be found.
_HASH_SALT = "visitors.look_ups"
# The user name in entries that a command of `manage.py` made. No user name contains a blank.
COMMAND_NAME = "a command"
# The entry of a page covers the fragments that the page loads within this time.
PAGE_ENTRY_VALID_FOR = timedelta(days=1)
# The results of lookups that ended with an error; UNAVAILABLE for all other errors.
_RESULTS: tuple[tuple[type[UpstreamError], AuditResult], ...] = (
    (VisitorNotFound, AuditResult.NOT_FOUND),
    (BotVisitor, AuditResult.BOT),
    (KeyRejected, AuditResult.KEY_REFUSED),
    (RateLimited, AuditResult.LIMITED),
)


class LogUnavailable(Exception):
    """The audit log cannot be written, so nothing is shown."""

    sentence = "Journeydesk can’t write to its audit log right now, so it shows no one. Try again in a few seconds."


def refuse_if_not_audited(view: Callable[Parameters, HttpResponse]) -> Callable[Parameters, HttpResponse]:
    """Decorate a view that shows something about a visitor, and records that before it returns.

    The response is a 503 if the audit log cannot be written. Prefetching is refused: the browser asks for a page that
    the user may never look at. For the same reason these views take no HEAD requests.
    """

    @wraps(view)
    def wrapper(*args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        request = cast("SignedInRequest", args[0])
        if is_prefetch(request):
            return HttpResponse(status=503)
        try:
            return view(*args, **kwargs)
        except LogUnavailable as error:
            logger.error("Nothing is shown, since the audit log cannot be written: %s", error.__cause__)  # noqa: TRY400
            response = render(request, "audit/log_unavailable.html", status=503)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response

    return wrapper


def record_lookup(
    user: User | None,
    website: Website,
    visitor_id: UUID,
    action: AuditAction,
    error: UpstreamError | None = None,
    *,
    source: AuditSource = AuditSource.WEB,
    user_name: str = "",
) -> None:
    """Record that a user looks at a visitor; `error` is why nothing can be shown.

    Without a user, `user_name` says who asked in another program. Raises LogUnavailable, and Http404 if the website
    was removed in the meantime.
    """
    result = AuditResult.SHOWN
    if error:
        result = next((result for kind, result in _RESULTS if isinstance(error, kind)), AuditResult.UNAVAILABLE)
    try:
        AuditEntry.objects.create(
            website_id=website.pk,
            user=user,
            user_name=user.get_username() if user else truncate(user_name, _MAX_NAME_LENGTH),
            visitor_id=visitor_id,
            at=datetime.now(UTC),
            action=action,
            result=result,
            source=source,
        )
    except DatabaseError as failure:
        if isinstance(failure, IntegrityError) and not Website.objects.filter(pk=website.pk).exists():
            raise Http404("No such website.") from failure
        raise LogUnavailable from failure


def record_listed(
    user: User,
    visitors: Iterable[tuple[int, UUID]],
    action: AuditAction,
    *,
    source: AuditSource = AuditSource.WEB,
) -> None:
    """Record that a user sees the names of visitors, pairs of website and id, in a list. Raises LogUnavailable."""
    try:
        add_listed(user, visitors, action, source)
    except DatabaseError as failure:
        raise LogUnavailable from failure


def record_fragment(user: User, context: VisitorContext) -> None:
    """Record a look at a fragment of a page unless the page's own entry covers it.

    The entry does not cover a fragment that was requested without its page, and ends after a day. Raises
    LogUnavailable, and Http404 if the website was removed in the meantime.
    """
    if context.shown_at is None or context.shown_at < datetime.now(UTC) - PAGE_ENTRY_VALID_FOR:
        record_lookup(user, context.website, context.visitor_id, AuditAction.PAGE)


def is_erased_since(website: Website, visitor_id: UUID, at: datetime) -> bool:
    """Whether the visitor was erased at this time or later. One query."""
    erasures = AuditEntry.objects.filter(website=website, visitor_id=None, action=AuditAction.ERASE, at__gte=at)
    return erasures.filter(visitor_hash=hash_visitor(website.pk, visitor_id)).exists()


def hash_visitor(website_id: int, visitor_id: UUID) -> str:
    """Return what replaces an erased visitor's id: 32 hexadecimal digits, keyed with SECRET_KEY and the website."""
    digest = salted_hmac(f"{_HASH_SALT}:{website_id}", str(visitor_id), algorithm="sha256")
    return digest.hexdigest()[:HASH_LENGTH]


def about_visitors(website_id: int, visitor_ids: Iterable[UUID]) -> Q:
    """Return the filter for entries about these visitors, erased or not."""
    ids = list(visitor_ids)
    hashes = [hash_visitor(website_id, visitor_id) for visitor_id in ids]
    return Q(visitor_id__in=ids) | Q(visitor_id=None, visitor_hash__in=hashes)


def erase(user: User | None, website: Website, visitor_id: UUID) -> int:
    """Replace a visitor's id in the log with its hash, and record that `user` did so (None: a command).

    Returns the number of entries that contained the id.
    """
    visitor_hash = hash_visitor(website.pk, visitor_id)
    entries = AuditEntry.unrestricted.filter(website=website, visitor_id=visitor_id)
    count = entries.update(visitor_id=None, visitor_hash=visitor_hash)
    AuditEntry.objects.create(
        website=website,
        user=user,
        user_name=user.get_username() if user else COMMAND_NAME,
        visitor_hash=visitor_hash,
        at=datetime.now(UTC),
        action=AuditAction.ERASE,
        result=AuditResult.DONE,
    )
    return count
