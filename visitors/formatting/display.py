"""The smallest parts of a page: a moment, and a term with what is known of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from html import escape

from django.utils.safestring import SafeString, mark_safe

from visitors.formatting import ago, clock, day, duration, full
from visitors.formatting.line_breaks import breakable

ANONYMOUS = "Anonymous visitor"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: `words` to read, `exact` beyond doubt for a tooltip, `iso` for `<time datetime>`."""

    words: str
    exact: str
    iso: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what is known of it: text, or a moment. `copy_name` ("the email address") offers the text to copy."""

    term: str
    text: str = ""
    moment: Moment | None = None
    copy_name: str = ""

    @property
    def html(self) -> SafeString:
        """The row in its list, as HTML: a page has some twenty of these, so a template does not look into each."""
        known = self.moment
        if known is None:
            html = f"<bdi>{breakable(self.text)}</bdi>"
        else:
            html = f'<time datetime="{known.iso}" title="{escape(known.exact)}">{escape(known.words)}</time>'
        # A narrow no-break space: behind an ordinary one browsers may put the button alone into the next line.
        copy = f"&#8239;{copy_button(self.text, self.copy_name)}" if self.copy_name else ""
        return mark_safe(f"<div><dt><bdi>{escape(self.term)}</bdi></dt><dd>{html}{copy}</dd></div>")  # noqa: S308 escaped


def copy_button(text: str, name: str, *, key: str = "") -> SafeString:
    """A button that copies this text; `name` says what it is: "the email address". `key` is its id in the page."""
    own = f' id="{key}"' if key else ""
    icons = "".join(f'<svg class="icon" aria-hidden="true"><use href="#i-{icon}"/></svg>' for icon in ("copy", "done"))
    attributes = f'class="copy" type="button"{own} data-copy="{escape(text)}" aria-label="Copy {escape(name)}"'
    return mark_safe(f"<button {attributes}>{icons}</button>")  # noqa: S308 (escaped)


def moment(at: datetime, zone: tzinfo, words: str) -> Moment:
    """A moment in these words."""
    return Moment(words, full(at, zone), at.isoformat(timespec="seconds"))


def day_and_clock(at: datetime, now: datetime, zone: tzinfo) -> Moment:
    """A moment by its day and time: "Mon, May 4, 20:01"."""
    return moment(at, zone, f"{day(at, now, zone)}, {clock(at, zone)}")


def since(then: datetime, now: datetime) -> str:
    """How long ago, to the second within a minute: an agent who presses Refresh looks at the seconds."""
    span = now - then
    return f"{duration(span)} ago" if timedelta(seconds=1) <= span < timedelta(minutes=1) else ago(then, now)
