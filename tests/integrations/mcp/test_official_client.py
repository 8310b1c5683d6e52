"""The official Python client, against the real server, in every revision that it speaks."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.access_tokens import bearer, new_token
from visitors.models import AuditEntry
from visitors.sandbox import documented

pytestmark = pytest.mark.slow

LEAD = documented.RETURNING_LEAD.visitor_id


def connect(url, headers, mode, use):
    """Connect a client, and return what `use` makes of it."""
    from mcp import Client  # noqa: PLC0415 (slow)
    from mcp.client.streamable_http import streamable_http_client  # noqa: PLC0415

    async def run():
        async with (
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=mode) as client,
        ):
            return await use(client)

    # In a thread of its own: Playwright's event loop runs in this one once a test has used a browser.
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


@pytest.mark.parametrize(
    ("mode", "version"), [("auto", "2026-07-28"), ("2026-07-28", "2026-07-28"), ("legacy", "2025-11-25")]
)
@pytest.mark.usefixtures("lumenkit", "sandbox")
def test_the_client_lists_and_calls_the_tools(live_server, member, mode, version):
    async def use(client):
        tools = await client.list_tools()
        journey = await client.call_tool("get_journey", {"visitor": LEAD})
        wrong = await client.call_tool("get_journey", {"visitor": "nobody"})
        return client.protocol_version, tools, journey, wrong

    agreed, tools, journey, wrong = connect(live_server.url, new_token(member), mode, use)
    assert agreed == version
    assert [tool.name for tool in tools.tools] == ["find_visitors", "get_journey", "get_timeline", "list_websites"]
    assert journey.structured_content["person"]["name"] == "Priya Raman"
    assert not journey.is_error
    assert wrong.is_error
    assert [entry.source for entry in AuditEntry.objects.all()] == ["mcp"]


def test_a_wrong_token_fails_cleanly(live_server, lumenkit):
    async def use(client):
        return await client.list_tools()

    with pytest.raises(ExceptionGroup) as caught:
        connect(live_server.url, bearer("jd_wrong"), "auto", use)
    assert "Invalid API key" in repr(caught.value)
