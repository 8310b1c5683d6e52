"""The operations of the API. Each checks the token and the role, and writes its audit entry before it answers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.http import parse_etags
from ninja import NinjaAPI, Query
from ninja.security.http import HttpAuthBase
from pydantic import BaseModel

from dashboard.addresses import absolute_url
from visitors import journey, metrics, profiles
from visitors.audit import log
from visitors.datafast.errors import UpstreamError
from visitors.datafast.payload import ListedVisitor
from visitors.integrations.api import errors, masked_answers, schemas
from visitors.integrations.api.errors import ApiError, milliseconds
from visitors.integrations.api.journeys import present_journey
from visitors.integrations.api.people import present_known, search_people
from visitors.integrations.tokens.access import authenticate, websites_of
from visitors.lookup.people.search import to_query
from visitors.models import AccessToken, AuditAction, AuditSource, KnownPerson, Website, load_websites_of_visitor
from visitors.profiles import Profile, Purpose
from visitors.roles import Role
from visitors.web.access import parse_visitor_id

MAX_VISITS = 1_000
_JSON = "application/json"
_DESCRIPTION = """DataFast's Get visitor, List visitors and List websites, from Journeydesk's cache and within its
roles, rate budget and audit log, and what Journeydesk makes of a visitor. Everything is read-only. Every request needs
an access token of a user, as `Authorization: Bearer jd_…`."""
_ERRORS = (400, 401, 403, 404, 429, 503)
_WEBSITE_ID = re.compile(r"[0-9a-fA-F]{24}|[-\w]{1,50}", re.ASCII)
_ERROR_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")


class TokenAuth(HttpAuthBase):
    """A user's access token."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> AccessToken:
        return authenticate(request)


class ApiRequest(HttpRequest):
    """A request with a valid token, which django-ninja puts into `auth`."""

    auth: AccessToken


