"""Keep the best leads current: a thread of one process asks DataFast for those whose profiles are old, a few a minute.
It also makes the alerts and delivers what webhooks wait for.

It uses only what the budget leaves for background work, and only for websites whose list of leads is in use.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta

from django.db import connections

from visitors import profiles
from visitors.datafast.errors import NoJourney, UpstreamError
from visitors.leads import alerts
from visitors.models import Claim, FetchLease, KnownPerson, Website
from visitors.profiles import Purpose
from visitors.webhooks import delivery

logger = logging.getLogger(__name__)

INTERVAL_SECONDS = 60
# How old the profile of a lead may become, of how many of the best leads, and how many are refreshed in one run.
MAX_AGE = timedelta(hours=6)
BEST_LEADS = 100
LEADS_PER_RUN = 5
# How long a lead is left alone who could not be refreshed, so that one whom DataFast answers badly holds up no others.
RETRY_AFTER = timedelta(hours=1)
# A lead who was last seen longer ago is hardly worth a call.
SEEN_WITHIN = timedelta(days=60)
# How long a list of leads counts as in use after someone opened it, and how often that is written down.
IN_USE_FOR = timedelta(days=7)
_WRITTEN_EVERY = timedelta(days=1)

_CLAIM = "leads"


def mark_in_use(website: Website) -> None:
    """Record that someone opened the website's list of leads."""
    now, name = datetime.now(UTC), _in_use(website)
    if not Claim.objects.filter(name=name, expires_at__gt=now + IN_USE_FOR - _WRITTEN_EVERY).exists():
        Claim.objects.update_or_create(name=name, defaults={"expires_at": now + IN_USE_FOR})


def refresh_leads() -> int:
    """Refresh the profiles of a few leads of each website. Return how many were asked for."""
    return sum(_refresh_website(website) for website in Website.objects.filter(paused_at=None, key_rejected_since=None))


def refresh_if_due() -> None:
    """Refresh unless this or another process did so within the minute."""
    if Claim.acquire(_CLAIM, INTERVAL_SECONDS):
        refresh_leads()


# By what the log says where one fails.
_JOBS = {
    "Leads could not be refreshed": refresh_if_due,
    "Alerts could not be made": alerts.check_if_due,
    "Webhooks could not be delivered": delivery.deliver_if_due,
}


def start() -> threading.Event:
    """Run the jobs every minute in a thread of this process, until the process ends or the returned event is set."""
    stop = threading.Event()
    threading.Thread(target=_run, args=[stop], name="leads", daemon=True).start()
    return stop


def _run(stop: threading.Event) -> None:
    while not stop.wait(INTERVAL_SECONDS):
        for failure, job in _JOBS.items():
            try:
                job()
            # No error may end this thread or keep the other jobs from running.
            except Exception as error:  # noqa: BLE001
                logger.error("%s: %s", failure, type(error).__name__)  # noqa: TRY400
        connections.close_all()


def _refresh_website(website: Website) -> int:
    now = datetime.now(UTC)
    if not Claim.objects.filter(name=_in_use(website), expires_at__gt=now).exists():
        return 0
    leads = KnownPerson.objects.filter(website=website, is_customer=False, score__isnull=False)
    best = leads.filter(last_seen_at__gte=now - SEEN_WITHIN).order_by("-score", "-pk")
    ages = best.values_list("visitor_id", "snapshot__fetched_at")[:BEST_LEADS]
    old = [visitor_id for visitor_id, fetched_at in ages if fetched_at < now - MAX_AGE]
    tried = FetchLease.objects.filter(website=website, visitor_id__in=old, finished_at__gt=now - RETRY_AFTER)
    just_tried = set(tried.values_list("visitor_id", flat=True))
    due = [visitor_id for visitor_id in old if visitor_id not in just_tried][:LEADS_PER_RUN]
    for number, visitor_id in enumerate(due):
        try:
            profile = profiles.refresh_profile(
                website, visitor_id, max_age=MAX_AGE, purpose=Purpose.BACKGROUND, is_automatic=True
            )
        except (NoJourney, profiles.VisitorErased):
            continue
        except UpstreamError:
            return number
        if profile.problem:  # the budget is used up, or DataFast fails: the next run goes on with the others
            return number
    return len(due)


def _in_use(website: Website) -> str:
    return f"leads of {website.pk} in use"
