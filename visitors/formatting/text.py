"""Text: cleaned, truncated, joined into lists, and broken into lines.

Templates escape HTML. What they do not escape is a character that acts on the text around it: a control character, an
override of the writing direction ("/a[U+202E]gpj.exe"), or half of a surrogate pair, which no encoder accepts.
"""

import re
import unicodedata
from collections.abc import Sequence
from html import escape
from typing import TypeVar

from django.utils.safestring import SafeString

Part = TypeVar("Part")

# C0 and C1 controls, line separators, direction embeddings, overrides and isolates, surrogates, the byte order mark
# and its neighbors, and the two noncharacters of the basic plane. Joiners stay: Persian and emoji need them.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
# Invisible marks that set the direction of one spot: common in names that were copied from a page, and not missed.
_MARKS = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_FIRST_STRONG_ISOLATE, _LEFT_TO_RIGHT_ISOLATE, _END_OF_ISOLATE = "\u2068", "\u2066", "\u2069"
# What separates the parts of an address.
_SEPARATORS = re.compile(r"([/?&=#.:@]+)")
_BLANKS = str.maketrans("\t\n\v\f\r", " " * 5)
# Before each part of a path, but after the two slashes of "https://".
_SLASH = re.compile(r"(?<=[^/])/(?=[^/])")
_SLASHES = re.compile(r"//(?=[^/])")
_EMAIL = re.compile(r"([^\s@/]+@)([^\s@/]+)")
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=[a-z])")


def clean(text: str) -> str:
    """Replace each acting character by the visible replacement character; tabs and line breaks become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub("\ufffd", _MARKS.sub("", text.translate(_BLANKS)))


def clean_or_none(text: str | None) -> str | None:
    """Clean the text and strip it; None for an absent or blank one."""
    return (clean(text).strip() or None) if text else None


def truncate(text: str, limit: int = 80) -> str:
    """Cut the text to this many characters, the last of them an ellipsis. Isolates that were cut off are closed."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rstrip()
    while len(cut) + (still_open := _count_open(cut)) >= limit:
        cut = cut[:-1]
    return f"{cut}{_END_OF_ISOLATE * still_open}…"


def _count_open(text: str) -> int:
    opened = text.count(_FIRST_STRONG_ISOLATE) + text.count(_LEFT_TO_RIGHT_ISOLATE)
    return opened - text.count(_END_OF_ISOLATE)


def truncate_middle(text: str, limit: int = 80) -> str:
    """Cut the text in the middle to this many characters: long addresses often differ at the end only."""
    if len(text) <= limit:
        return text
    end = limit // 2
    return f"{text[: limit - 1 - end]}…{text[-end:]}"


def is_right_to_left(text: str) -> bool:
    """Return whether the text has characters of a script that is written from right to left."""
    return not text.isascii() and any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def isolate_direction(text: str) -> str:
    """Put right-to-left text between Unicode's isolates, so that it does not reorder the sentence around it."""
    return f"{_FIRST_STRONG_ISOLATE}{text}{_END_OF_ISOLATE}" if is_right_to_left(text) else text


def isolate_address(text: str) -> str:
    """Return an address whose parts read in its order: each right-to-left part is isolated, and so is the whole."""
    if not is_right_to_left(text):
        return text
    parts = "".join(map(isolate_direction, _SEPARATORS.split(text)))
    return f"{_LEFT_TO_RIGHT_ISOLATE}{parts}{_END_OF_ISOLATE}"


def join_list(parts: Sequence[str]) -> str:
    """Join parts into a phrase: "a", "a and b", "a, b and c"; "" for no parts."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def limit_list(parts: Sequence[Part], limit: int) -> tuple[list[Part], int]:
    """Return the first parts, and how many more there are. One more than the limit is returned as well.

    "a, b and 1 more" is as long as the third name, and tells less.
    """
    shown = len(parts) if len(parts) == limit + 1 else limit
    return list(parts[:shown]), max(0, len(parts) - shown)


def append_time(text: str, time: str) -> str:
    """Append when it happened: "paid $149 yesterday". Adjacent numbers are set apart: "paid $149 (3 days ago)"."""
    if text[-1:].isdigit() and time[:1].isdigit():
        return f"{text} ({time})"
    return f"{text} {time}".rstrip()


def bind_numbers(text: str) -> str:
    """Bind each number to the word after it, so that no line breaks after the 5 of "5 hours ago"."""
    return _BEFORE_UNIT.sub("\N{NO-BREAK SPACE}", text)


def add_line_breaks(text: str) -> SafeString:
    """Return escaped HTML in which lines may break at slashes and after an at sign; the domain of an email may not."""
    if email := _EMAIL.fullmatch(text):
        return SafeString(f'{escape(email[1])}<span class="together">{escape(email[2])}</span>')
    html = escape(text)
    if "/" in html:
        html = _SLASHES.sub("//<wbr>", _SLASH.sub("<wbr>/", html))
    return SafeString(html.replace("@", "@<wbr>"))


def address_html(text: str) -> SafeString:
    """Return `add_line_breaks` of an address, for an element with dir="ltr": right-to-left parts are isolated."""
    if not is_right_to_left(text):
        return add_line_breaks(text)
    html = ""
    for part in _SEPARATORS.split(text):
        if is_right_to_left(part):
            html += f"<bdi>{escape(part)}</bdi>"
        else:
            html += f"<wbr>{part}" if part == "/" and html else escape(part)
    return SafeString(html)
