"""Parse the address of a page view: host, path and query, or an app and its screen."""

from urllib.parse import parse_qsl, unquote

from visitors.formatting.text import clean
from visitors.journey.records import Record

_APP = "/__app/"
_PLATFORMS = {"ios": "iOS", "android": "Android"}


class Page(Record, frozen=True, kw_only=True):
    """A page of a website or a screen of an app. All fields are cleaned text to show, and never links.

    `url` is the address as received, without a scheme ("example.com/pricing?plan=pro"). `host` is lower case, "" when
    the address has none. `path`, `query` (name and value, in their order) and `fragment` are percent-decoded; `path`
    begins with a slash. `platform` and `screen` are set for screens of apps only (`/__app/ios/Onboarding`: "ios",
    "Onboarding").
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
    url = clean(address).strip() if address else ""
    if not url:
        return None
    # DataFast's reference shows no scheme; it is removed in case there is one.
    scheme, separator, rest = url.partition("://")
    if not (separator and scheme.lower() in ("http", "https")):
        rest = url
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
        query=tuple((clean(name), clean(value)) for name, value in parse_qsl(query, keep_blank_values=True))
        if query
        else (),
        fragment=_decoded(fragment),
        platform=platform,
        screen=screen,
    )


def _decoded(text: str) -> str:
    return clean(unquote(text)) if "%" in text else text
