"""The URL of MCP. The specification has one path, and clients are given it without a slash at its end."""

from django.urls import path

from visitors.integrations.mcp import views

urlpatterns = [path("mcp", views.endpoint, name="mcp")]
