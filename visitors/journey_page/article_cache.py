"""The rendered articles of this process's latest journey pages, for the next reader of the same state.

An article is about one visitor. It lives for at most ARTICLE_SECONDS, and is looked up by the snapshot that the
database names as the newest one: after an erasure there is none, so nothing is shown from here.
"""

from collections.abc import Hashable
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from cachetools import TTLCache

from visitors import metrics
from visitors.journey_page.presenters import Head

# The words of an article ("3 minutes ago") are those of one minute.
ARTICLE_SECONDS = 60
MAX_ARTICLES = 100


class Article(NamedTuple):
    """What all readers of one state share.

    `version` and `fetched_at` are the profile's. `label` is the visitor's name or email, "" for an anonymous one, and
    `head` is the page's header. `seen` is what the reader saw last, as `last_seen.encode_seen` returns it, and `since`
    is what is new. `query_string` is of the timeline's query, and `body` is the HTML of everything below the header.
    """

    version: str
    fetched_at: datetime
    label: str
    head: Head
    seen: str
    since: str
    query_string: str
    body: str


_articles: TTLCache[Hashable, Article] = TTLCache(MAX_ARTICLES, ttl=ARTICLE_SECONDS)
_lock = Lock()


def find(key: Hashable) -> Article | None:
    """Return the article under a key, which names everything that it depends on; None where there is none."""
    with _lock:
        article = _articles.get(key)
    metrics.count_page("process" if article else "made")
    return article


def store(key: Hashable, article: Article) -> None:
    """Store an article."""
    with _lock:
        _articles[key] = article


def clear() -> None:
    """Remove all articles of this process."""
    with _lock:
        _articles.clear()
