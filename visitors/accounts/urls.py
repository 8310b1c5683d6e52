"""URLs of sign-in, OpenID, password reset, the own account, invitations and the administration of accounts."""

from django.urls import path

from visitors.accounts.openid import views as openid
from visitors.accounts.views import account, administration, invitation, password_reset, sign_in

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/openid/", openid.start, name="openid_start"),
    path("sign-in/openid/return/", openid.finish, name="openid_finish"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("reset/", password_reset.password_reset, name="password_reset"),
    path("reset/sent/", password_reset.password_reset_sent, name="password_reset_sent"),
    path("reset/<str:uidb64>/<str:token>/", password_reset.password_reset_confirm, name="password_reset_confirm"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/preferences/", account.change_preferences, name="change_preferences"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("invitations/<str:signed>/", invitation.show, name="invitation"),
    path("people/", administration.people, name="people"),
    path("people/<int:user>/", administration.person, name="person"),
    path("people/<int:user>/administrator/", administration.set_administrator, name="set_administrator"),
    path("people/<int:user>/active/", administration.set_active, name="set_active"),
    path("people/<int:user>/reset-link/", administration.reset_link, name="reset_link"),
    path("people/<int:user>/openid/", administration.unlink_openid, name="unlink_openid"),
    path("people/<int:user>/delete/", administration.delete, name="delete_account"),
]
