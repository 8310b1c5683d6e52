"""The look-up log: who looked at which visitor, written before anything is shown; its upkeep, and questions to it.

What can't be written into the log is not shown: a log that a full disk switches off says nothing about the day on which
it mattered. A line is one INSERT; it waits for the database as every other write does, and then the reader is told.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError
from django.db.models import Q
from django.utils.crypto import salted_hmac

from visitors import sql
from visitors.datafast.errors import AccessRefused, BotVisitor, RateLimited, UpstreamError, VisitorNotFound
from visitors.models import AuditAction as Source
from visitors.models import AuditEntry, VisitorContext, Website
from visitors.models import AuditResult as Result

HASH_CHARACTERS = 32
# The name in lines that no person has caused; no user name has a blank.
BY_COMMAND = "a command"
# How long the line of a page covers the parts that are loaded into it.
PAGE_COUNTS = timedelta(days=1)
_INSERT = """
    INSERT INTO {table} (website_id, user_id, user_name, visitor_id, visitor_hash, at, source, result)
    VALUES (%(website)s, %(user)s, %(name)s, %(visitor)s, %(hash)s, %(at)s, %(source)s, %(result)s)
"""
_RESULTS: tuple[tuple[type[UpstreamError], Result], ...] = (
    (VisitorNotFound, Result.NOT_FOUND),
    (BotVisitor, Result.BOT),
    (AccessRefused, Result.KEY_REFUSED),
    (RateLimited, Result.LIMITED),
)


class NotWritten(Exception):
    """The log can't be written, so nothing is shown."""


class WebsiteGone(Exception):
    """The website was removed meanwhile, and its log with it, so nothing is shown."""


def note(user: User, website: Website, visitor_id: UUID, source: Source, error: UpstreamError | None = None) -> None:
    """Write down that this person looks at a visitor; `error` is why nothing can be shown. Raises NotWritten and
    WebsiteGone."""
    try:
        _write(
            website=website.pk,
            user=user.pk,
            name=user.get_username(),
            visitor=visitor_id,
            source=source.value,
            result=result_of(error).value,
        )
    except DatabaseError as trouble:
        if isinstance(trouble, IntegrityError) and not Website.objects.filter(pk=website.pk).exists():
            raise WebsiteGone from trouble
        raise NotWritten from trouble


def note_part(user: User, opened: VisitorContext, visitor_id: UUID) -> None:
    """Write down that this person is shown a part of a page, where the page itself does not stand in the log: asked for
    without it, or a page that stays open for days. Raises NotWritten and WebsiteGone."""
    if opened.shown_at is None or opened.shown_at < datetime.now(UTC) - PAGE_COUNTS:
        note(user, opened.website, visitor_id, Source.PAGE)


def result_of(error: UpstreamError | None) -> Result:
    """What a look-up came to."""
    if error is None:
        return Result.SHOWN
    return next((result for kind, result in _RESULTS if isinstance(error, kind)), Result.UNAVAILABLE)


def hash_of(website_id: int, visitor_id: UUID) -> str:
    """What stands in the log in place of a forgotten visitor's id. The same only under the same SECRET_KEY."""
    key = f"{__name__}:{website_id}"
    return salted_hmac(key, str(visitor_id), algorithm="sha256").hexdigest()[:HASH_CHARACTERS]


def of_visitors(website_id: int, visitor_ids: Iterable[UUID]) -> Q:
    """The lines about these visitors, forgotten or not."""
    ids = list(visitor_ids)
    hashes = [hash_of(website_id, visitor_id) for visitor_id in ids]
    return Q(visitor_id__in=ids) | Q(visitor_id=None, visitor_hash__in=hashes)


def forget(user: User | None, website: Website, visitor_id: UUID) -> int:
    """Take a visitor's id out of the log, and write down who did that (None: a command). Returns how many lines held
    it."""
    hashed = hash_of(website.pk, visitor_id)
    of_visitor = AuditEntry.upkeep.filter(website=website, visitor_id=visitor_id)
    count = of_visitor.update(visitor_id=None, visitor_hash=hashed)
    _write(
        website=website.pk,
        user=user.pk if user else None,
        name=user.get_username() if user else BY_COMMAND,
        hash=hashed,
        source=Source.FORGET.value,
        result=Result.DONE.value,
    )
    return count


def _write(**values: object) -> None:
    """Add a line of now. What stands in it about the visitor is the id or, in its place, the hash."""
    sql.change(AuditEntry, _INSERT, **({"visitor": None, "hash": "", "at": datetime.now(UTC)} | values))
