"""The profile service: everything that Journeydesk knows of a visitor of a website. Features import this package only.

How a profile is found:

1. `service`: a profile that is stored is returned as it is, however old; the page then calls `refresh_profile`.
2. `fetching`: a missing or old one is fetched. One process makes the call, under a `lease`; every other reader of
   the same visitor waits for its result. `calls` lets it through a closed `circuit`, a free slot, and the `budget`.
3. `visitors.datafast` makes the HTTP call, and `store` keeps the answer.

What the service promises:

- Profiles are stored per website and visitor, and fresh for PROFILE_FRESH_SECONDS.
- However many readers, processes and machines want one visitor at once, DataFast is called once, and all of them get
  the result or the error. If the calling process dies, another one takes over before its readers' deadline.
- A token never makes more calls per minute than DataFast allows. People come before pages that refresh themselves, and
  these before lists that are completed.
- A website whose calls keep failing is not called for a few seconds.
- When a call fails, or our database cannot be written, and a copy is stored, the reader gets the copy and the error.

Every error is an `UpstreamError`; its text is one sentence for the reader.
"""

from visitors.profiles.budget import Purpose
from visitors.profiles.circuit import is_datafast_failing
from visitors.profiles.errors import StoreUnavailable, TooSlow, VisitorErased
from visitors.profiles.known_people import remove_deleted
from visitors.profiles.listing import list_visitors
from visitors.profiles.live import (
    LiveVisitors,
    forget_live_visitors,
    get_live_lists,
    get_live_visitors,
    get_stored_live_visitors,
)
from visitors.profiles.profile import Profile, is_fresh
from visitors.profiles.service import (
    find_stored,
    get_budget_usage,
    get_calls_left,
    get_journey,
    get_profile,
    get_recent_journeys,
    get_stored_profile,
    get_token_use,
    load_answer,
    refresh_profile,
    reset_after_key_change,
)
from visitors.profiles.store import StoredData, erase_profile, get_stored_data, index_people, lock_stored

__all__ = [
    "LiveVisitors",
    "Profile",
    "Purpose",
    "StoreUnavailable",
    "StoredData",
    "TooSlow",
    "VisitorErased",
    "erase_profile",
    "find_stored",
    "forget_live_visitors",
    "get_budget_usage",
    "get_calls_left",
    "get_journey",
    "get_live_lists",
    "get_live_visitors",
    "get_profile",
    "get_recent_journeys",
    "get_stored_data",
    "get_stored_live_visitors",
    "get_stored_profile",
    "get_token_use",
    "index_people",
    "is_datafast_failing",
    "is_fresh",
    "list_visitors",
    "load_answer",
    "lock_stored",
    "refresh_profile",
    "remove_deleted",
    "reset_after_key_change",
]
