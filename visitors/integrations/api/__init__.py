"""The API: DataFast's own Get visitor, List visitors and List websites, behind our cache, roles and audit log, and what
Journeydesk makes of a visitor."""
