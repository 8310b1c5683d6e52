"""The messages of MCP: what a request asks for in which revision, and the errors of the specification."""

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

MODERN = "2026-07-28"
# Revisions that begin with a handshake, newest first.
HANDSHAKE = ("2025-11-25", "2025-06-18")
SUPPORTED = (MODERN, *HANDSHAKE)

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
INTERNAL_ERROR, HEADER_MISMATCH, UNSUPPORTED_VERSION = -32603, -32020, -32022
# For what the specification leaves to HTTP: no valid token, too many requests, another site's browser.
REFUSED = -32000

META = "_meta"
_VERSION = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
_ENCODED_START, _ENCODED_END = "=?base64?", "?="


class RpcError(Exception):
    """A request that can't be answered: a code of JSON-RPC or MCP, a sentence, and the status of the response."""

    def __init__(self, code: int, message: str, *, status: int = 400, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.data = code, status, data
        self.request_id: str | int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A request, or a notification where `id` is None. `is_modern` tells the revision with metadata in each request."""

    id: str | int | None
    method: str
    params: dict[str, Any] = field(default_factory=dict)
    is_modern: bool = False


def read_message(request: HttpRequest, body: bytes) -> Message:
    """Return the message in the body of a request, checked against the headers. Raises RpcError."""
    try:
        message = json.loads(body)
        # An escape can stand for half of a surrogate pair, which neither a database nor a response can have.
        json.dumps(message, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise RpcError(PARSE_ERROR, "The body is not valid JSON") from error
    request_id = _read_id(message)
    try:
        return _read(request, message, request_id)
    except RpcError as error:
        error.request_id = request_id
        raise


def error_body(error: RpcError) -> dict[str, Any]:
    """Return an error as the response to the request that caused it."""
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.data is not None:
        body["data"] = error.data
    return {"jsonrpc": "2.0", "id": error.request_id, "error": body}


def _read_id(message: Any) -> str | int | None:
    """Return the id of a request, None where there is no valid one."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, (str, int)) and not isinstance(found, bool) else None


def _read(request: HttpRequest, message: Any, request_id: str | int | None) -> Message:
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, "The body must be one JSON-RPC 2.0 request")
    method, params = message.get("method"), message.get("params", {})
    if not isinstance(method, str) or ("id" in message and request_id is None):
        raise RpcError(INVALID_REQUEST, "A request has a method, and an id that is a string or a number")
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "params must be an object")
    meta = params.get(META)
    header = request.headers.get("MCP-Protocol-Version")
    if isinstance(meta, dict) and _VERSION in meta:
        _check_metadata(request, method, params, meta)
        return Message(request_id, method, params, is_modern=True)
    if header == MODERN and request_id is not None:
        raise RpcError(INVALID_PARAMS, f"_meta must have {_VERSION}")
    if header is not None and header not in SUPPORTED and method != "initialize":
        raise _unsupported(header)
    return Message(request_id, method, params)


def _check_metadata(request: HttpRequest, method: str, params: dict[str, Any], meta: dict[str, Any]) -> None:
    """Check the version, the metadata, and that the headers repeat the body. Raises RpcError."""
    version = meta[_VERSION]
    if not isinstance(version, str):
        raise RpcError(INVALID_PARAMS, f"{_VERSION} must be a string")
    if request.headers.get("MCP-Protocol-Version") != version:
        raise RpcError(HEADER_MISMATCH, "Header mismatch: MCP-Protocol-Version is not the version in _meta")
    if version != MODERN:
        raise _unsupported(version)
    if not isinstance(meta.get(_CAPABILITIES), dict):
        raise RpcError(INVALID_PARAMS, f"_meta must have {_CAPABILITIES}, an object")
    if request.headers.get("Mcp-Method") != method:
        raise RpcError(HEADER_MISMATCH, "Header mismatch: Mcp-Method is not the method in the body")
    if method == "tools/call" and _decode(request.headers.get("Mcp-Name")) != params.get("name"):
        raise RpcError(HEADER_MISMATCH, "Header mismatch: Mcp-Name is not the name in the body")


def _unsupported(version: str) -> RpcError:
    data = {"supported": list(SUPPORTED), "requested": version[:40]}
    return RpcError(UNSUPPORTED_VERSION, "Unsupported protocol version", data=data)


def _decode(value: str | None) -> str | None:
    """Return the value of a header, which clients encode if it is more than plain ASCII."""
    if value is None or not (value.startswith(_ENCODED_START) and value.endswith(_ENCODED_END)):
        return value
    try:
        encoded = value.removeprefix(_ENCODED_START).removesuffix(_ENCODED_END)
        return base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
