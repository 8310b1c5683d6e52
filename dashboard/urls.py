"""Addresses: all of them are the application's, in `visitors.urls`; the pages of errors stand here."""

from django.urls import include, path

urlpatterns = [path("", include("visitors.urls"))]

handler400 = "visitors.views.errors.bad_request"
handler403 = "visitors.views.errors.forbidden"
handler404 = "visitors.views.errors.not_found"
handler500 = "visitors.views.errors.server_error"
