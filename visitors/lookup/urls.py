"""URLs of the home page, on which users look visitors up."""

from django.urls import path

from visitors.lookup import views
from visitors.lookup.people import views as people

urlpatterns = [
    path("", views.look_up, name="look_up"),
    path("search/", people.show_results, name="results"),
    path("search/suggestions/", people.suggest, name="suggest"),
    path("<slug:slug>/visitors/current/", views.current, name="current"),
]
