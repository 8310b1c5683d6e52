"""Errors for programs, in the JSON of DataFast's API, so that a program needs to know one form only."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse

# Everything below is for programs: it has no session, no form and no HTML, errors included. The path itself is a page.
API_PATH = "/api/"
MCP_PATH = "/mcp"


def is_for_program(request: HttpRequest) -> bool:
    """Whether a program reads the response, not a person."""
    path = request.path_info
    return (path.startswith(API_PATH) and path != API_PATH) or path == MCP_PATH


def json_error(status: int, message: str, *, headers: Mapping[str, str] | None = None, **beside: Any) -> JsonResponse:
    """Return `{"status": "error", "error": {"code", "message"}}`; `beside` is added to its top level."""
    envelope = {"status": "error", "error": {"code": status, "message": message}, **beside}
    return JsonResponse(envelope, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})
