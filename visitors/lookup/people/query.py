"""From what a user typed or pasted to what is searched for."""

import re
from itertools import islice

from visitors.lookup.people.search import split_query

# Bounded in each part, so that hostile text takes linear time.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}(?![\w@-])")
_MAX_EMAILS = 100


def to_query(text: str) -> str:
    """Return what to search for: the only email address of the text, or else the text if it is short; or "".

    So a forwarded message is searched for its sender.
    """
    text = text.strip()
    emails = {match[0].lower() for match in islice(_EMAIL.finditer(text), _MAX_EMAILS)}
    if len(emails) == 1:
        return emails.pop()
    return text if split_query(text) else ""
