"""The rows of a timeline, as records of text: templates lay them out and escape them."""

from datetime import datetime
from typing import ClassVar, NamedTuple

from msgspec import Struct

from visitors.journey import Intent


class TeamNote(NamedTuple):
    """A note of the team on the visitor, to show at its time."""

    at: datetime
    author: str
    text: str


class Row(Struct, frozen=True, kw_only=True, gc=False):
    """The base of the records that the timeline's templates show."""


class PagePath(Row, frozen=True):
    """A page: its path or, with an `app` ("iOS app"), the name of a screen.

    `host` is set where the journey has several hosts, unless it is the website's own. `query` is "?plan=pro#faq".
    Long ones are cut in the middle; `whole` is then all of it, for a reader who asks for it. `intent` is what the
    page is for. A page with a readable name has that as its label, and its address in `original`.
    """

    label: str
    intent: Intent
    host: str = ""
    query: str = ""
    app: str = ""
    whole: str = ""
    original: str = ""


class Badge(Row, frozen=True):
    """A badge of a visit; `style` is "money", "refund", "goal", "setback" or "id".

    `original` is the goal's own name where the label is a readable one.
    """

    style: str
    label: str
    original: str = ""


class NoteRow(Row, frozen=True):
    """A line between visits or events; `style` is "gap", "cut" (here DataFast left something out), "moment" or "team".

    A "moment" is the time of a ticket, and has `iso` and `clock`. "team" is a note of the team; its `clock` has the day
    as well, and `author` wrote it.
    """

    style: str
    text: str
    iso: str = ""
    clock: str = ""
    author: str = ""


class EventRow(Row, frozen=True):
    """A line for an event, or for repeated views of one page; `style` is "page", "goal", "setback", "money",
    "refund" or "id".

    `clock` is the time of day, or "no time" where `iso` is "". `day` is set where it differs from the visit's. Page
    views have a `page` (None without an address), `times` ("×4, until 12:03:00"), and `dwell` with `share`, its bar's
    width in percent; the last page of a visit has `last` ("left here", "here now") instead. Other events
    have `lead`, `name`, `tail` and `note`, to show in this order; `original` is the goal's own name where `name` is a
    readable one.
    """

    style: str
    iso: str = ""
    clock: str = ""
    day: str = ""
    is_new: bool = False
    page: PagePath | None = None
    times: str = ""
    dwell: str = ""
    share: int = 0
    last: str = ""
    lead: str = ""
    name: str = ""
    tail: str = ""
    note: str = ""
    original: str = ""


class VisitRow(Row, frozen=True):
    """A visit, or the group of events without a time.

    `entry` and `exit` are its first and its last page, `exit` only where it differs; without page views `way` says so.
    `is_open` is how it is shown, `opens` how it is shown by default. `events` are those on the page. `passed` and
    `rest` label the links to newer and older events of the visit, "" for none; their addresses are query strings of the
    page, `rest_part` the one of the fragment with the events alone.
    """

    style: ClassVar[str] = "visit"

    key: str
    number: str
    when: str
    iso: str = ""
    title: str = ""
    entry: PagePath | None = None
    exit: PagePath | None = None
    way: str = ""
    pages: str = ""
    duration: str = ""
    place: str = ""
    badges: tuple[Badge, ...] = ()
    is_new: bool = False
    is_open: bool = False
    opens: bool = False
    events: tuple[EventRow | NoteRow, ...] = ()
    passed: str = ""
    passed_address: str = ""
    rest: str = ""
    rest_address: str = ""
    rest_part: str = ""
