"""Health checks for a proxy or an orchestrator: is the process running, and can it work?"""

import logging
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)

# Longer than a working database ever takes, and shorter than the caller waits.
TIMEOUT_SECONDS = 2.0
PROBE_BYTES = 32 * 1024

# A hanging database blocks these threads, and no thread that serves requests.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="readiness")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "ok" while the process runs."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Answer "database: ok", or 503 and "database: failing"."""
    try:
        is_ready = _threads.submit(_can_write_database).result(timeout=TIMEOUT_SECONDS)
    # Drivers raise their own kinds of errors, and the text may contain the password.
    except Exception as error:  # noqa: BLE001
        logger.warning("Not ready: %s", type(error).__name__)
        is_ready = False
    text = f"database: {'ok' if is_ready else 'failing'}\n"
    return HttpResponse(text, status=200 if is_ready else 503, content_type="text/plain")


def _can_write_database() -> bool:
    """Whether a table can be written: false if the database is locked, full, read-only or has no tables.

    The row is an expired session, deleted in the same transaction. It takes several pages, since a small row may fit
    into the last free bytes of a full disk.
    """
    try:
        with transaction.atomic():
            key = f"readiness-{uuid4().hex[:20]}"
            row = Session.objects.create(session_key=key, session_data="0" * PROBE_BYTES, expire_date=timezone.now())
            row.delete()
        return True
    finally:
        connection.close()  # this thread's own
