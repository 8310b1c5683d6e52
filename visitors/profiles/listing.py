"""List visitors of a website: DataFast's own list, which is never stored."""

import time

from django.conf import settings

from visitors.datafast.client import VisitorsAnswer
from visitors.models import Website
from visitors.profiles import calls
from visitors.profiles.budget import Purpose
from visitors.profiles.client import datafast_client


def list_visitors(website: Website, query: dict[str, str], purpose: Purpose = Purpose.LOOKUP) -> VisitorsAnswer:
    """Return a page of DataFast's list of visitors. `query` has DataFast's names. One call. Raises UpstreamError."""
    with calls.slot():
        return calls.call(
            website,
            purpose,
            time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS,
            lambda options: datafast_client().list_visitors(
                options.credential, query, deadline=options.deadline, charge=options.charge
            ),
        )
