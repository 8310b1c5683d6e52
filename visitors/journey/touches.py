"""Touches: where the visitor came from, according to the tags of addresses."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from visitors.datafast.payload import Identity
from visitors.formatting.placeholders import is_placeholder
from visitors.formatting.text import clean, clean_or_none, isolate_direction
from visitors.journey.pages import Page
from visitors.journey.records import Record
from visitors.journey.secrets import mask_value
from visitors.journey.visits import Visit

# The parameters that name a source, and the others that DataFast reads from an address.
_READABLE = frozenset({"ref", "source", "via", "utm_source", "utm_medium", "utm_campaign"})
_PARAMS = _READABLE | {"utm_content", "utm_term"}
_NAMES = {"utm_content": "content", "utm_term": "search term"}
# Facebook puts its id on every link out of its apps, paid for or not; the others come from advertisements.
_CLICK_IDS = {
    "gclid": "Google Ads",
    "gclsrc": "Google Ads",
    "wbraid": "Google Ads",
    "gbraid": "Google Ads",
    "li_fat_id": "LinkedIn Ads",
    "fbclid": "Facebook or Instagram",
    "msclkid": "Microsoft Ads",
    "ttclid": "TikTok Ads",
    "twclid": "X Ads",
}


class Touch(Record, frozen=True, kw_only=True):
    """An arrival with tags.

    `sources` name it in words, the plainest first: "youtube.com", "newsletter / email (campaign launch)", "Google Ads
    (gclid)"; never empty, and without placeholders such as "undefined". `params` and `click_ids` are the tags with a
    value, placeholders included, as (name, value). `page` and `at` are known for the last touch only.
    """

    sources: tuple[str, ...]
    params: tuple[tuple[str, str], ...] = ()
    click_ids: tuple[tuple[str, str], ...] = ()
    page: Page | None = None
    at: datetime | None = None

    @property
    def label(self) -> str:
        """The plainest source: what "Came from …" ends with."""
        return self.sources[0]


def first_touch(identity: Identity | None) -> Touch | None:
    """Return the touch of the first visit, or None if it has no tags."""
    if identity is None:
        return None
    params, click_ids = identity.params or {}, identity.ad_click_ids or {}
    return _touch(params.items(), click_ids.items())


def last_touch(newest: Visit | None) -> Touch | None:
    """Return the touch of the newest visit's entry page, or None if it has no tags."""
    if newest is None or newest.entry is None:
        return None
    query = newest.entry.query
    return _touch(
        ((name, value) for name, value in query if name.lower() in _PARAMS),
        ((name, value) for name, value in query if name.lower() in _CLICK_IDS),
        page=newest.entry,
        at=newest.started_at,
    )


def _touch(
    params: Iterable[tuple[str, str | None]],
    click_ids: Iterable[tuple[str, str | None]],
    *,
    page: Page | None = None,
    at: datetime | None = None,
) -> Touch | None:
    tags, ids = _present(params), _present(click_ids)
    # Several tags often repeat one source: "?ref=x&utm_source=x".
    named = [*_from_params(_without_placeholders(tags)), *_from_click_ids(_without_placeholders(ids))]
    sources = {source.casefold(): source for source in reversed(named)}
    if not sources:
        return None
    return Touch(
        sources=tuple(reversed(sources.values())),
        params=tuple(tags.items()),
        click_ids=tuple(ids.items()),
        page=page,
        at=at,
    )


def _present(tags: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Return the tags that have a value, by lower-case name; of a repeated name, the first."""
    present: dict[str, str] = {}
    for name, value in tags:
        if text := clean_or_none(value):
            present.setdefault(clean(name).lower(), mask_value(name, text))
    return present


def _without_placeholders(tags: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in tags.items() if not is_placeholder(value)}


def _from_params(tags: dict[str, str]) -> Iterator[str]:
    tags = {name: isolate_direction(value) for name, value in tags.items()}  # it keeps the words between in place
    yield from (tags[name] for name in ("ref", "source", "via") if name in tags)
    origin = " / ".join(tags[name] for name in ("utm_source", "utm_medium") if name in tags)
    campaign = f"campaign {tags['utm_campaign']}" if "utm_campaign" in tags else ""
    if origin or campaign:
        yield f"{origin} ({campaign})" if origin and campaign else origin or campaign
    yield from (f"{_NAMES.get(name, name)} {tags[name]}" for name in tags if name not in _READABLE)


def _from_click_ids(ids: dict[str, str]) -> Iterator[str]:
    networks: dict[str, list[str]] = {}
    for name in ids:
        networks.setdefault(_CLICK_IDS.get(name, "Advertisement"), []).append(name)
    yield from (f"{network} ({', '.join(names)})" for network, names in networks.items())
