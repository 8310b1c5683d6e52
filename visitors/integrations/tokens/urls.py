"""URLs of the pages about tokens."""

from django.urls import path

from visitors.integrations.tokens import views

urlpatterns = [
    path("account/tokens/", views.own_tokens, name="own_tokens"),
    path("account/tokens/<int:token>/revoke/", views.revoke_own, name="revoke_own_token"),
    path("tokens/", views.all_tokens, name="all_tokens"),
    path("tokens/<int:token>/revoke/", views.revoke_any, name="revoke_token"),
]
