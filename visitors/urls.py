"""The addresses of the application. Below a website's slug everything is about that website, for its members only."""

from django.urls import path

from visitors.views import (
    account,
    exports,
    follow,
    health,
    journey,
    look_up,
    looks,
    metrics,
    reset,
    sign_in,
    timeline,
    zones,
)
from visitors.views.websites import listing, overview

urlpatterns = [
    path("", look_up.look_up, name="look_up"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.change_password, name="change_password"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("reset/", reset.reset, name="reset"),
    path("reset/sent/", reset.reset_sent, name="reset_sent"),
    path("reset/<str:uidb64>/<str:token>/", reset.new_password, name="new_password"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.exposition, name="metrics"),
    path("websites/", listing.show, name="websites"),
    path("websites/<slug:website>/", overview.show, name="website"),
    path("<slug:website>/visitors/current/", look_up.current, name="current"),
    path("<slug:website>/visitors/<str:visitor_id>/", journey.show, name="journey"),
    path("<slug:website>/visitors/<str:visitor_id>/refresh/", journey.refresh, name="refresh"),
    path("<slug:website>/visitors/<str:visitor_id>/timeline/", timeline.show, name="timeline"),
    path("<slug:website>/visitors/<str:visitor_id>/follow/", follow.follow, name="follow"),
    path("<slug:website>/visitors/<str:visitor_id>/look/", looks.look, name="look"),
    path("<slug:website>/visitors/<str:visitor_id>/zone/", zones.choose, name="zone"),
    path("<slug:website>/visitors/<str:visitor_id>/summary.txt", exports.summary, name="summary"),
    path("<slug:website>/visitors/<str:visitor_id>/events.csv", exports.events, name="events"),
    path("<slug:website>/visitors/<str:visitor_id>/answer.json", exports.answer, name="answer"),
]
