"""Where a long word may go on in the next line: an address breaks between its parts, not in the middle of a name."""

import re
from html import escape

# Before each part of a path, but behind the two slashes of "https://".
_SLASH = re.compile(r"(?<=[^/])/(?=[^/])")
_SLASHES = re.compile(r"//(?=[^/])")


def breakable(text: str) -> str:
    """The text as escaped HTML that may be broken at its slashes and after an at sign."""
    html = escape(text)
    if "/" in html:
        html = _SLASHES.sub("//<wbr>", _SLASH.sub("<wbr>/", html))
    return html.replace("@", "@<wbr>")
