"""URLs of websites: connecting them, their settings, their members, and open invitations."""

from django.urls import URLPattern, URLResolver, include, path

from visitors.websites.views import connect, invitations, key, members, website

website_urls: list[URLPattern | URLResolver] = [
    path("", website.overview, name="website"),
    path("key/", key.replace, name="website_key"),
    path("pause/", website.pause, name="pause_website"),
    path("resume/", website.resume, name="resume_website"),
    path("remove/", website.remove, name="remove_website"),
    path("people/", members.members, name="members"),
    path("people/<int:membership>/role/", members.change_role, name="change_role"),
    path("people/<int:membership>/remove/", members.remove, name="remove_member"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("websites/", website.websites, name="websites"),
    path("websites/add/", connect.start, name="add_website"),
    path("websites/add/details/", connect.details, name="add_website_details"),
    path("websites/add/account/", connect.connect, name="connect_account"),
    path("websites/<slug:slug>/", include(website_urls)),
    path("invitations/<int:invitation>/withdraw/", invitations.withdraw, name="withdraw_invitation"),
    path("invitations/<int:invitation>/link/", invitations.renew, name="renew_invitation"),
]
