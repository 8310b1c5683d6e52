"""Search over the known people: parts of name, email, email domain, company and user id, without case and accents.

A word is found inside the words of a person; words of one or two letters only at their beginning. All words of a query
must be found. People in whom every word begins a word come first, and then those seen last.

Each database has an engine for that: FTS5 with trigrams on SQLite, pg_trgm on PostgreSQL. Both are exact, so they find
what the ORM's `contains` finds. An engine reads only the MAX_CANDIDATES people that were stored last among those that
match, so that a query that matches everyone is as fast as one that matches a single person.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import connection
from django.db.models import Case, F, Q, When

from visitors.formatting.folding import fold
from visitors.models import KnownPerson

MAX_QUERY_LENGTH = 100
MAX_WORDS = 8
MAX_CANDIDATES = 200
# What the indexes are made of; a shorter pattern has no entry in them.
_TRIGRAM = 3
# On SQLite the number of an entry of the index is made of the website's and the person's.
_WEBSITE_SHIFT = 40
_MAX_PERSON = 2**_WEBSITE_SHIFT - 1
# Bounded in each part, so that hostile text takes linear time.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w@-])")
_MAX_EMAILS = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The people who match, best first; `has_more` says that more people match than were asked for."""

    people: tuple[KnownPerson, ...] = ()
    has_more: bool = False


def to_query(text: str) -> str:
    """Return what to search for: the only email address of the text, or else the text if it is short; or "".

    So a forwarded message is searched for its sender.
    """
    text = text.strip()
    emails = {match[0].lower() for match in islice(_EMAIL.finditer(text), _MAX_EMAILS)}
    if len(emails) == 1:
        return emails.pop()
    return text if split_query(text) else ""


def split_query(query: str) -> list[str]:
    """Return the folded words of a query; none for a text that is too long to be one."""
    if len(query) > MAX_QUERY_LENGTH or "\0" in query:
        return []
    return fold(query).split()[:MAX_WORDS]


def find_people(query: str, website_ids: Sequence[int], limit: int) -> Found:
    """Return at most `limit` people of these websites who match a query."""
    words = split_query(query)
    if not words or not website_ids:
        return Found()
    # In the search text every word is behind two blanks.
    beginnings = [f"  {word}" for word in words]
    inside = [word if len(word) >= _TRIGRAM else f"  {word}" for word in words]
    candidates = _find_candidates(inside, website_ids)
    if len(candidates) == MAX_CANDIDATES and inside != beginnings:
        candidates += _find_candidates(beginnings, website_ids)
    people = _load(candidates, beginnings, limit + 1)
    return Found(tuple(people[:limit]), len(people) > limit)


def is_exactly(query: str, *values: str) -> bool:
    """Whether the query is one of these values as a whole, such as an email address or a user id."""
    return fold(query.strip()) in map(fold, values)


def _load(candidates: list[int], beginnings: list[str], limit: int) -> list[KnownPerson]:
    """Return at most `limit` of the people: those with all beginnings first, and of these the last seen."""
    found = KnownPerson.objects.filter(pk__in=candidates).defer("search_text")
    found = found.annotate(begins=Case(When(_contains(beginnings), then=1), default=0))
    return list(found.order_by("-begins", F("last_seen_at").desc(nulls_last=True), "-pk")[:limit])


def _find_candidates(patterns: list[str], website_ids: Sequence[int]) -> list[int]:
    """Return the keys of the people whose search text contains all patterns, stored last first."""
    engine = _find_with_fts5 if connection.vendor == "sqlite" else _find_with_trigrams
    return engine(patterns, website_ids)


def _find_with_fts5(patterns: list[str], website_ids: Sequence[int]) -> list[int]:
    expression = " AND ".join('"{}"'.format(pattern.replace('"', '""')) for pattern in patterns)
    found: list[int] = []
    with connection.cursor() as cursor:
        for website_id in website_ids:
            first = website_id << _WEBSITE_SHIFT
            cursor.execute(
                "SELECT rowid FROM visitors_knownperson_search WHERE visitors_knownperson_search MATCH %s "
                "AND rowid BETWEEN %s AND %s ORDER BY rowid DESC LIMIT %s",
                [expression, first, first + _MAX_PERSON, MAX_CANDIDATES],
            )
            found += [rowid - first for (rowid,) in cursor.fetchall()]
    return sorted(found, reverse=True)[:MAX_CANDIDATES]


def _find_with_trigrams(patterns: list[str], website_ids: Sequence[int]) -> list[int]:
    people = KnownPerson.objects.filter(_contains(patterns), website__in=website_ids)
    return list(people.order_by("-pk").values_list("pk", flat=True)[:MAX_CANDIDATES])


def _contains(patterns: list[str]) -> Q:
    return Q(*(Q(search_text__contains=pattern) for pattern in patterns))
