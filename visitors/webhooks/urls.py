"""URLs of webhooks."""

from django.urls import path

from visitors.webhooks import views

urlpatterns = [path("websites/<slug:slug>/webhook/", views.webhook, name="webhook")]
