"""Journeydesk in other programs: tokens, the API, MCP, the panel in help desks, and cards."""
