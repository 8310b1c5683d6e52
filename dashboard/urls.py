"""The URL configuration: the application's URLs and the error pages."""

from django.urls import include, path

urlpatterns = [path("", include("visitors.urls"))]

handler400 = "visitors.web.errors.bad_request"
handler403 = "visitors.web.errors.forbidden"
handler404 = "visitors.web.errors.not_found"
handler500 = "visitors.web.errors.server_error"
