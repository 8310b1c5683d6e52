"""Errors on their way from the process that asked to those that wait: stored as a name and facts, never as code."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from visitors.datafast import errors
from visitors.datafast.errors import UpstreamError


def _known(kind: type[UpstreamError]) -> dict[str, type[UpstreamError]]:
    return {kind.__name__: kind} | {
        name: found for child in kind.__subclasses__() for name, found in _known(child).items()
    }


def encode(error: UpstreamError) -> bytes:
    """Return the error as bytes."""
    return msgspec.msgpack.encode([type(error).__name__, list(error.args), error.upstream_message])


def decode(stored: bytes) -> UpstreamError:
    """Return the error again; one that this release does not know comes back as Unavailable."""
    try:
        name, facts, message = msgspec.msgpack.decode(stored)
        kind = KINDS[name]
        return kind(*_facts(kind, facts), upstream_message=message)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError):
        return errors.Unavailable(errors.Reason.SERVER)


def _facts(kind: type[UpstreamError], facts: list[Any]) -> list[Any]:
    if issubclass(kind, errors.Unavailable):
        return [errors.Reason(facts[0]), *facts[1:]]
    return [fact.astimezone(UTC) if isinstance(fact, datetime) else fact for fact in facts]


KINDS = _known(UpstreamError)
