"""Personal access tokens. Programs prove with one who they are; `access` is all that the API and MCP need."""
