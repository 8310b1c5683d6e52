"""URLs of one visitor's journey, below `<website>/visitors/<visitor_id>/`."""

from django.urls import path

from visitors.journey_page.views import exports, follow, journey, same_person, seen, time_zone, timeline

urlpatterns = [
    path("", journey.show, name="journey"),
    path("refresh/", journey.refresh, name="refresh"),
    path("timeline/", timeline.show, name="timeline"),
    path("follow/", follow.follow, name="follow"),
    path("look/", seen.mark_seen, name="mark_seen"),
    path("zone/", time_zone.choose, name="zone"),
    path("person/", same_person.show, name="same_person"),
    path("summary.txt", exports.summary, name="summary"),
    path("events.csv", exports.events, name="events"),
    path("answer.json", exports.answer, name="answer"),
]
