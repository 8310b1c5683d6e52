"""Where a long word may go on in the next line: an address breaks between its parts, not in the middle of a name."""

import re
from html import escape

# Before each part of a path, but behind the two slashes of "https://".
_SLASH = re.compile(r"(?<=[^/])/(?=[^/])")
_SLASHES = re.compile(r"//(?=[^/])")
_EMAIL = re.compile(r"([^\s@/]+@)([^\s@/]+)")


def breakable(text: str) -> str:
    """The text as escaped HTML that may break at slashes and after an at sign; the domain of an email stays whole."""
    if email := _EMAIL.fullmatch(text):
        return f'{escape(email[1])}<span class="together">{escape(email[2])}</span>'
    html = escape(text)
    if "/" in html:
        html = _SLASHES.sub("//<wbr>", _SLASH.sub("<wbr>/", html))
    return html.replace("@", "@<wbr>")
