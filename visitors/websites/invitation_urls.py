"""URLs that withdraw or renew a pending invitation, below `invitations/`."""

from django.urls import path

from visitors.websites.views import invitations

urlpatterns = [
    path("<int:invitation>/withdraw/", invitations.withdraw, name="withdraw_invitation"),
    path("<int:invitation>/link/", invitations.renew, name="renew_invitation"),
]
