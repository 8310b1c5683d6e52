"""Parse the address of a page view: host, path and query, or an app and its screen."""

import codecs
import re
from urllib.parse import parse_qsl, unquote

from visitors.formatting.text import clean
from visitors.journey.records import Record
from visitors.journey.secrets import mask_address

_APP = "/__app/"
_PLATFORMS = {"ios": "iOS", "android": "Android"}
# Escapes that stay as they came in a path: decoded, "/a%2Fb" and "/a/b" would look like one page.
_KEPT_ESCAPE = re.compile("%(?=2F|3F|23|25|[01][0-9A-F]|7F)", re.IGNORECASE)
_AS_SENT = "percent-escape"


def _escape_undecodable(error: UnicodeError) -> tuple[str, int]:
    """Return the bytes that are not UTF-8 as percent escapes, as they came in the address."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(f"%{byte:02X}" for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_AS_SENT, _escape_undecodable)


class Page(Record, frozen=True, kw_only=True):
    """A page of a website or a screen of an app. All fields are cleaned text to show, and never links.

    `url` is the address as received, without a scheme ("example.com/pricing?plan=pro"), with secrets masked in it and
    in everything else. `host` is lower case, "" when the address has none. `path`, `query` (name and value, in their
    order) and `fragment` are percent-decoded, except for escapes that are not UTF-8 and, in `path` and `fragment`,
    those of separators and control characters: different addresses stay different. `path` begins with a slash.
    `platform` and `screen` are set for screens of apps only (`/__app/ios/Onboarding`: "ios", "Onboarding").
    """

    url: str
    host: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    fragment: str = ""
    platform: str | None = None
    screen: str | None = None

    @property
    def app(self) -> str:
        """The app of a screen, with its platform's usual spelling: "iOS app"; "" for a page of a website."""
        return "" if self.platform is None else f"{_PLATFORMS.get(self.platform.lower(), self.platform)} app"

    @property
    def label(self) -> str:
        """The name to show: the path, or the screen with its app ("Onboarding (iOS app)").

        It includes the fragment if that is a path, as in applications that route by it ("/#/pricing").
        """
        if self.screen is not None:
            return f"{self.screen} ({self.app})"
        return f"{self.path}#{self.fragment}" if self.fragment.startswith(("/", "!/")) else self.path


def parse_page(address: str | None) -> Page | None:
    """Return the page at an address, or None without one. Never raises."""
    received = clean(address).strip() if address else ""
    if not received:
        return None
    # DataFast's reference shows no scheme; it is removed in case there is one.
    scheme, separator, rest = received.partition("://")
    if not (separator and scheme.lower() in ("http", "https")):
        rest = received
    masked = mask_address(rest)
    url, rest = received.removesuffix(rest) + masked, masked
    rest, _, fragment = rest.partition("#")
    rest, _, query = rest.partition("?")
    host, slash, tail = rest.partition("/")
    raw_path = slash + tail or "/"
    platform = screen = None
    if raw_path.startswith(_APP):
        platform, _, screen = (_decoded(part) for part in raw_path.removeprefix(_APP).partition("/"))
        if not (platform and screen):
            platform = screen = None
    return Page(
        url=url,
        host=host.lower(),
        path=_decoded(raw_path),
        query=tuple((clean(name), clean(value)) for name, value in _parse_query(query)) if query else (),
        fragment=_decoded(fragment),
        platform=platform,
        screen=screen,
    )


def _parse_query(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True, errors=_AS_SENT)


def _decoded(text: str) -> str:
    return clean(unquote(_KEPT_ESCAPE.sub("%25", text), errors=_AS_SENT)) if "%" in text else text
