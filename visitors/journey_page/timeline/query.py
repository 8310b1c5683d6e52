"""What a reader asks of a timeline, as the address contains it."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Self
from urllib.parse import urlencode, urlsplit

from django.http import QueryDict
from msgspec import Struct
from msgspec.structs import replace

from visitors.formatting.text import clean, isolate_direction, truncate
from visitors.journey import Kind
from visitors.journey_page.timeline.local_times import parse_spoken_time, parse_time, resolve_time

# Ranges end now.
SPANS = {"30d": timedelta(days=30), "7d": timedelta(days=7), "24h": timedelta(hours=24)}
BEFORE = "before"
_ZOOMED = "latest"
UNDATED = "undated"

_KINDS = tuple(Kind)
_TEXT_LIMIT = 200
_MAX_KEYS = 500
# A visit's number, the start in seconds of one without a number, or the group of events without a time.
_KEY = re.compile(rf"[1-9][0-9]{{0,9}}|t[1-9][0-9]{{0,11}}|{UNDATED}", re.ASCII)
_POSITION = re.compile(rf"({_KEY.pattern})(?:\.([0-9]{{1,9}}))?", re.ASCII)


class Position(Struct, frozen=True):
    """A place in the timeline: a visit's key, and how many of its newest events to skip."""

    key: str
    passed: int = 0

    def __str__(self) -> str:
        return f"{self.key}.{self.passed}" if self.passed else self.key


class TimelineQuery(Struct, frozen=True, kw_only=True):
    """What a reader asks for; the names in the address are in parentheses.

    `kinds` (kind, repeated): none means all. `text` (q). `span` (range): a key of SPANS, "before", or "" for all.
    `before` and `at` (the time of a ticket): naive ones are on the clock of the page's zone. `start` (from): where the
    list begins. `opened` (open) and `shut`: keys of visits that are open or shut against the default, separated by
    periods. `is_zoomed` (ribbon=latest): the ribbon shows the latest visits one by one. `rejected`: a sentence for each
    value that could not be read; `unread_at` is the text of such a ticket's time, which stays in its field.
    """

    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    span: str = ""
    before: datetime | None = None
    at: datetime | None = None
    start: Position | None = None
    opened: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    unread_at: str = ""
    is_zoomed: bool = False

    @classmethod
    def read(cls, values: QueryDict, now: datetime | None = None) -> Self:
        """Read the query of an address. Never raises: what cannot be read is left out, and named in `rejected`.

        `now` is in the zone of the page: a ticket's time such as "yesterday 16:40" is meant on its clock. Without `now`
        only times in ISO 8601 are read, as our own addresses have them.
        """
        if not values:
            return cls()
        reader = _Reader(values, now)
        return cls(
            kinds=reader.kinds(),
            text=clean(values.get("q") or "").strip()[:_TEXT_LIMIT],
            span=reader.span(),
            before=reader.time("before"),
            at=reader.time("at", is_spoken=True),
            start=reader.position("from"),
            opened=reader.keys("open"),
            shut=reader.keys("shut"),
            rejected=tuple(reader.rejected),
            unread_at=reader.unread_at,
            is_zoomed=values.get("ribbon") == _ZOOMED,
        )

    @classmethod
    def read_address(cls, address: str | None) -> Self:
        """Read the query of a page's whole address, which a browser has sent; the default for a malformed one."""
        try:
            return cls.read(QueryDict(urlsplit(address or "").query))
        except ValueError:
            return cls()

    @property
    def is_search(self) -> bool:
        """Whether it asks for certain events, not for a range of time."""
        return bool(self.kinds or self.text)

    @property
    def is_filtered(self) -> bool:
        """Whether a filter leaves anything out."""
        return bool(self.is_search or self.span in SPANS or (self.span == BEFORE and self.before))

    def in_zone(self, zone: tzinfo) -> Self:
        """Return the query with times in UTC for those on a zone's clock, so that its address can be shared."""
        return replace(
            self,
            before=self.before and resolve_time(self.before, zone).at,
            at=self.at and resolve_time(self.at, zone).at,
        )

    def with_open(self, key: str) -> Self:
        """Return the query with this visit open, as the last one opened."""
        return replace(
            self,
            opened=(*(one for one in self.opened if one != key), key),
            shut=tuple(one for one in self.shut if one != key),
        )

    def unfiltered(self) -> Self:
        """Return the query without filters, from the top, with the time of the ticket."""
        return type(self)(at=self.at, is_zoomed=self.is_zoomed)

    def address(self, **changes: Any) -> str:
        """Return the query string, with changed fields: "?kind=goal&open=3"; "?" for the default."""
        query = replace(self, **changes)
        values = [("kind", kind.value) for kind in _KINDS if kind in query.kinds]
        values += [("q", query.text), ("range", query.span)]
        values += [("before", _format_utc(query.before) if query.span == BEFORE else ""), ("at", _format_utc(query.at))]
        values += [("ribbon", _ZOOMED if query.is_zoomed else "")]
        values += [("from", str(query.start or "")), ("open", ".".join(query.opened)), ("shut", ".".join(query.shut))]
        return f"?{urlencode([(name, value) for name, value in values if value], safe=':')}"


class _Reader:
    """Reads the values of an address, and collects sentences about those that it cannot read."""

    def __init__(self, values: QueryDict, now: datetime | None) -> None:
        self.values = values
        self._now = now
        self.rejected: list[str] = []
        self.unread_at = ""

    def kinds(self) -> frozenset[Kind]:
        names = self.values.getlist("kind")
        known = {kind.value for kind in Kind}
        for name in names:
            if name and name not in known:
                self._reject(name, "not a kind of event")
        return frozenset(Kind(name) for name in names if name in known)

    def span(self) -> str:
        name = self._text("range")
        if name in ("", BEFORE) or name in SPANS:
            return name
        self._reject(name, "not a range of time")
        return ""

    def time(self, name: str, *, is_spoken: bool = False) -> datetime | None:
        text = self._text(name)
        time = parse_time(text) if text else None
        if text and time is None and is_spoken and self._now:
            time = parse_spoken_time(text, self._now)
        if text and time is None:
            self.unread_at = clean(text)[:_TEXT_LIMIT] if is_spoken else ""
            self._reject(text, "not a time that can be read (examples are “Nov 3, 11:00” and “2 h ago”)")
        # A field contains what a clock showed; where that was twice, a hidden field says that it is the second time.
        is_second = text and self._text(f"{name}_second") == text
        return time.replace(fold=1) if time and time.tzinfo is None and is_second else time

    def position(self, name: str) -> Position | None:
        text = self._text(name)
        if match := _POSITION.fullmatch(text):
            return Position(match[1], int(match[2] or 0))
        if text:
            self._reject(text, "not a place in a timeline")
        return None

    def keys(self, name: str) -> tuple[str, ...]:
        keys = self._text(name).split(".", _MAX_KEYS)[:_MAX_KEYS]
        return tuple(dict.fromkeys(key for key in keys if _KEY.fullmatch(key)))

    def _text(self, name: str) -> str:
        return (self.values.get(name) or "").strip()

    def _reject(self, text: str, reason: str) -> None:
        self.rejected.append(f"“{isolate_direction(truncate(clean(text), 40))}” is {reason}, so it was left out.")


def _format_utc(time: datetime | None) -> str:
    """Return a time in ISO 8601: in UTC with a Z, or naive as it came; "" for None."""
    if time is None:
        return ""
    if time.tzinfo is None:
        return time.isoformat()
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
