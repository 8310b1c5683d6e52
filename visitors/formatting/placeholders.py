"""Placeholders: what programs send where they have no value, such as "undefined", "null" and "{{placement}}"."""

import re

_EMPTY = (
    r"undefined|null|nil|nan|none|n/a|\(?not[ _](set|provided|available|applicable)\)?"
    r"|[(<\[](none|null|empty|undefined|unknown|blank)[)>\]]"
)
# Macros that a mail or advertising system did not expand: {{name}}, ${name}, %%name%%, <%= name %>, *|NAME|*, [[name]].
_MACRO = (
    r"\{\{[^{}]*\}\}|\{%[^{}%]*%\}|\$\{[^{}]*\}|\{[a-z][\w.:-]*\}|%%[^%]*%%|%[a-z][\w.]*%|<%[^%]*%>"
    r"|\*\|[^|]*\|\*|\[\[[^\[\]]*\]\]|\[object \w+\]"
)
_PLACEHOLDER = re.compile(rf"(({_EMPTY}|{_MACRO})(\s+|$))+", re.IGNORECASE)
_MAX_LENGTH = 200
# In a longer text only these; exactly so, since Null is a family name too.
_PART = re.compile(rf"undefined|null|NULL|NaN|{_MACRO}")


def is_placeholder(text: str) -> bool:
    """Return whether the whole text is placeholders: "undefined undefined", "(not set)", "{{ first_name }}"."""
    return len(text) <= _MAX_LENGTH and _PLACEHOLDER.fullmatch(text.strip()) is not None


def remove_placeholders(text: str) -> str:
    """Return the text without the words that are placeholders: "Jane" for "Jane undefined"; "" for nothing else."""
    if is_placeholder(text):
        return ""
    return " ".join(word for word in text.split() if not _PART.fullmatch(word))
