"""URLs of the home page, on which users look visitors up."""

from django.urls import path

from visitors.lookup import views

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("<slug:slug>/visitors/current/", views.current, name="current"),
]
