"""MCP, the Model Context Protocol: AI agents ask for what their user may see, through read-only tools.

Stateless: each POST is a request of its own and is answered with one JSON object. Served are revision 2026-07-28, and
the older handshake of 2025-11-25 and 2025-06-18 (https://modelcontextprotocol.io/specification).
"""
