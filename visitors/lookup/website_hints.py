"""Find the website that a text names."""

from collections.abc import Collection, Iterable

from visitors.formatting.hosts import normalize_host
from visitors.models import Website


def find_website(websites: Collection[Website], hints: Iterable[str]) -> Website | None:
    """Return the website of the first slug or host among the hints; of several, the one with the longest domain."""
    by_slug = {website.slug.lower(): website for website in websites}
    by_domain = {normalize_host(website.domain): website for website in websites}
    for hint in hints:
        host = normalize_host(hint)
        domains = [domain for domain in by_domain if host == domain or host.endswith(f".{domain}")]
        if website := by_slug.get(hint) or (by_domain[max(domains, key=len)] if domains else None):
            return website
    return None
