"""A page as a reader sees it, as HTML: the path plain, its query quieter, an app's screen as such.

Made here and not by a template, since a timeline shows hundreds, most of them again and again.
"""

from html import escape

from django.utils.safestring import SafeString, mark_safe

from visitors.formatting import add_line_breaks
from visitors.formatting.text import truncate
from visitors.journey import Page

_LONGEST, _LONGEST_APP = 300, 24


def path_html(page: Page, *, has_host: bool) -> SafeString:
    """The page with everything that came from outside escaped. `has_host`: with the host, where there are several."""
    if page.screen is not None:
        screen, app = escape(truncate(page.screen, _LONGEST)), escape(truncate(page.app, _LONGEST_APP))
        return _html(f'<span class="path"><bdi>{screen}</bdi> <span class="query">({app})</span></span>')
    host = f'<span class="host">{escape(truncate(page.host, _LONGEST))}</span><wbr>' if has_host and page.host else ""
    rest = _after_path(page)
    query = f'<span class="query">{escape(truncate(rest, _LONGEST))}</span>' if rest else ""
    path: str = add_line_breaks(truncate(page.label, _LONGEST))
    if host:  # where both do not fit in a line, the path begins the next one, rather than breaking at a hyphen
        path = f'<span class="together">{path}</span>'
    return _html(f'<span class="path"><bdi dir="ltr">{host}{path}{query}</bdi></span>')


def way_html(entry: SafeString, end: SafeString | None) -> SafeString:
    """From the first page of a visit to the last one, where that is another."""
    if end is None:
        return entry
    arrow = '<span class="arrow" aria-hidden="true">→</span><span class="sr">to</span>&nbsp;'
    return _html(f'{entry} <span class="visit-to">{arrow}{end}</span>')


def _html(text: str) -> SafeString:
    return mark_safe(text)  # noqa: S308 (escaped in its parts)


def _after_path(page: Page) -> str:
    """Query and fragment, as far as the label does not hold them."""
    query = "&".join(f"{name}={value}" if value else name for name, value in page.query)
    rest = f"?{query}" if query else ""
    if page.fragment and not page.label.endswith(f"#{page.fragment}"):
        rest += f"#{page.fragment}"
    return rest
