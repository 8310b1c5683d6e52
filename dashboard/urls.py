"""Addresses: all of them are the application's, in `visitors.urls`; the pages of errors stand here."""

from django.urls import include, path

urlpatterns = [path("", include("visitors.urls"))]

handler400 = "visitors.web.errors.bad_request"
handler403 = "visitors.web.errors.forbidden"
handler404 = "visitors.web.errors.not_found"
handler500 = "visitors.web.errors.server_error"
