"""Find the visitor and the website that a tool is asked about."""

import time
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings

from visitors import profiles
from visitors.audit import log
from visitors.datafast.errors import UpstreamError, VisitorNotFound
from visitors.formatting import join_list
from visitors.integrations.tokens.access import websites_of
from visitors.lookup import id_parser
from visitors.lookup.website_hints import find_website
from visitors.models import AccessToken, AuditAction, AuditSource, Website
from visitors.profiles import Profile, Purpose


class ToolError(Exception):
    """A tool can't do what it was asked for. `str()` is a sentence for the model, which may try again."""


def _find_named(token: AccessToken, name: str) -> Website:
    """Return the website with this slug, domain or DataFast id. Raises ToolError."""
    websites, wanted = list(websites_of(token)), name.strip().lower()
    for website in websites:
        if wanted and website.datafast_id == wanted:
            return website
    if found := find_website(websites, [wanted]):
        return found
    raise ToolError("There is no such website, or the token does not open it. list_websites lists those it opens.")


def load_profile(token: AccessToken, visitor: str, website: str | None, action: AuditAction) -> tuple[Website, Profile]:
    """Return the profile of the visitor in a text and its website; write the action to the audit log.

    Without a website, the one that stores the profile is taken. Otherwise all are asked in turn, for no longer than
    UPSTREAM_DEADLINE_SECONDS, until one knows the visitor. Raises ToolError and LogUnavailable.
    """
    parsed = id_parser.parse(visitor)
    if parsed.problem:
        raise ToolError(f"{parsed.problem} Use find_visitors for a name or an email address.")
    if parsed.unambiguous is None:  # several, or one under the name of something else
        raise ToolError("It is not clear which id is the visitor’s: send one visitor id and nothing else.")
    visitor_id = UUID(parsed.unambiguous.visitor_id)
    candidates = [_find_named(token, website)] if website else _order(token, parsed.unambiguous, parsed.hosts)
    if not candidates:
        raise ToolError("The token opens no website.")
    unknown: list[str] = []
    failed: list[str] = []
    ends_at = time.monotonic() + settings.UPSTREAM_DEADLINE_SECONDS
    for candidate in candidates:
        if time.monotonic() >= ends_at:
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


def _order(token: AccessToken, candidate: id_parser.Candidate, hosts: Iterable[str]) -> list[Website]:
    """Return the website of a link to a journey, else the one that stores the visitor's profile; else all of them.

    Of several, the one that the text around the id names comes first.
    """
    websites = list(websites_of(token))
    if linked := find_website(websites, [candidate.slug]):
        return [linked]
    likely = find_website(websites, [*candidate.hosts, *hosts])
    websites.sort(key=lambda website: website != likely)
    stored = {pk for pk, _ in profiles.find_stored(websites, [UUID(candidate.visitor_id)])}
    return [website for website in websites if website.pk in stored][:1] or websites
