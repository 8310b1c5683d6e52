"""What a reader asks of a timeline, as it stands in the address."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Protocol, Self
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from visitors.formatting.text import clean, isolate_direction, truncate
from visitors.journey import Kind
from visitors.journey_page.timeline.times import clocked, read_moment

# Ranges reach back from the latest event, so that they hold something for whoever left long ago, and so that a shared
# link shows the same tomorrow.
SPANS = {"30d": timedelta(days=30), "7d": timedelta(days=7), "24h": timedelta(hours=24)}
BEFORE = "before"
UNDATED = "undated"

_LONGEST_TEXT = 200
_MOST_FOLDS = 500
# A visit's number, the second in which one without a number began, or the group of events without a time.
_KEY = re.compile(rf"[1-9][0-9]{{0,9}}|t[1-9][0-9]{{0,11}}|{UNDATED}", re.ASCII)
_POSITION = re.compile(rf"({_KEY.pattern})(?:\.([0-9]{{1,9}}))?", re.ASCII)


class Values(Protocol):
    """What Django's QueryDict offers of an address."""

    def __len__(self) -> int:
        """How many names there are."""

    def get(self, key: str, /) -> str | None:
        """The last value of this name."""

    def getlist(self, key: str, /) -> Sequence[str]:
        """All values of this name."""


class Position(Struct, frozen=True):
    """A place in the ledger: a visit's key, and how many of its newest events to pass over."""

    key: str
    passed: int = 0

    def __str__(self) -> str:
        return f"{self.key}.{self.passed}" if self.passed else self.key


class TimelineQuery(Struct, frozen=True, kw_only=True):
    """What a reader asks for. The name in the address stands behind each.

    `kinds` (kind, repeated): none means all. `text` (q). `span` (range): a key of SPANS, "before", or "" for all.
    `before` and `at` (the moment of a ticket): naive ones are on the clock of the page's zone. `start` (from): where
    the list begins. `opened` (open) and `shut`: keys of visits that stand otherwise than by default, with periods
    between. `refused` is what of the address was not understood, as sentences.
    """

    kinds: frozenset[Kind] = frozenset()
    text: str = ""
    span: str = ""
    before: datetime | None = None
    at: datetime | None = None
    start: Position | None = None
    opened: tuple[str, ...] = ()
    shut: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    @classmethod
    def read(cls, values: Values) -> Self:
        """The query of an address. Never raises: what is not understood is left out and said in `refused`."""
        if not values:
            return cls()
        reader = _Reader(values)
        return cls(
            kinds=reader.kinds(),
            text=clean(values.get("q") or "").strip()[:_LONGEST_TEXT],
            span=reader.span(),
            before=reader.moment("before"),
            at=reader.moment("at"),
            start=reader.position("from"),
            opened=reader.keys("open"),
            shut=reader.keys("shut"),
            refused=tuple(reader.refused),
        )

    @property
    def is_search(self) -> bool:
        """Whether single events are looked for, not stretches of time."""
        return bool(self.kinds or self.text)

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out by a filter."""
        return bool(self.is_search or self.span in SPANS or (self.span == BEFORE and self.before))

    def in_zone(self, zone: tzinfo) -> Self:
        """The same with instants for what a zone's clock showed, as an address that others can be given."""
        return replace(
            self,
            before=self.before and clocked(self.before, zone).at,
            at=self.at and clocked(self.at, zone).at,
        )

    def with_open(self, key: str) -> Self:
        """The same with this visit open, as the last one opened."""
        return replace(
            self,
            opened=(*(one for one in self.opened if one != key), key),
            shut=tuple(one for one in self.shut if one != key),
        )

    def unfiltered(self) -> Self:
        """The same without filters, from the top, with the moment of the ticket."""
        return type(self)(at=self.at)

    def address(self, **changes: Any) -> str:
        """The query string, with fields changed: "?kind=goal&open=3". "?" for what is shown without one."""
        query = replace(self, **changes)
        parts: list[tuple[str, str]] = [("kind", kind.value) for kind in sorted(query.kinds, key=list(Kind).index)]
        parts += [
            (name, value)
            for name, value in (
                ("q", query.text),
                ("range", query.span),
                ("before", _instant(query.before) if query.span == BEFORE else ""),
                ("at", _instant(query.at)),
                ("from", str(query.start or "")),
                ("open", ".".join(query.opened)),
                ("shut", ".".join(query.shut)),
            )
            if value
        ]
        return f"?{urlencode(parts, safe=':')}"


class _Reader:
    """Reads the values of an address, and collects sentences about those that say nothing."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.refused: list[str] = []

    def kinds(self) -> frozenset[Kind]:
        known = {kind.value for kind in Kind}
        for name in self.values.getlist("kind"):
            if name and name not in known:
                self._refuse(name, "not a kind of event")
        return frozenset(Kind(name) for name in self.values.getlist("kind") if name in known)

    def span(self) -> str:
        name = self._text("range")
        if name in ("", BEFORE) or name in SPANS:
            return name
        self._refuse(name, "not a range of time")
        return ""

    def moment(self, name: str) -> datetime | None:
        text = self._text(name)
        moment = read_moment(text) if text else None
        if text and moment is None:
            self._refuse(text, "not a moment that can be read (an example is 2026-05-05T14:30)")
        # A field holds what a clock showed; where that was twice, the form says that the second time is meant.
        is_second = text and self._text(f"{name}_second") == text
        return moment.replace(fold=1) if moment and moment.tzinfo is None and is_second else moment

    def position(self, name: str) -> Position | None:
        text = self._text(name)
        if match := _POSITION.fullmatch(text):
            return Position(match[1], int(match[2] or 0))
        if text:
            self._refuse(text, "not a place in a timeline")
        return None

    def keys(self, name: str) -> tuple[str, ...]:
        keys = self._text(name).split(".", _MOST_FOLDS)[:_MOST_FOLDS]
        return tuple(dict.fromkeys(key for key in keys if _KEY.fullmatch(key)))

    def _text(self, name: str) -> str:
        return (self.values.get(name) or "").strip()

    def _refuse(self, text: str, what: str) -> None:
        self.refused.append(f"“{isolate_direction(truncate(clean(text), 40))}” is {what}, so it was left out.")


def _instant(moment: datetime | None) -> str:
    """ISO 8601: in UTC with a Z, or naive as it came."""
    if moment is None:
        return ""
    if moment.tzinfo is None:
        return moment.isoformat()
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
