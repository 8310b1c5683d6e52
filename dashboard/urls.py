"""Addresses: administration here, everything else in `visitors.urls`."""

from django.contrib import admin
from django.urls import include, path

from visitors.views import sign_in

urlpatterns = [
    path("admin/login/", sign_in.to_sign_in, name="admin_sign_in"),
    path("admin/", admin.site.urls),
    path("", include("visitors.urls")),
]

handler400 = "visitors.views.errors.bad_request"
handler403 = "visitors.views.errors.forbidden"
handler404 = "visitors.views.errors.not_found"
handler500 = "visitors.views.errors.server_error"
