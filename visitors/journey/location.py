"""Read the latest known place and device of a visitor from DataFast's answer."""

from visitors.datafast.payload import Identity
from visitors.formatting.placeholders import is_placeholder
from visitors.formatting.places import country_name, region_name
from visitors.formatting.text import clean_or_none
from visitors.journey.records import Record

_DEVICE_TYPES = {"desktop": "desktop", "mobile": "phone", "tablet": "tablet"}


class Location(Record, frozen=True, kw_only=True):
    """A place in words, "" for what is not known. `code` is the country's, ISO 3166-1 alpha-2."""

    city: str = ""
    region: str = ""
    country: str = ""
    code: str = ""


def read_location(identity: Identity | None) -> Location:
    """Return the place that an answer names."""
    if identity is None:
        return Location()
    code = _country_code(identity)
    return Location(
        city=read_value(identity.city),
        region=region_name(read_value(identity.region), code or None),
        country=country_name(read_value(identity.country) or code),
        code=code,
    )


def read_device_type(identity: Identity) -> str:
    """Return "desktop", "phone" or "tablet", another type as it came; "" if it is not known."""
    kind = read_value(identity.device.type) if identity.device else ""
    return _DEVICE_TYPES.get(kind.lower(), kind)


def read_value(value: str | None) -> str:
    """Return the text of a value; "" for none and for a placeholder."""
    text = clean_or_none(value) or ""
    return "" if is_placeholder(text) else text


def _country_code(identity: Identity) -> str:
    """Return the country's code, which the edition of 2025 also sends instead of the name."""
    for value in (read_value(identity.country_code), read_value(identity.country)):
        if len(value) == 2 and value.isascii() and value.isalpha():
            return value.upper()
    return ""
