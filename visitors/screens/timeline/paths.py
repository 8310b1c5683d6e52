"""A page as a reader sees it, as HTML: the path plain, its query quieter, an app's screen as such.

Made here and not by a template, since a timeline shows hundreds, most of them again and again.
"""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from visitors.journey import Page
from visitors.journey.texts import short

_LONGEST, _LONGEST_APP = 300, 24


def path_html(page: Page, *, has_host: bool) -> SafeString:
    """The page with everything that came from outside escaped. `has_host`: with the host, where there are several."""
    if page.screen is not None:
        screen, app = short(page.screen, _LONGEST), short(page.app, _LONGEST_APP)
        return format_html('<span class="path"><bdi>{}</bdi> <span class="query">({})</span></span>', screen, app)
    host = format_html('<span class="host">{}</span>', short(page.host, _LONGEST)) if has_host and page.host else ""
    query = format_html('<span class="query">{}</span>', short(rest, _LONGEST)) if (rest := _after_path(page)) else ""
    path = short(page.label, _LONGEST)
    return format_html('<span class="path"><bdi dir="ltr">{}{}{}</bdi></span>', host, path, query)


def way_html(entry: SafeString, end: SafeString | None) -> SafeString:
    """From the first page of a visit to the last one, where that is another."""
    if end is None:
        return entry
    arrow = '<span class="arrow" aria-hidden="true">→</span><span class="sr">to</span>&nbsp;'
    return format_html('{} <span class="visit-to">{}{}</span>', entry, mark_safe(arrow), end)  # noqa: S308 (a constant)


def _after_path(page: Page) -> str:
    """Query and fragment, as far as the label does not hold them."""
    query = "&".join(f"{name}={value}" if value else name for name, value in page.query)
    rest = f"?{query}" if query else ""
    if page.fragment and not page.label.endswith(f"#{page.fragment}"):
        rest += f"#{page.fragment}"
    return rest
