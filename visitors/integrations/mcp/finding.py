"""Find the visitor and the website that a tool is asked about."""

import time
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from visitors import profiles
from visitors.audit import log
from visitors.datafast.errors import UpstreamError, VisitorNotFound
from visitors.formatting import join_list
from visitors.formatting.hosts import normalize_host
from visitors.integrations.tokens.access import websites_of
from visitors.lookup import id_parser
from visitors.models import AccessToken, AuditAction, AuditSource, Snapshot, Website
from visitors.profiles import Profile, Purpose


class ToolError(Exception):
    """A tool can't do what it was asked for. `str()` is a sentence for the model, which may try again."""


def find_website(token: AccessToken, name: str) -> Website:
    """Return the website with this slug, domain or DataFast id. Raises ToolError."""
    wanted = name.strip().lower()
    for website in websites_of(token):
        names = {website.slug.lower(), normalize_host(website.domain), website.datafast_id}
        if wanted and (wanted in names or normalize_host(wanted) in names):
            return website
    raise ToolError("There is no such website, or the token does not open it. list_websites lists those it opens.")


def load_profile(token: AccessToken, visitor: str, website: str | None, action: AuditAction) -> tuple[Website, Profile]:
    """Return the profile of the visitor in a text and its website; write the action to the audit log.

    Without a website, the one that stores the profile is taken. Otherwise all are asked in turn, for no longer than
    UPSTREAM_DEADLINE_SECONDS, until one knows the visitor. Raises ToolError and LogUnavailable.
    """
    parsed = id_parser.parse(visitor)
    if parsed.unambiguous is None:
        raise ToolError(parsed.problem or "The text contains several visitor ids: ask for one at a time.")
    visitor_id = UUID(parsed.unambiguous.visitor_id)
    candidates = [find_website(token, website)] if website else _order(token, visitor_id, parsed.hosts)
    if not candidates:
        raise ToolError("The token opens no website.")
    unknown: list[str] = []
    failed: list[str] = []
    ends_at = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    for candidate in candidates:
        if failed and time.monotonic() >= ends_at:
            failed.append(f"{candidate.domain} (not asked, as the others took long)")
            continue
        try:
            profile = profiles.refresh_profile(candidate, visitor_id, purpose=Purpose.LIVE)
        except UpstreamError as error:
            log.record_lookup(token.user, candidate, visitor_id, action, error, source=AuditSource.MCP)
            if isinstance(error, VisitorNotFound):
                unknown.append(candidate.domain)
            else:
                failed.append(f"{candidate.domain} ({str(error).rstrip('.')})")
            continue
        log.record_lookup(token.user, candidate, visitor_id, action, source=AuditSource.MCP)
        return candidate, profile
    sentences = [f"No answer for {one}." for one in failed]
    if unknown:
        verb = "does" if len(unknown) == 1 else "do"
        sentences.insert(0, f"{join_list(unknown)} {verb} not know this visitor.")
    raise ToolError(" ".join(sentences))


def find_stored(websites: Iterable[Website], visitor_ids: Iterable[UUID]) -> dict[UUID, set[int]]:
    """Return on which of the websites the profiles of these visitors are stored, as primary keys by id."""
    found: dict[UUID, set[int]] = {}
    snapshots = Snapshot.objects.filter(website__in=list(websites), visitor_id__in=list(visitor_ids))
    for website_id, visitor_id in snapshots.values_list("website_id", "visitor_id"):
        found.setdefault(visitor_id, set()).add(website_id)
    return found


def _order(token: AccessToken, visitor_id: UUID, hosts: Iterable[str]) -> list[Website]:
    """Return the website that stores the visitor's profile; else all of them, those named in the text first."""
    websites = list(websites_of(token))
    stored = find_stored(websites, [visitor_id]).get(visitor_id, set())
    if stored:
        return [website for website in websites if website.pk in stored][:1]
    named = {normalize_host(host) for host in hosts}
    return sorted(websites, key=lambda website: normalize_host(website.domain) not in named)
