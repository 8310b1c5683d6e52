"""Where a line may end: an address breaks between its parts, not within a name; a number keeps its word."""

import re
from html import escape

# Before each part of a path, but behind the two slashes of "https://".
_SLASH = re.compile(r"(?<=[^/])/(?=[^/])")
_SLASHES = re.compile(r"//(?=[^/])")
_EMAIL = re.compile(r"([^\s@/]+@)([^\s@/]+)")


_BEFORE_A_UNIT = re.compile(r"(?<=\d) (?=[a-z])")


def unbroken(text: str) -> str:
    """The text with each number held to the word that it counts: no line ends in the 5 of "5 hours ago"."""
    return _BEFORE_A_UNIT.sub("\N{NO-BREAK SPACE}", text)


def breakable(text: str) -> str:
    """The text as escaped HTML that may break at slashes and after an at sign; the domain of an email stays whole."""
    if email := _EMAIL.fullmatch(text):
        return f'{escape(email[1])}<span class="together">{escape(email[2])}</span>'
    html = escape(text)
    if "/" in html:
        html = _SLASHES.sub("//<wbr>", _SLASH.sub("<wbr>/", html))
    return html.replace("@", "@<wbr>")
