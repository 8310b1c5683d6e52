"""The API without HTTP: a request in, an answer out.

A request is checked in this order: path, method, token, rate limit, permission, website, parameters.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from visitors.sandbox.answers import Answer, ApiError, VisitorAnswers, metadata_row, success, website_row
from visitors.sandbox.limits import RateLimiter
from visitors.sandbox.listing import listing
from visitors.sandbox.population import Population, is_bot
from visitors.sandbox.realtime import realtime_map
from visitors.sandbox.tokens import READ_ANALYTICS, READ_WEBSITES, Keyring, Token
from visitors.sandbox.websites import Website

PREFIX = "/api/v1"

_VISITOR_PATH = re.compile(rf"{PREFIX}/visitors/([^/]*)")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_WEBSITE_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an HTTP request that the API reads. The path is decoded and has no query."""

    method: str
    path: str
    query: Mapping[str, str]
    authorization: str | None

    @property
    def visitor_id(self) -> str | None:
        """The last part of a Get visitor path in lower case, valid or not; None for other paths."""
        match = _VISITOR_PATH.fullmatch(self.path)
        return match[1].lower() if match else None

    @property
    def token(self) -> str:
        """The bearer token, or an empty text."""
        scheme, _, token = (self.authorization or "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Api:
    """Get visitor, List visitors, the realtime map, metadata and List websites over a population."""

    def __init__(
        self, population: Population, keyring: Keyring, limiter: RateLimiter, clock: Callable[[], int]
    ) -> None:
        self._population = population
        self._keyring = keyring
        self._limiter = limiter
        self._clock = clock
        self._answers = VisitorAnswers()

    def answer(self, request: Request) -> Answer:
        """Return the answer to any request under the API's prefix."""
        try:
            return self._route(request)
        except ApiError as refusal:
            return refusal.answer()

    def _route(self, request: Request) -> Answer:
        visitor_id = request.visitor_id
        if visitor_id is not None:
            respond: Callable[[Request, Token], Answer] = self._visitor
        elif request.path == f"{PREFIX}/visitors":
            respond = self._visitors
        elif request.path == f"{PREFIX}/analytics/realtime/map":
            respond = self._realtime_map
        elif request.path == f"{PREFIX}/analytics/metadata":
            respond = self._metadata
        elif request.path == f"{PREFIX}/admin/websites":
            respond = self._websites
        else:
            raise ApiError(404, "Not found")
        if request.method != "GET":
            raise ApiError(405, "Method not allowed", headers={"Allow": "GET"})
        token = self._keyring.find(request.token)
        if token is None:
            raise ApiError(401, "Invalid or missing API key")
        headers = self._limiter.spend(token.value)
        answer = respond(request, token)
        return Answer(answer.status, answer.body, answer.content_type, headers) if headers else answer

    def _visitor(self, request: Request, token: Token) -> Answer:
        website = _website(request, token)
        visitor_id = request.visitor_id
        if not visitor_id:
            raise ApiError(400, "Visitor ID is required")
        if not _UUID4.fullmatch(visitor_id):
            raise ApiError(400, "Invalid visitor ID: it must be a UUID v4")
        if is_bot(website, visitor_id):
            raise ApiError(400, "This visitor was flagged as a bot")
        now = self._clock()
        visitor = self._population.find(website, visitor_id, now)
        answer = None if visitor is None else self._answers.get(visitor, now)
        if answer is None:
            raise ApiError(404, "No pageviews found for this visitor")
        return answer

    def _visitors(self, request: Request, token: Token) -> Answer:
        website = _website(request, token)
        now = self._clock()
        rows, pagination = listing(self._population.listed(website, now), website, request.query, now)
        return success(rows, pagination=pagination)

    def _realtime_map(self, request: Request, token: Token) -> Answer:
        website, now = _website(request, token), self._clock()
        return success(realtime_map(self._population.listed(website, now), website, now))

    def _metadata(self, request: Request, token: Token) -> Answer:
        return success([metadata_row(_website(request, token))])

    def _websites(self, request: Request, token: Token) -> Answer:  # noqa: ARG002 (same signature as the others)
        if token.website is not None:
            raise ApiError(403, "List websites needs an account token, not a website key")
        _require(token, READ_WEBSITES)
        return success([website_row(website) for website in token.opens])


def _require(token: Token, permission: str) -> None:
    if not token.permits(permission):
        raise ApiError(403, f"The token lacks the permission {permission}")


def _website(request: Request, token: Token) -> Website:
    """Return the website of the request: the key's own, or the one in `websiteId`."""
    _require(token, READ_ANALYTICS)
    if token.website is not None:
        return token.website
    website_id = request.query.get("websiteId", "").lower()
    if not website_id:
        raise ApiError(400, "websiteId is required with an account token")
    if not _WEBSITE_ID.fullmatch(website_id):
        raise ApiError(400, "websiteId must be 24 hex digits")
    for website in token.opens:
        if website.website_id == website_id:
            return website
    raise ApiError(403, "The token may not read this website")
