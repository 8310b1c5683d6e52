"""URL converters."""

from django.urls import register_converter


class VisitorIdConverter:
    """Match the length and the characters of a visitor id; `visitor_id_or_404` checks that it is a valid one."""

    regex = "[0-9A-Fa-f-]{36}"

    def to_python(self, value: str) -> str:
        """Return the text unchanged."""
        return value

    def to_url(self, value: object) -> str:
        """Return a UUID as text."""
        return str(value)


register_converter(VisitorIdConverter, "visitor_id")
