"""Which colleagues have looked at a visitor."""

from datetime import datetime, tzinfo

from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitors.formatting import DisplayTime, display_time, format_ago, format_count

_TIME = '<time datetime="{}" title="{}">{}</time>'


def colleagues(number: int, latest: str, at: datetime, *, now: datetime, zone: tzinfo) -> SafeString:
    """Say how many colleagues have looked, who of them last, and when: "Looked at by 3 colleagues, last by mina 2 hours
    ago". HTML."""
    then: DisplayTime = display_time(at, zone, format_ago(at, now))
    when = format_html(_TIME, then.iso, then.title, then.text)
    if number == 1:
        return format_html("Looked at by <bdi>{}</bdi> {}", latest, when)
    return format_html("Looked at by {}, last by <bdi>{}</bdi> {}", format_count(number, "colleague"), latest, when)
