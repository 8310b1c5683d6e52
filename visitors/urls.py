"""The addresses of the application. Below a website's slug everything is about that website, for its members only."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from visitors.views import (
    account,
    exports,
    follow,
    forget,
    health,
    invitations,
    journey,
    look_up,
    look_ups,
    looks,
    metrics,
    openid,
    reset,
    sign_in,
    timeline,
    zones,
)
from visitors.views.people import accounts, colleagues, invited
from visitors.views.websites import adding, holding, key, listing, overview, removal


class VisitorId:
    """What has the length and the letters of a visitor id; views see whether it is one."""

    regex = "[0-9A-Fa-f-]{36}"

    def to_python(self, value: str) -> str:
        """As it came."""
        return value

    def to_url(self, value: object) -> str:
        """A UUID, or its text."""
        return str(value)


register_converter(VisitorId, "visitor_id")

colleagues_of_website = [
    path("", colleagues.show, name="people"),
    path("<int:membership>/role/", colleagues.change_role, name="change_role"),
    path("<int:membership>/remove/", colleagues.remove, name="remove_colleague"),
]
one_website: list[URLPattern | URLResolver] = [
    path("", overview.show, name="website"),
    path("key/", key.replace, name="website_key"),
    path("pause/", holding.pause, name="pause_website"),
    path("resume/", holding.resume, name="resume_website"),
    path("remove/", removal.remove, name="remove_website"),
    path("look-ups/", look_ups.show, name="look_ups"),
    path("look-ups.csv", look_ups.export, name="look_ups_csv"),
    path("people/", include(colleagues_of_website)),
]
adding_websites = [
    path("", adding.start, name="add_website"),
    path("details/", adding.details, name="add_website_details"),
    path("account/", adding.connect, name="connect_account"),
]
websites: list[URLPattern | URLResolver] = [
    path("", listing.show, name="websites"),
    path("add/", include(adding_websites)),
    path("<slug:website>/", include(one_website)),
]
people = [
    path("", accounts.show, name="accounts"),
    path("<int:user>/", accounts.one, name="account_of"),
    path("<int:user>/administrator/", accounts.administrator, name="administrator"),
    path("<int:user>/active/", accounts.active, name="active"),
    path("<int:user>/reset-link/", accounts.new_password_link, name="reset_link"),
    path("<int:user>/openid/", accounts.forget_openid, name="forget_openid"),
    path("<int:user>/delete/", accounts.delete, name="delete_account"),
]
open_invitations = [
    path("<int:invitation>/withdraw/", invited.withdraw, name="withdraw_invitation"),
    path("<int:invitation>/link/", invited.renew, name="renew_invitation"),
    path("<str:signed>/", invitations.show, name="invitation"),
]
signing_in = [
    path("", sign_in.sign_in, name="sign_in"),
    path("openid/", openid.start, name="openid_start"),
    path("openid/return/", openid.finish, name="openid_finish"),
]
own_account = [
    path("", account.account, name="account"),
    path("password/", account.change_password, name="change_password"),
    path("sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
]
lost_password = [
    path("", reset.reset, name="reset"),
    path("sent/", reset.reset_sent, name="reset_sent"),
    path("<str:uidb64>/<str:token>/", reset.new_password, name="new_password"),
]
one_visitor = [
    path("", journey.show, name="journey"),
    path("refresh/", journey.refresh, name="refresh"),
    path("timeline/", timeline.show, name="timeline"),
    path("follow/", follow.follow, name="follow"),
    path("look/", looks.look, name="look"),
    path("zone/", zones.choose, name="zone"),
    path("forget/", forget.forget, name="forget"),
    path("summary.txt", exports.summary, name="summary"),
    path("events.csv", exports.events, name="events"),
    path("answer.json", exports.answer, name="answer"),
]
# In groups, since each address is compared with one after the other until one fits. First what is asked for most; it is
# told from all others by the id.
urlpatterns = [
    path("<slug:website>/visitors/<visitor_id:visitor_id>/", include(one_visitor)),
    path("", look_up.look_up, name="look_up"),
    path("sign-in/", include(signing_in)),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", include(own_account)),
    path("reset/", include(lost_password)),
    path("invitations/", include(open_invitations)),
    path("websites/", include(websites)),
    path("people/", include(people)),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
    path("<slug:website>/visitors/current/", look_up.current, name="current"),
]
