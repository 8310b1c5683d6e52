"""Which colleagues have looked at a visitor."""

from datetime import datetime, tzinfo

from django.utils.html import format_html
from django.utils.safestring import SafeString

from visitors.formatting import ago, plural
from visitors.formatting.display import Moment, moment

_TIME = '<time datetime="{}" title="{}">{}</time>'


def colleagues(number: int, latest: str, at: datetime, *, now: datetime, zone: tzinfo) -> SafeString:
    """Say how many colleagues have looked, who of them last, and when: "Looked at by 3 colleagues, last by mina 2 hours
    ago". HTML."""
    then: Moment = moment(at, zone, ago(at, now))
    when = format_html(_TIME, then.iso, then.exact, then.words)
    if number == 1:
        return format_html("Looked at by <bdi>{}</bdi> {}", latest, when)
    return format_html("Looked at by {}, last by <bdi>{}</bdi> {}", plural(number, "colleague"), latest, when)
