"""The operations of the API. Each checks the token and the role, and writes its audit entry before it answers."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.http import parse_etags
from ninja import NinjaAPI, Query
from ninja.security import HttpBearer
from pydantic import BaseModel

from dashboard.addresses import absolute_url
from visitors import journey, profiles
from visitors.audit import log
from visitors.datafast.errors import UpstreamError
from visitors.datafast.payload import ListedVisitor
from visitors.integrations.api import errors, schemas
from visitors.integrations.api.errors import ApiError, milliseconds
from visitors.integrations.api.journeys import present_journey, present_known
from visitors.integrations.tokens.access import authenticate, websites_of
from visitors.lookup.people import recording
from visitors.lookup.people.query import to_query
from visitors.lookup.people.search import find_people
from visitors.models import AccessToken, AuditAction, AuditSource, KnownPerson, Website
from visitors.profiles import Profile, Purpose
from visitors.roles import Role
from visitors.web.access import parse_visitor_id
from visitors.web.release import version

MAX_VISITS = 1_000
_JSON = "application/json"
_DESCRIPTION = """DataFast's Get visitor, List visitors and List websites, from Journeydesk's cache and within its
roles, rate budget and audit log, and what Journeydesk makes of a visitor. Everything is read-only. Every request needs
an access token of a user, as `Authorization: Bearer jd_…`."""
_ERRORS = (400, 401, 403, 404, 429, 503)
_WEBSITE_ID = re.compile(r"[0-9a-fA-F]{24}|[-\w]{1,50}", re.ASCII)
_ERROR_NAME = re.compile(r"(?<=[a-z])(?=[A-Z])")


class TokenAuth(HttpBearer):
    """A user's access token."""

    def __call__(self, request: HttpRequest) -> AccessToken:
        return authenticate(request)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not called: `__call__` reads the header."""
        raise NotImplementedError


class ApiRequest(HttpRequest):
    """A request with a valid token, which django-ninja puts into `auth`."""

    auth: AccessToken


api = NinjaAPI(
    title="Journeydesk",
    version=version(),
    description=_DESCRIPTION,
    auth=TokenAuth(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
errors.register(api)


@dataclass(frozen=True, slots=True)
class Answer:
    """A profile for a caller, and whether it was fetched for this request."""

    website: Website
    profile: Profile
    is_fetched: bool


def _operation(name: str, url_name: str, group: str, answer: Any) -> dict[str, Any]:
    """Return how an operation is declared to django-ninja: every one has the same errors."""
    responses = dict.fromkeys(_ERRORS, schemas.Error) | ({200: answer} if answer else {})
    return {"operation_id": name, "url_name": url_name, "tags": [group], "response": responses, "by_alias": True}


@api.get("visitors/{visitor_id}", **_operation("get_visitor", "api_visitor", "DataFast", schemas.Visitor))
def get_visitor(request: ApiRequest, visitor_id: str, where: Query[schemas.WebsiteFilter]) -> HttpResponse:
    """Get a visitor, as DataFast answers.

    An answer of the last minute comes from the cache. Secrets in addresses and metadata are masked. For members of the
    website and managers, as the raw JSON on the pages is.
    """
    answer = _load(request, visitor_id, where.website_id, AuditAction.JSON, least=Role.MEMBER)
    headers = _headers_of(request, answer) | {"ETag": f'W/"{answer.profile.version}"'}
    if _is_unchanged(request, headers):
        return HttpResponseNotModified(headers=headers)
    body = journey.mask_answer(profiles.load_answer(answer.website, answer.profile.visitor_id))
    return HttpResponse(body, content_type=_JSON, headers=headers)


@api.get("visitors", **_operation("list_visitors", "api_visitors", "DataFast", schemas.VisitorList))
def list_visitors(request: ApiRequest, filters: Query[schemas.VisitorFilters]) -> HttpResponse:
    """List visitors, as DataFast lists them: each request is a call to DataFast.

    Each row has what is known of the `person`. Secrets in addresses are masked. For members of the website and
    managers, as the CSV file of the list is.
    """
    website = _find_website(request, filters.website_id, Role.MEMBER)
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
    "admin/websites", **_operation("list_websites_as_datafast", "api_admin_websites", "DataFast", schemas.WebsiteList)
)
@api.get("websites", **_operation("list_websites", "api_websites", "DataFast", schemas.WebsiteList))
def list_websites(request: ApiRequest) -> HttpResponse:
    """List the websites that the token opens. DataFast has this at `/admin/websites`; both addresses work."""
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
    """Get what Journeydesk makes of a visitor: summary, visits, totals, the prediction with its reading, and gaps."""
    answer = _load(request, visitor_id, where.website_id, AuditAction.PAGE)
    found = present_journey(answer.website, answer.profile, now=datetime.now(UTC), max_visits=MAX_VISITS)
    return _respond(request, schemas.JourneyEnvelope(data=found), _headers_of(request, answer))


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
    answer = _load(request, visitor_id, how.website_id, AuditAction.SUMMARY)
    website, profile = answer.website, answer.profile
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
    headers = _headers_of(request, answer) | {"Vary": "Accept"}
    return _with_etag(request, text.encode(), f"{kind}; charset=utf-8", headers)


@api.get("search", **_operation("search", "api_search", "Journeydesk", schemas.SearchResults))
def search(request: ApiRequest, what: Query[schemas.SearchQuery]) -> HttpResponse:
    """Search the people whose profiles are stored, by parts of name, email, company or user id. Makes no call."""
    by_pk = {website.pk: website for website in _choose_websites(request, what.website_id)}
    found = find_people(to_query(what.q), list(by_pk), what.limit)
    try:
        shown = {person.website_id for person in found.people}
        recording.record_search(request.auth.user, shown, source=AuditSource.API)
    except DatabaseError as error:
        raise log.LogUnavailable from error
    people = [
        schemas.FoundPerson.model_validate(
            {"visitor_id": str(person.visitor_id), "website": by_pk[person.website_id].slug, **present_known(person)}
        )
        for person in found.people
    ]
    return _respond(request, schemas.SearchResults(data=people, has_more=found.has_more), _headers(request))


def _load(
    request: ApiRequest, visitor: str, website_id: str | None, action: AuditAction, least: Role = Role.VIEWER
) -> Answer:
    """Return the profile, fetched where the stored one is not fresh; write the action to the audit log.

    A program comes after the people who look up visitors: a part of each minute's calls is kept for them.
    """
    website = _find_website(request, website_id, least)
    visitor_id = parse_visitor_id(visitor)
    if visitor_id is None:
        raise ApiError(400, "Invalid visitor ID")
    started, user = datetime.now(UTC), request.auth.user
    try:
        profile = profiles.refresh_profile(website, visitor_id, purpose=Purpose.LIVE)
    except UpstreamError as error:
        log.record_lookup(user, website, visitor_id, action, error, source=AuditSource.API)
        raise
    log.record_lookup(user, website, visitor_id, action, source=AuditSource.API)
    return Answer(website, profile, is_fetched=profile.fetched_at >= started)


def _find_website(request: ApiRequest, website_id: str | None, least: Role) -> Website:
    """Return the website that is meant, if the user has at least this role on it. Raises ApiError."""
    websites = _choose_websites(request, website_id)
    if len(websites) > 1:
        raise ApiError(400, "websiteId is required, as this token opens several websites")
    [website] = websites
    if not Role(website.role).includes(least):
        raise ApiError(403, f"This needs the role of {least.with_article} on this website")
    return website


def _choose_websites(request: ApiRequest, website_id: str | None) -> list[Website]:
    """Return the website with this id or slug; all that the token opens where none is named. Raises ApiError."""
    if website_id and not _WEBSITE_ID.fullmatch(website_id):
        raise ApiError(400, "Invalid websiteId")
    websites = list(websites_of(request.auth))
    if website_id:
        by_name = {website.slug: website for website in websites}
        by_name |= {website.datafast_id: website for website in websites}
        websites = [found] if (found := by_name.get(website_id) or by_name.get(website_id.lower())) else []
    if not websites:
        raise ApiError(404, "Website not found")
    return websites


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


def _headers_of(request: ApiRequest, answer: Answer) -> dict[str, str]:
    """Return the headers of an answer about a visitor: also its age and where it comes from."""
    age = datetime.now(UTC) - answer.profile.fetched_at
    headers = _headers(request) | {
        "Age": str(max(0, int(age.total_seconds()))),
        "Journeydesk-Source": "fetched" if answer.is_fetched else "stored",
    }
    if answer.profile.problem:
        # The name of the error: "RateLimited" is "rate-limited".
        headers["Journeydesk-Stale"] = _ERROR_NAME.sub("-", type(answer.profile.problem).__name__).lower()
    return headers | (_upstream_headers(answer.website) if answer.is_fetched else {})


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
