"""Addresses: sign-in and administration here, everything about visitors in `visitors.urls`."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import include, path

sign_in = auth.LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True)

urlpatterns = [
    path(
        "sign-in/",
        auth.LoginView.as_view(template_name="sign_in.html", redirect_authenticated_user=True),
        name="sign_in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path("admin/", admin.site.urls),
    path("", include("visitors.urls")),
]

handler400 = "visitors.views.errors.bad_request"
handler403 = "visitors.views.errors.forbidden"
handler404 = "visitors.views.errors.not_found"
handler500 = "visitors.views.errors.server_error"
