"""Text from outside, made safe to lay beside our own.

HTML is escaped by the templates. What no template escapes is a character that acts on the text around it: a control
character, an override of the writing direction ("/a[U+202E]gpj.exe"), half a surrogate pair, which no encoder accepts.
"""

import re
import unicodedata

# C0 and C1 controls, line separators, direction embeddings, overrides and isolates, surrogates, the byte order mark
# and its neighbors, and the two characters of the basic plane that never are one. Joiners stay: Persian and emoji need
# them.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff]"
)
# Marks that only set the direction of one spot are common in names that were copied from a page, and nobody sees them
# go.
_MARKS = re.compile("[\u061c\u200e\u200f]")
_RIGHT_TO_LEFT = frozenset({"R", "AL"})
_BLANKS = str.maketrans("\t\n\v\f\r", " " * 5)


def clean(text: str) -> str:
    """The text with every acting character as the visible replacement character; tabs and line breaks become spaces."""
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub("\ufffd", _MARKS.sub("", text.translate(_BLANKS)))


def clean_or_none(text: str | None) -> str | None:
    """The cleaned text without blanks around it; None for nothing or for blanks alone."""
    return (clean(text).strip() or None) if text else None


def short(text: str, most: int = 80) -> str:
    """The text, cut to at most so many characters with an ellipsis as the last of them."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def isolated(text: str) -> str:
    """The text so that the writing direction of its letters does not turn around what stands beside it in a sentence.

    Text of one direction with ours comes back as it is; another one is set between Unicode's isolates.
    """
    if text.isascii() or not any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return text
    return f"\u2068{text}\u2069"
