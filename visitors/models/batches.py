"""Delete many rows in small transactions, beside the running requests: SQLite has one writer at a time."""

import sys
import time
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

# Rows per transaction, and the pause between two.
BATCH_SIZE = 1_000
BATCH_PAUSE_SECONDS = 0.01


def delete_in_batches(rows: QuerySet[Any], condition: Q, most: int = sys.maxsize) -> int:
    """Delete at most `most` of the rows that meet a condition, in their order. Return the number of deleted rows."""
    deleted = 0
    everything = rows.model._base_manager  # noqa: SLF001 Django documents it
    found = rows.filter(condition).values_list("pk", flat=True)
    while deleted < most:
        if deleted:
            time.sleep(BATCH_PAUSE_SECONDS)
        # Found without a lock, so that a long search blocks no writer.
        pks = list(found[: min(BATCH_SIZE, most - deleted)])
        with transaction.atomic():
            # The condition again: a row may have been renewed since. Locked, so that nothing is added to it meanwhile.
            batch = everything.filter(condition, pk__in=pks)
            locked = list(batch.select_for_update().values_list("pk", flat=True))
            everything.filter(pk__in=locked).only("pk").delete()
        deleted += len(locked)
        if len(pks) < BATCH_SIZE:
            break
    return deleted
