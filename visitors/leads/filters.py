"""The filters of the visitor list: the form, and what they are called in List visitors.

Source of the names and limits: the reference of `GET /api/v1/visitors`.
"""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict

from visitors.formatting import format_utc
from visitors.formatting.text import clean

MAX_PAGES = 50
PERIODS = [
    ("today", "Today"),
    ("yesterday", "Yesterday"),
    ("7", "Last 7 days"),
    ("30", "Last 30 days"),
    ("90", "Last 90 days"),
    ("days", "Between two days"),
]
DEFAULT_PERIOD = "7"
_INPUT = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
_MAX_LENGTH = 200


def _text(label: str, placeholder: str = "", *, max_length: int = _MAX_LENGTH) -> forms.CharField:
    widget = forms.TextInput(attrs={**_INPUT, "placeholder": placeholder} if placeholder else _INPUT)
    return forms.CharField(label=label, required=False, max_length=max_length, widget=widget)


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=choices)


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(
        label=label, required=False, widget=widget, error_messages={"invalid": "Enter the day as 2026-05-04."}
    )


class FilterForm(forms.Form):
    """The filters, which the address of the list holds. Empty ones are left out."""

    period = _choice("Period", PERIODS)
    first = _day("First day")
    last = _day("Last day")
    page = _text("Viewed page (exact path)", "/pricing, /docs", max_length=2_000)
    page_contains = _text("Page contains", "docs")
    goal = _text("Completed goal", "newsletter_signup")
    customer = _choice("Customer", [("", "Any"), ("true", "Customers"), ("false", "Not customers")])
    country = _text("Country", "US or United States")
    region = _text("Region")
    city = _text("City")
    device = _choice("Device", [("", "Any"), ("desktop", "Desktop"), ("mobile", "Phone"), ("tablet", "Tablet")])
    browser = _text("Browser", "Chrome")
    os = _text("System", "Android")
    referrer = _text("Referrer", "google.com")
    hostname = _text("Host", "docs.example.com")
    utm_source = _text("utm_source")
    utm_medium = _text("utm_medium")
    utm_campaign = _text("utm_campaign")
    utm_term = _text("utm_term")
    utm_content = _text("utm_content")
    ref = _text("ref")
    source = _text("source")
    via = _text("via")

    # The fields that are always open; the others are folded.
    MAIN: ClassVar = ("period", "first", "last", "page", "page_contains", "goal", "customer", "country")
    _UPSTREAM: ClassVar = {
        "page": "visitedPage",
        "page_contains": "visitedPageContains",
        "goal": "completedGoal",
        "customer": "isCustomer",
    }

    @classmethod
    def read(cls, values: QueryDict) -> "FilterForm":
        """Return the form for the query of an address. A field that is not in it has its default."""
        read = {name: clean(values.get(name, "")).strip() for name in cls.base_fields}
        return cls({**read, "period": read["period"] or DEFAULT_PERIOD}, auto_id="%s")

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("goal") and found.get("customer"):
            self.add_error("customer", "DataFast can’t combine a goal with the customer filter: choose one of the two.")
        pages = [page for page in found.get("page", "").split(",") if page.strip()]
        if len(pages) > MAX_PAGES:
            self.add_error("page", f"DataFast takes at most {MAX_PAGES} paths.")
        if found.get("period") == "days" and not self.errors:
            first, last = found.get("first"), found.get("last")
            if not (first and last):
                self.add_error("first", "Enter both days.")
            elif first > last:
                self.add_error("last", "The last day comes before the first one.")
            elif not date.min.year < first.year <= last.year < date.max.year:
                self.add_error("first", "Enter days of this century.")
        return found

    @property
    def main(self) -> list[forms.BoundField]:
        """Return the fields that are always open."""
        return [self[name] for name in self.MAIN]

    @property
    def more(self) -> list[forms.BoundField]:
        """Return the folded fields."""
        return [self[name] for name in self.fields if name not in self.MAIN]

    @property
    def has_more(self) -> bool:
        """Whether a folded field has a value or a problem."""
        return any(field.value() or field.errors for field in self.more)

    def query_string(self, **extra: str) -> str:
        """Return the query of the list's address for valid filters, with its question mark."""
        values = {name: value for name, value in self._values().items() if value}
        if values.get("period") == DEFAULT_PERIOD:
            del values["period"]
        query = urlencode(values | {name: value for name, value in extra.items() if value})
        return f"?{query}" if query else ""

    def upstream(self, begin: datetime, end: datetime) -> dict[str, str]:
        """Return valid filters under DataFast's names, for this range of time."""
        filters = {
            self._UPSTREAM.get(name, name): value
            for name, value in self._values().items()
            if value and name not in ("period", "first", "last")
        }
        return filters | {"startAt": format_utc(begin), "endAt": format_utc(end)}

    def range(self, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
        """Return begin and end of the period of valid filters. Days are those of `zone`; nothing ends after `now`."""
        midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
        match self.cleaned_data["period"]:
            case "today":
                return midnight, now
            case "yesterday":
                return datetime.combine(midnight.date() - timedelta(days=1), time(), zone), midnight
            case "days":
                first, last = self.cleaned_data["first"], self.cleaned_data["last"]
                end = datetime.combine(last + timedelta(days=1), time(), zone)
                return datetime.combine(first, time(), zone), min(end, now)
            case days:
                return now - timedelta(days=int(days)), now

    def _values(self) -> dict[str, str]:
        return {name: str(value or "") for name, value in self.cleaned_data.items()}
