"""The endpoint of MCP."""

import json
from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from dashboard.addresses import public_origin
from dashboard.database import RETRY_AFTER_SECONDS, is_database_unavailable
from dashboard.middleware import declared_length, reads_own_body
from visitors.audit.log import LogUnavailable
from visitors.integrations.mcp import protocol
from visitors.integrations.mcp.finding import ToolError
from visitors.integrations.mcp.protocol import Message, RpcError
from visitors.integrations.mcp.tools import INSTRUCTIONS, TOOLS
from visitors.integrations.tokens.access import TokenError, TooManyRequests, authenticate
from visitors.models import AccessToken
from visitors.web.release import version

MAX_BODY = 256 * 1024
# How long a client may keep the list of tools, which changes with a release only.
_TTL_MILLISECONDS = 60 * 60 * 1000
_CACHEABLE = {"ttlMs": _TTL_MILLISECONDS, "cacheScope": "private"}
_CAPABILITIES: dict[str, Any] = {"tools": {}}


@csrf_exempt
@login_not_required
@reads_own_body
def endpoint(request: HttpRequest) -> HttpResponse:
    """Answer one JSON-RPC request of a client with a valid token.

    There are no streams and no sessions, so GET and DELETE are not allowed.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        _check_origin(request)
        token = authenticate(request)
        message = protocol.read_message(request, _read_body(request))
        if message.id is None:
            return HttpResponse(status=202)
        return _respond(message, token)
    except TokenError as error:
        return _refuse(error)
    except RpcError as error:
        return JsonResponse(protocol.error_body(error), status=error.status)
    except Error as error:
        if not is_database_unavailable(error):
            raise
        failure = RpcError(protocol.INTERNAL_ERROR, "Journeydesk can't use its database right now", status=503)
        retry_after = {"Retry-After": str(RETRY_AFTER_SECONDS)}
        return JsonResponse(protocol.error_body(failure), status=failure.status, headers=retry_after)


def _read_body(request: HttpRequest) -> bytes:
    """Return the body, if it is small. Raises RpcError before anything of a large one is read."""
    length = declared_length(request)
    if length is None or length > MAX_BODY:
        raise RpcError(protocol.INVALID_REQUEST, f"The body is larger than {MAX_BODY // 1024} KB", status=413)
    return request.body


def _check_origin(request: HttpRequest) -> None:
    """Reject requests that another site's page makes in a browser. Raises RpcError."""
    origin = request.headers.get("Origin")
    if origin is not None and origin not in {f"{request.scheme}://{request.get_host()}", public_origin()}:
        raise RpcError(protocol.REFUSED, "Requests from this origin are not allowed", status=403)


def _refuse(error: TokenError) -> JsonResponse:
    headers = {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TooManyRequests):
        headers = {"Retry-After": str(error.retry_after)}
    body = protocol.error_body(RpcError(protocol.REFUSED, str(error)))
    return JsonResponse(body, status=error.status, headers=headers)


def _respond(message: Message, token: AccessToken) -> JsonResponse:
    """Return the result of a request. Raises RpcError."""
    try:
        result = _answer_modern(message, token) if message.is_modern else _answer_after_handshake(message, token)
    except RpcError as error:
        error.request_id = message.id
        if not message.is_modern:
            error.status = 200  # to older clients, any other is a failure of the transport
        raise
    return JsonResponse(
        {"jsonrpc": "2.0", "id": message.id, "result": result}, json_dumps_params={"ensure_ascii": False}
    )


def _answer_modern(message: Message, token: AccessToken) -> dict[str, Any]:
    match message.method:
        case "server/discover":
            result = {
                "supportedVersions": list(protocol.SUPPORTED),
                "capabilities": _CAPABILITIES,
                "instructions": INSTRUCTIONS,
                **_CACHEABLE,
            }
        case "tools/list":
            result = _list_tools(message) | _CACHEABLE
        case "tools/call":
            result = _call_tool(message, token)
        case _:
            raise RpcError(protocol.METHOD_NOT_FOUND, "Method not found", status=404)
    return result | {
        "resultType": "complete",
        protocol.META: {"io.modelcontextprotocol/serverInfo": _server_info()},
    }


def _answer_after_handshake(message: Message, token: AccessToken) -> dict[str, Any]:
    match message.method:
        case "initialize":
            asked = message.params.get("protocolVersion")
            return {
                "protocolVersion": asked if asked in protocol.HANDSHAKE else protocol.HANDSHAKE[0],
                "capabilities": _CAPABILITIES,
                "serverInfo": _server_info(),
                "instructions": INSTRUCTIONS,
            }
        case "ping":
            return {}
        case "tools/list":
            return _list_tools(message)
        case "tools/call":
            return _call_tool(message, token)
    raise RpcError(protocol.METHOD_NOT_FOUND, "Method not found")


def _list_tools(message: Message) -> dict[str, Any]:
    if message.params.get("cursor") is not None:
        raise RpcError(protocol.INVALID_PARAMS, "There is only one page of tools")
    return {"tools": _describe_tools()}


@cache  # pydantic takes some milliseconds for it
def _describe_tools() -> list[dict[str, Any]]:
    return [tool.describe() for tool in TOOLS.values()]


def _call_tool(message: Message, token: AccessToken) -> dict[str, Any]:
    """Run a tool. What went wrong in it is a result, so that the model reads it. Raises RpcError for an unknown one."""
    name, arguments = message.params.get("name"), message.params.get("arguments", {})
    tool = TOOLS.get(name) if isinstance(name, str) else None
    if tool is None:
        raise RpcError(protocol.INVALID_PARAMS, "Unknown tool")
    if not isinstance(arguments, dict):
        raise RpcError(protocol.INVALID_PARAMS, "arguments must be an object")
    try:
        found = tool.call(token, arguments)
    except ToolError as error:
        return {"content": [_text(str(error))], "isError": True}
    except LogUnavailable:
        return {"content": [_text(LogUnavailable.sentence)], "isError": True}
    # Clients of older revisions read the text, the others the data.
    return {"content": [_text(json.dumps(found, ensure_ascii=False))], "structuredContent": found, "isError": False}


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _server_info() -> dict[str, str]:
    return {"name": "journeydesk", "title": "Journeydesk", "version": version()}
