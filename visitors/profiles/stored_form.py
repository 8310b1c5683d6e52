"""How a journey is stored: an overview, which every page needs, and two logs in chunks that are decoded on demand.

Decoding ten thousand events takes 15 ms, but a page shows at most 150 of them. So events, and the visits' entry and
exit pages, are compressed in chunks, and a loaded journey decodes only the chunks that are read. To its readers it is
the same as one that `journey.derive` has just made: visits and events are sequences in both.

One database column has all of it, and the scores up to that version: reading 180 KB (ten thousand events) takes SQLite
0.06 ms, a second query 0.3 ms.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, chain
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar, overload

import msgspec
from msgspec import Struct
from msgspec.structs import replace

import visitors
from visitors.datafast.lenient import Note
from visitors.datafast.payload import Identity
from visitors.journey import Event, Journey, Page, Visit, VisitOutline

# Items of a log per chunk. A page reads one chunk of events, or two where its events lie across a border.
EVENTS_PER_CHUNK = 100
PAGES_PER_CHUNK = 100

# The packages whose code determines what is stored.
_STORED_PACKAGES = ("datafast", "formatting", "journey")

Item = TypeVar("Item")

# In one order, so that the same answer has the same bytes, whatever the order in which it lists parameters.
_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class Contents(Struct, frozen=True):
    """The contents of DataFast's answer about a visitor: the latest place and device, the journey, and notes about what
    could not be read."""

    identity: Identity | None
    journey: Journey
    notes: tuple[Note, ...]


class ScorePoint(NamedTuple):
    """The score (0 to 100, None without a prediction) of an answer that came at `at`."""

    at: datetime
    score: float | None


class LoadedVersion(NamedTuple):
    """What is stored of one version of a profile, and the visitor's scores up to it, oldest first."""

    contents: Contents
    history: Sequence[ScorePoint]


class _Overview(Struct, frozen=True, array_like=True):
    """What every page needs. `journey` is without visits and undated events; `outlines` are its visits, newest first.

    Of each visit, `first_events` and `first_milestones` are where it begins in the log of events and in the journey's
    milestones, both oldest first. Behind the `dated` events come those without a time.
    """

    identity: Identity | None
    notes: tuple[Note, ...]
    journey: Journey
    outlines: tuple[VisitOutline, ...]
    first_events: tuple[int, ...]
    first_milestones: tuple[int, ...]
    dated: int


class _Stored(Struct, frozen=True, array_like=True):
    """The stored form of contents: the compressed overview, and the compressed chunks of each log.

    `ends` has two pages (or None) per visit, oldest first: its entry and its exit.
    """

    overview: bytes
    events: tuple[bytes, ...]
    ends: tuple[bytes, ...]


_decode_version = msgspec.msgpack.Decoder(tuple[bytes, tuple[ScorePoint, ...]]).decode
_decode_stored = msgspec.msgpack.Decoder(_Stored).decode
_decode_overview = msgspec.msgpack.Decoder(_Overview).decode
_event_chunk = msgspec.msgpack.Decoder(tuple[Event, ...])
_page_chunk = msgspec.msgpack.Decoder(tuple[Page | None, ...])


@lru_cache(maxsize=1)
def code_fingerprint() -> str:
    """Return a fingerprint (12 hex digits) of the code whose records are stored. Records of other code are not read."""
    digest = hashlib.blake2b(Path(__file__).read_bytes(), digest_size=6)
    for folder in visitors.__path__:
        for package in _STORED_PACKAGES:
            for source in sorted((Path(folder) / package).rglob("*.py")):
                digest.update(source.read_bytes())
    return digest.hexdigest()


def encode_version(stored_form: bytes, scores: Iterable[ScorePoint]) -> bytes:
    """Return what the column has: the stored form of the contents, and the scores in any order."""
    return _encode((stored_form, sorted(scores, key=lambda point: point.at)))


def decode_version(content: bytes, latest: datetime) -> LoadedVersion:
    """Return what `encode_version` encoded. Scores that are later than `latest` come from a wrong clock."""
    stored_form, scores = _decode_version(content)
    return LoadedVersion(decode_contents(stored_form), [point for point in scores if point.at <= latest])


def encode_contents(contents: Contents) -> tuple[bytes, str]:
    """Return the stored form and the version: 24 hex digits, equal for answers with equal contents."""
    journey = contents.journey
    oldest_first = journey.visits[::-1]
    events = [event for visit in oldest_first for event in visit.events]
    overview = _encode(
        _Overview(
            contents.identity,
            contents.notes,
            replace(journey, visits=(), outlines=(), undated=()),
            tuple(journey.outlines),
            _starts([len(visit.events) for visit in oldest_first]),
            _starts([len(visit.milestones) for visit in oldest_first]),
            len(events),
        )
    )
    event_chunks = _chunks([*events, *journey.undated], EVENTS_PER_CHUNK)
    version = hashlib.blake2b(overview, digest_size=12)
    for chunk in event_chunks:
        version.update(chunk)
    stored = _Stored(
        zlib.compress(overview, 1),
        _compressed(event_chunks),
        _compressed(_chunks([page for visit in oldest_first for page in (visit.entry, visit.exit)], PAGES_PER_CHUNK)),
    )
    return _encode(stored), version.hexdigest()


