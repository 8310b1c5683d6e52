"""One line inside a visit: its words, and how they are laid out.

As HTML from here and not by a template, since a timeline shows up to a hundred and fifty, each with a dozen parts that
may be missing. Every text from outside is escaped; a page's path comes as HTML.
"""

from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from msgspec import Struct

_SPOTS = {
    "page": "",
    "goal": '<svg class="mark-goal" aria-hidden="true"><use href="#i-goal"/></svg>',
    "money": '<svg class="mark-money" aria-hidden="true"><use href="#i-money"/></svg>',
    "id": '<svg class="mark-id" aria-hidden="true"><use href="#i-person"/></svg>',
}


class EventRow(Struct, frozen=True, kw_only=True, gc=False):
    """One line inside a visit.

    `form` is the style ("page", "goal", "money", "id", "moment"). A page has its `path`, `dwell`, `share` (the width of
    the bar in percent) and `times`; the last one of a visit has `last` ("last page") in place of a dwell. Everything
    else is `lead`, `name`, `tail` and `note`, in this order. `day` is set where it is not the day on which the visit
    began; `clock` is what stands instead of a time for events without one.
    """

    form: str
    iso: str = ""
    clock: str = ""
    day: str = ""
    is_new: bool = False
    path: str = ""
    times: str = ""
    dwell: str = ""
    share: int = 0
    last: str = ""
    lead: str = ""
    name: str = ""
    tail: str = ""
    note: str = ""

    @property
    def html(self) -> SafeString:
        """The line as an item of the visit's list."""
        if self.form == "moment":
            item = f'<li class="moment" id="moment">{self._time}<p><strong>They wrote.</strong> {escape(self.note)}</p>'
        else:
            what = self._page if self.form == "page" else self._happening
            item = (
                f'<li class="event event-{self.form}{" is-new" if self.is_new else ""}">{self._time}'
                f'<span class="spot">{_SPOTS[self.form]}</span><div class="event-line">{what}</div>'
            )
        return mark_safe(f"{item}</li>")  # noqa: S308 (escaped in its parts)

    @property
    def _time(self) -> str:
        if self.iso:
            return f'<time datetime="{self.iso}">{self.clock}</time>'
        return f'<span class="time">{self.clock}</span>'

    @property
    def _day(self) -> str:
        return f'<span class="quiet">{escape(self.day)}</span> ' if self.day else ""

    @property
    def _page(self) -> str:
        times = f' <span class="times">{self.times}</span>' if self.times else ""
        return f"<p>{self._day}{conditional_escape(self.path)}{times}</p>{self._dwell}"

    @property
    def _dwell(self) -> str:
        if self.dwell:
            return (
                f'<span class="dwell-text">{escape(self.dwell)}</span><svg class="dwell" aria-hidden="true">'
                '<rect class="track" y="9" width="100%" height="4" rx="2"/>'
                f'<rect y="9" width="{self.share}%" height="4" rx="2"/></svg>'
            )
        return f'<span class="dwell-text quiet">{self.last}</span>' if self.last else ""

    @property
    def _happening(self) -> str:
        note = f' <span class="quiet">· <bdi>{escape(self.note)}</bdi></span>' if self.note else ""
        name = f"<b><bdi>{escape(self.name)}</bdi></b>"
        return f"<p>{self._day}{escape(self.lead)} {name} {escape(self.tail)}{note}</p>"
