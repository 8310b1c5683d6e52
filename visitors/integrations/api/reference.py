"""The API's description: as OpenAPI 3.1 for programs, and as a page to read and to try it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from dashboard.addresses import absolute_url
from visitors.integrations.api.views import api
from visitors.web.access import SignedInRequest


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation: `place` is "path" or "query"."""

    name: str
    place: str
    is_required: bool
    description: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation, as the page shows it."""

    name: str
    path: str
    title: str
    paragraphs: tuple[str, ...]
    parameters: tuple[Parameter, ...]


@require_safe
def show(request: SignedInRequest) -> HttpResponse:
    """Describe the operations, with a form to try each of them."""
    context = {
        "operations": _list_operations(),
        "example": absolute_url(f"{_prefix()}websites"),
        "mcp_url": absolute_url(reverse("mcp")),
        "limit": settings.API_REQUESTS_PER_MINUTE,
    }
    return render(request, "integrations/api/reference.html", context)


@csrf_exempt  # so that another method gets its 405, in JSON
@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The OpenAPI document. It contains nothing of this server, so it needs no token."""
    return JsonResponse(_schema())


@csrf_exempt
@login_not_required
def unknown(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001
    """404 for every other path below the API, whatever the method."""
    raise Http404("No such operation.")


@cache
def _schema() -> dict[str, Any]:
    return dict(api.get_openapi_schema(path_prefix=_prefix()))


def _prefix() -> str:
    return reverse("api_schema").removesuffix("openapi.json")


@cache
def _list_operations() -> tuple[Operation, ...]:
    return tuple(
        _operation(path, method["get"]) for path, method in _schema()["paths"].items() if "/admin/" not in path
    )


def _operation(path: str, found: dict[str, Any]) -> Operation:
    # The description is Markdown, of which we use the marks of code only.
    text = found["description"].replace("`", "")
    paragraphs = tuple(paragraph.replace("\n", " ") for paragraph in text.split("\n\n"))
    return Operation(
        name=found["operationId"],
        path=path,
        title=found["summary"],
        paragraphs=paragraphs,
        parameters=tuple(_parameter(parameter) for parameter in found.get("parameters", ())),
    )


def _parameter(found: dict[str, Any]) -> Parameter:
    choices = [choice for kind in _kinds(found["schema"]) for choice in kind.get("enum", ())]
    description = found["schema"].get("description", "")
    return Parameter(found["name"], found["in"], found["required"], description, tuple(choices))


def _kinds(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema, *schema.get("anyOf", ())]
