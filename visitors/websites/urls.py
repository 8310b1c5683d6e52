"""URLs of websites: connecting them, their settings, and their members. Below `websites/`."""

from django.urls import URLPattern, URLResolver, include, path

from visitors.websites.views import connect, key, members, overview, pause, remove
from visitors.websites.views import list as website_list

connect_urls = [
    path("", connect.start, name="add_website"),
    path("details/", connect.details, name="add_website_details"),
    path("account/", connect.connect, name="connect_account"),
]
member_urls = [
    path("", members.show, name="people"),
    path("<int:membership>/role/", members.change_role, name="change_role"),
    path("<int:membership>/remove/", members.remove, name="remove_colleague"),
]
website_urls: list[URLPattern | URLResolver] = [
    path("", overview.show, name="website"),
    path("key/", key.replace, name="website_key"),
    path("pause/", pause.pause, name="pause_website"),
    path("resume/", pause.resume, name="resume_website"),
    path("remove/", remove.remove, name="remove_website"),
    path("people/", include(member_urls)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", website_list.show, name="websites"),
    path("add/", include(connect_urls)),
    path("<slug:website>/", include(website_urls)),
]