api = NinjaAPI(
    title="Journeydesk",
    version="1",  # the API's; which release runs here is for users only
    description=_DESCRIPTION,
    auth=TokenAuth(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
errors.register(api)


@dataclass(frozen=True, slots=True)
class Subject:
    """The visitor that a request is about, on a website that its user may see.

    `stored` is the version of the stored answer, and when DataFast confirmed it.
    """

    website: Website
    visitor_id: UUID
    stored: tuple[str, datetime] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """When DataFast confirmed an answer, whether for this request, and why there is nothing newer (None: it is new)."""

    fetched_at: datetime
    is_fetched: bool = False
    problem: UpstreamError | None = None


def _operation(name: str, url_name: str, group: str, answer: Any) -> dict[str, Any]:
    """Return how an operation is declared to django-ninja: every one has the same errors."""
    responses = dict.fromkeys(_ERRORS, schemas.Error) | ({200: answer} if answer else {})
    return {
        "operation_id": name,
        "summary": name.replace("_", " ").capitalize(),
        "url_name": url_name,
        "tags": [group],
        "response": responses,
        "by_alias": True,
    }


@api.get("visitors/{visitor_id}", **_operation("get_visitor", "api_visitor", "DataFast", schemas.Visitor))
def get_visitor(request: ApiRequest, visitor_id: str, where: Query[schemas.WebsiteFilter]) -> HttpResponse:
    """Get a visitor in DataFast's format.

    Answers up to a minute old come from the cache. Secrets in addresses and metadata are masked. This takes the role
    Member or Manager on the website.
    """
    subject = _find_subject(request, visitor_id, where.website_id, Role.MEMBER)
    # Most requests need no journey, only the answer that it is derived from.
    if subject.stored and profiles.is_fresh(subject.stored[1]):
        newest, origin = subject.stored[0], Origin(subject.stored[1])
        metrics.count_found("database")
        _record(request, subject, AuditAction.JSON)
    else:
        profile, origin = _load(request, subject, AuditAction.JSON)
        newest = profile.version
    headers = _headers_of(request, subject, origin) | {"ETag": f'W/"{newest}"'}
    if _is_unchanged(request, headers):
        return HttpResponseNotModified(headers=headers)
    body = masked_answers.load(subject.website, subject.visitor_id, newest)
    return HttpResponse(body, content_type=_JSON, headers=headers)


@api.get("visitors", **_operation("list_visitors", "api_visitors", "DataFast", schemas.VisitorList))
def list_visitors(request: ApiRequest, filters: Query[schemas.VisitorFilters]) -> HttpResponse:
    """List visitors as DataFast lists them. Each request is a call to DataFast.

    Each row has what Journeydesk knows about the `person`. Secrets in addresses are masked. This takes the role Member
    or Manager on the website.
    """
    website = _require_one(_choose(list(websites_of(request.auth)), filters.website_id), Role.MEMBER)
    query = filters.model_dump(by_alias=True, exclude_none=True, exclude={"website_id"})
    found = profiles.list_visitors(website, {name: str(value) for name, value in query.items()}, Purpose.LIVE)
    ids = {row.visitor_id: parse_visitor_id(row.visitor_id or "") for row in found.visitors}
    known = KnownPerson.objects.filter(website=website, visitor_id__in=[one for one in ids.values() if one])
    people = {person.visitor_id: person for person in known.defer("search_text")}
    named = [(website.pk, person.visitor_id) for person in people.values() if person.label]
    log.record_listed(request.auth.user, named, AuditAction.LIST, source=AuditSource.API)

    def complete(row: ListedVisitor) -> dict[str, object]:
        visitor_id = ids[row.visitor_id]
        person = people.get(visitor_id) if visitor_id else None
        fields: dict[str, object] = msgspec.to_builtins(row)
        return fields | {"person": present_known(person) if person else None}

    listed = schemas.VisitorList(
        data=[schemas.ListedVisitor.model_validate(complete(row)) for row in found.visitors],
        pagination=schemas.Pagination(
            limit=filters.limit, offset=filters.offset, has_more=found.has_more, total=found.total
        ),
    )
    body = journey.mask_answer(_encode(listed))
    headers = _headers(request) | {"Journeydesk-Source": "fetched", **_upstream_headers(website)}
    return HttpResponse(body, content_type=_JSON, headers=headers)


@api.get(
    "admin/websites",
    **_operation("list_admin_websites", "api_admin_websites", "DataFast", schemas.WebsiteList),
)
@api.get("websites", **_operation("list_websites", "api_websites", "DataFast", schemas.WebsiteList))
def list_websites(request: ApiRequest) -> HttpResponse:
    """List the websites that the token can read. DataFast has this at `/admin/websites`; both addresses work."""
    websites = [
        schemas.Website.model_validate(
            {
                "_id": website.datafast_id or None,
                "slug": website.slug,
                "domain": website.domain,
                "name": website.name,
                "timezone": website.time_zone,
                "currency": website.currency,
                "role": website.role,
            }
        )
        for website in websites_of(request.auth)
    ]
    return _respond(request, schemas.WebsiteList(data=websites), _headers(request))


@api.get(
    "visitors/{visitor_id}/journey", **_operation("get_journey", "api_journey", "Journeydesk", schemas.JourneyEnvelope)
)
def get_journey(request: ApiRequest, visitor_id: str, where: Query[schemas.WebsiteFilter]) -> HttpResponse:
    """Get a journey as the pages show it: summary, visits, totals, the prediction with its reading, and gaps."""
    subject = _find_subject(request, visitor_id, where.website_id, Role.VIEWER)
    profile, origin = _load(request, subject, AuditAction.PAGE)
    found = present_journey(subject.website, profile, now=datetime.now(UTC), max_visits=MAX_VISITS)
    return _respond(request, schemas.JourneyEnvelope(data=found), _headers_of(request, subject, origin))


@api.get(
    "visitors/{visitor_id}/summary",
    **_operation("get_summary", "api_summary", "Journeydesk", None),
    openapi_extra={
        "responses": {
            200: {
                "description": "The summary",
                "content": {kind: {"schema": {"type": "string"}} for kind in ("text/plain", "text/markdown")},
            }
        }
    },
)
def get_summary(request: ApiRequest, visitor_id: str, how: Query[schemas.SummaryOptions]) -> HttpResponse:
    """Get a summary for a ticket, as text or Markdown."""
    subject = _find_subject(request, visitor_id, how.website_id, Role.VIEWER)
    website = subject.website
    profile, origin = _load(request, subject, AuditAction.SUMMARY)
    form = how.format or ("markdown" if _prefers_markdown(request) else "text")
    text = journey.summary_text(
        profile.contents.journey,
        now=datetime.now(UTC),
        as_of=profile.fetched_at,
        zone=ZoneInfo(website.time_zone),
        link=absolute_url(reverse("journey", args=[website.slug, profile.visitor_id])),
        ticket_at=how.at,
        content=journey.Content(how.content),
        form=journey.Form(form),
    )
    kind = "text/markdown" if form == "markdown" else "text/plain"
    headers = _headers_of(request, subject, origin) | {"Vary": "Accept"}
    return _with_etag(request, text.encode(), f"{kind}; charset=utf-8", headers)


@api.get("search", **_operation("search", "api_search", "Journeydesk", schemas.SearchResults))
def search(request: ApiRequest, what: Query[schemas.SearchQuery]) -> HttpResponse:
    """Search stored profiles by a part of the name, email, company or user id. This never calls DataFast."""
    websites = _choose(list(websites_of(request.auth)), what.website_id)
    people, has_more = search_people(request.auth.user, websites, to_query(what.q), what.limit, AuditSource.API)
    return _respond(request, schemas.SearchResults(data=people, has_more=has_more), _headers(request))


def _find_subject(request: ApiRequest, visitor: str, website_id: str | None, least: Role) -> Subject:
    """Return whom the request is about. Raises ApiError."""
    visitor_id = parse_visitor_id(visitor)
    if visitor_id is None:
        raise ApiError(400, "Invalid visitor ID")
    token = request.auth
    found = load_websites_of_visitor(token.user, visitor_id)
    stored = {website.pk: (website, snapshot) for website, snapshot in found if token.covers(website)}
    website = _require_one(_choose([website for website, _ in stored.values()], website_id), least)
    return Subject(website, visitor_id, stored[website.pk][1])


def _load(request: ApiRequest, subject: Subject, action: AuditAction) -> tuple[Profile, Origin]:
    """Return the profile, fetched where the stored one is not fresh; write the action to the audit log.

    A program comes after the people who look up visitors: a part of each minute's calls is kept for them.
    """
    started = datetime.now(UTC)
    try:
        profile = profiles.refresh_profile(subject.website, subject.visitor_id, purpose=Purpose.LIVE)
    except UpstreamError as error:
        _record(request, subject, action, error)
        raise
    _record(request, subject, action)
    return profile, Origin(profile.fetched_at, profile.fetched_at >= started, profile.problem)


def _record(request: ApiRequest, subject: Subject, action: AuditAction, error: UpstreamError | None = None) -> None:
    user, source = request.auth.user, AuditSource.API
    log.record_lookup(user, subject.website, subject.visitor_id, action, error, source=source)


def _choose(websites: list[Website], website_id: str | None) -> list[Website]:
    """Return the website with this id or slug; all of these where none is named. Raises ApiError."""
    if website_id and not _WEBSITE_ID.fullmatch(website_id):
        raise ApiError(400, "Invalid websiteId")
    if website_id:
        names = {website_id, website_id.lower()}
        # DataFast's id first: a slug could look like one.
        by_id = [website for website in websites if website.datafast_id in names]
        websites = by_id[:1] or [website for website in websites if website.slug in names]
    if not websites:
        raise ApiError(404, "Website not found")
    return websites


def _require_one(websites: list[Website], least: Role) -> Website:
    """Return the only website, if the user has at least this role on it. Raises ApiError."""
    if len(websites) > 1:
        raise ApiError(400, "websiteId is required, as this token opens several websites")
    [website] = websites
    if not Role(website.role).includes(least):
        raise ApiError(403, f"This needs the role of {least.with_article} on this website")
    return website


def _headers(request: ApiRequest) -> dict[str, str]:
    """Return the headers of every answer: what is left of the token's minute, in DataFast's form."""
    rate = request.auth.rate
    return {
        # A program may keep an answer, and has to ask whether it still holds: each look-up is in the audit log.
        "Cache-Control": "private, no-cache",
        "X-RateLimit-Limit": str(rate.limit),
        "X-RateLimit-Remaining": str(rate.remaining),
        "X-RateLimit-Reset": str(milliseconds(rate.resets_at)),
    }


def _headers_of(request: ApiRequest, subject: Subject, origin: Origin) -> dict[str, str]:
    """Return the headers of an answer about a visitor: also its age and where it comes from."""
    age = datetime.now(UTC) - origin.fetched_at
    headers = _headers(request) | {
        "Age": str(max(0, int(age.total_seconds()))),
        "Journeydesk-Source": "fetched" if origin.is_fetched else "stored",
    }
    if origin.problem:
        # The name of the error: "RateLimited" is "rate-limited".
        headers["Journeydesk-Stale"] = _ERROR_NAME.sub("-", type(origin.problem).__name__).lower()
    return headers | (_upstream_headers(subject.website) if origin.is_fetched else {})


def _upstream_headers(website: Website) -> dict[str, str]:
    """Return how many calls to DataFast programs have left in this minute, after a call."""
    return {"Journeydesk-Upstream-Remaining": str(profiles.get_calls_left(website, Purpose.LIVE))}


def _respond(request: ApiRequest, content: BaseModel, headers: dict[str, str]) -> HttpResponse:
    return _with_etag(request, _encode(content), _JSON, headers)


def _with_etag(request: ApiRequest, body: bytes, content_type: str, headers: dict[str, str]) -> HttpResponse:
    """Return a body with a hash of it as its ETag; 304 if the caller has it already."""
    headers = headers | {"ETag": f'W/"{sha256(body).hexdigest()[:32]}"'}
    if _is_unchanged(request, headers):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(body, content_type=content_type, headers=headers)


def _is_unchanged(request: ApiRequest, headers: dict[str, str]) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    # The comparison is weak: a strong form of the same ETag means the same.
    return known == ["*"] or headers["ETag"].removeprefix("W/") in {etag.removeprefix("W/") for etag in known}


def _encode(content: BaseModel) -> bytes:
    return content.model_dump_json(by_alias=True).encode()


def _prefers_markdown(request: ApiRequest) -> bool:
    preferred = request.get_preferred_type(["text/plain", "text/markdown"])
    return preferred == "text/markdown"
