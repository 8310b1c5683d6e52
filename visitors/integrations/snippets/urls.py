"""The URL of the page of snippets."""

from django.urls import path

from visitors.integrations.snippets import views

urlpatterns = [path("websites/<slug:slug>/integrations/snippets/", views.snippets, name="snippets")]
