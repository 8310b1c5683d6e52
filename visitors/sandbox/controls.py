"""The sandbox's own addresses, outside of the API: what was called, and how to behave from now on.

`GET /sandbox/calls` and `DELETE /sandbox/calls` for the counts; `POST /sandbox/settings` with a JSON object as in
`Settings`. Settings with a mistake in them change nothing at all.
"""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from visitors.sandbox.answers import Answer, Refusal, encoded
from visitors.sandbox.calls import CallLog
from visitors.sandbox.failures import Failure, FailurePlan, failure
from visitors.sandbox.limits import Limit, RateLimiter
from visitors.sandbox.tokens import Keyring

PREFIX = "/sandbox"
MOST_LATENCY = 60.0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `POST /sandbox/settings` takes; all of it is optional.

    `latency_seconds` holds every API answer back. `limit` replaces the whole rate limit, with `Limit`'s defaults where
    it is silent. `failures` maps a visitor id to a status, a mode's name, or null for none of its own. `revoke` and
    `restore` list tokens.
    """

    latency_seconds: Annotated[float, msgspec.Meta(ge=0, le=MOST_LATENCY)] | None = None
    limit: Limit | None = None
    failures: dict[str, int | str | None] = {}
    revoke: list[str] = []
    restore: list[str] = []


@dataclass(slots=True)
class Controls:
    """The parts of a running sandbox that can be looked at or changed while it runs. `latency` is in seconds."""

    calls: CallLog
    keyring: Keyring
    limiter: RateLimiter
    failures: FailurePlan
    latency: float = 0.0

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        """The answer to a request under `/sandbox`."""
        match (path, method):
            case ("/sandbox/calls", "GET"):
                return _ok(total=len(self.calls), visitors=self.calls.by_visitor())
            case ("/sandbox/calls", "DELETE"):
                self.calls.clear()
                return _ok()
            case ("/sandbox/settings", "POST"):
                return self._change(body)
            case ("/sandbox/calls", _):
                return Refusal(405, "Method not allowed", headers={"Allow": "GET, DELETE"}).answer()
            case ("/sandbox/settings", _):
                return Refusal(405, "Method not allowed", headers={"Allow": "POST"}).answer()
            case _:
                return Refusal(404, "Not found").answer()

    def _change(self, body: bytes) -> Answer:
        try:
            settings = msgspec.json.decode(body, type=Settings)
            failures = {visitor_id: _failure(how) for visitor_id, how in settings.failures.items()}
            for token in (*settings.revoke, *settings.restore):
                self.keyring.check_known(token)
        except ValueError as error:
            return Refusal(400, f"Nothing was changed. {error}").answer()
        if settings.latency_seconds is not None:
            self.latency = settings.latency_seconds
        if settings.limit is not None:
            self.limiter.limit = settings.limit
        for visitor_id, how in failures.items():
            self.failures.answer_with(visitor_id, how)
        for token in settings.revoke:
            self.keyring.revoke(token)
        for token in settings.restore:
            self.keyring.restore(token)
        return _ok()


def _failure(how: int | str | None) -> Failure | None:
    if how is None:
        return None
    return failure(how, None) if isinstance(how, int) else failure(None, how)


def _ok(**content: object) -> Answer:
    return Answer(200, encoded({"status": "success", **content}))