def decode_contents(stored_form: bytes) -> Contents:
    """Return what is stored. Events and visits are decoded when they are used."""
    stored = _decode_stored(stored_form)
    overview = _decode_overview(zlib.decompress(stored.overview))
    events = _Log(stored.events, EVENTS_PER_CHUNK, _event_chunk)
    ends = _Log(stored.ends, PAGES_PER_CHUNK, _page_chunk)
    return Contents(
        overview.identity,
        replace(
            overview.journey,
            visits=_StoredVisits(overview, events, ends),
            outlines=overview.outlines,
            undated=_LogSlice(events, overview.dated, overview.journey.counts.all),
        ),
        overview.notes,
    )


def _starts(lengths: list[int]) -> tuple[int, ...]:
    """Return where each visit begins in a log, newest first; `lengths` are oldest first."""
    return tuple(reversed([end - length for end, length in zip(accumulate(lengths), lengths, strict=True)]))


def _chunks(items: Sequence[object], size: int) -> list[bytes]:
    return [_encode(items[start : start + size]) for start in range(0, len(items), size)]


def _compressed(chunks: list[bytes]) -> tuple[bytes, ...]:
    return tuple(zlib.compress(chunk, 1) for chunk in chunks)


class _Log(Generic[Item]):
    """A stored list of which only the chunks that are read are decoded, each once."""

    def __init__(
        self, chunks: tuple[bytes, ...], size: int, decoder: msgspec.msgpack.Decoder[tuple[Item, ...]]
    ) -> None:
        self.chunks = chunks
        self._size = size
        self._decoder = decoder
        self._decoded: dict[int, tuple[Item, ...]] = {}

    def read(self, start: int, stop: int) -> tuple[Item, ...]:
        """Return the items from `start` to before `stop`."""
        if start >= stop:
            return ()
        first, last = start // self._size, (stop - 1) // self._size
        chunks = [self._chunk(number) for number in range(first, last + 1)]
        items = chunks[0] if len(chunks) == 1 else tuple(chain.from_iterable(chunks))
        return items[start - first * self._size : stop - first * self._size]

    def _chunk(self, number: int) -> tuple[Item, ...]:
        chunk = self._decoded.get(number)
        if chunk is None:
            chunk = self._decoded[number] = self._decoder.decode(zlib.decompress(self.chunks[number]))
        return chunk


class _LogSlice(Sequence[Item]):
    """A part of a log; a slice of it is a tuple. Equal to any sequence of the same items."""

    __slots__ = ("_log", "_start", "_stop")
    __hash__ = None  # type: ignore[assignment]  # as of a list

    def __init__(self, log: _Log[Item], start: int, stop: int) -> None:
        self._log, self._start, self._stop = log, start, stop

    def __len__(self) -> int:
        return self._stop - self._start

    @overload
    def __getitem__(self, index: int) -> Item: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...

    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1:
                return self._log.read(self._start + start, self._start + stop)
            return tuple(self)[index]
        at = range(self._start, self._stop)[index]
        return self._log.read(at, at + 1)[0]

    def __iter__(self) -> Iterator[Item]:
        return iter(self[:])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and self[:] == tuple(other)


class _StoredVisits(Sequence[Visit]):
    """The visits of a stored journey, newest first, each made when it is read."""

    __slots__ = ("_ends", "_events", "_overview")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, overview: _Overview, events: _Log[Event], ends: _Log[Page | None]) -> None:
        self._overview, self._events, self._ends = overview, events, ends

    def __len__(self) -> int:
        return len(self._overview.outlines)

    @overload
    def __getitem__(self, index: int) -> Visit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Visit, ...]: ...

    def __getitem__(self, index: int | slice) -> Visit | tuple[Visit, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        overview = self._overview
        number = range(len(self))[index]
        outline = overview.outlines[number]
        event, milestone = overview.first_events[number], overview.first_milestones[number]
        end = 2 * (len(self) - 1 - number)
        entry, last = self._ends.read(end, end + 2)
        return Visit.build(
            outline,
            entry=entry,
            exit=last,
            events=_LogSlice(self._events, event, event + outline.counts.all),
            milestones=overview.journey.milestones[milestone : milestone + outline.counts.all - outline.counts.views],
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        if isinstance(other, _StoredVisits) and self._events.chunks == other._events.chunks:
            return self._overview.outlines == other._overview.outlines
        return len(self) == len(other) and all(one == another for one, another in zip(self, other, strict=True))
