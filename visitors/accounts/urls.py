"""URLs of sign-in, invitations, a person's own account, and the administration of all accounts."""

from django.urls import include, path

from visitors.accounts.views import account, administration, invitation, openid, password_reset, sign_in

sign_in_urls = [
    path("", sign_in.sign_in, name="sign_in"),
    path("openid/", openid.start, name="openid_start"),
    path("openid/return/", openid.finish, name="openid_finish"),
]
own_account_urls = [
    path("", account.account, name="account"),
    path("password/", account.change_password, name="change_password"),
    path("sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
]
password_reset_urls = [
    path("", password_reset.reset, name="reset"),
    path("sent/", password_reset.reset_sent, name="reset_sent"),
    path("<str:uidb64>/<str:token>/", password_reset.new_password, name="new_password"),
]
administration_urls = [
    path("", administration.show, name="accounts"),
    path("<int:user>/", administration.one, name="account_of"),
    path("<int:user>/administrator/", administration.administrator, name="administrator"),
    path("<int:user>/active/", administration.active, name="active"),
    path("<int:user>/reset-link/", administration.new_password_link, name="reset_link"),
    path("<int:user>/openid/", administration.forget_openid, name="forget_openid"),
    path("<int:user>/delete/", administration.delete, name="delete_account"),
]

urlpatterns = [
    path("sign-in/", include(sign_in_urls)),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", include(own_account_urls)),
    path("reset/", include(password_reset_urls)),
    path("invitations/<str:signed>/", invitation.show, name="invitation"),
    path("people/", include(administration_urls)),
]
