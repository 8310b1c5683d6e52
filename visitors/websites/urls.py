"""URLs of websites: connecting them, their settings, their members, and open invitations."""

from django.urls import path

from visitors.websites.views import connect, key, links, members, names, website

urlpatterns = [
    path("websites/", website.websites, name="websites"),
    path("websites/add/", connect.start, name="add_website"),
    path("websites/add/details/", connect.details, name="add_website_details"),
    path("websites/add/account/", connect.connect, name="connect_account"),
    path("websites/<slug:slug>/", website.overview, name="website"),
    path("websites/<slug:slug>/key/", key.replace, name="website_key"),
    path("websites/<slug:slug>/pause/", website.pause, name="pause_website"),
    path("websites/<slug:slug>/resume/", website.resume, name="resume_website"),
    path("websites/<slug:slug>/remove/", website.remove, name="remove_website"),
    path("websites/<slug:slug>/links/", links.links, name="website_links"),
    path("websites/<slug:slug>/names/", names.names, name="website_names"),
    path("websites/<slug:slug>/people/", members.members, name="members"),
    path("websites/<slug:slug>/people/<int:membership>/role/", members.change_role, name="change_role"),
    path("websites/<slug:slug>/people/<int:membership>/remove/", members.remove, name="remove_member"),
    path("invitations/<int:invitation>/withdraw/", members.withdraw_invitation, name="withdraw_invitation"),
    path("invitations/<int:invitation>/link/", members.renew_invitation, name="renew_invitation"),
]
