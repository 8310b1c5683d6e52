"""URLs of what the team knows of a visitor, and of a website's tags."""

from django.urls import path

from visitors.team import views

_VISITOR = "<slug:slug>/visitors/<visitor_id:visitor_id>"

urlpatterns = [
    path(f"{_VISITOR}/team/", views.show, name="team"),
    path(f"{_VISITOR}/notes/", views.add_note, name="add_note"),
    path(f"{_VISITOR}/notes/<int:note>/", views.change_note, name="change_note"),
    path(f"{_VISITOR}/pin/", views.pin, name="pin"),
    path(f"{_VISITOR}/owner/", views.change_owner, name="change_owner"),
    path(f"{_VISITOR}/tags/", views.change_tags, name="change_tags"),
    path("websites/<slug:slug>/tags/", views.show_tags, name="tags"),
]
