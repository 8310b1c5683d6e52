"""URL converters."""

from django.urls import register_converter


class VisitorIdConverter:
    """Match 36 characters of a UUID. `visitor_id_or_404` validates it, so that any other text is a 404 of the view."""

    regex = "[0-9A-Fa-f-]{36}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(VisitorIdConverter, "visitor_id")
