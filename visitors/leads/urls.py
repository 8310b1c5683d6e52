"""URLs of the visitor list."""

from django.urls import path

from visitors.leads.views import find, leads, live

urlpatterns = [
    path("<slug:slug>/visitors/", find.find, name="visitors"),
    path("now/", live.show_strip, name="live_strip"),
    path("<slug:slug>/visitors/now/", live.show, name="live"),
    path("<slug:slug>/visitors/leads/", leads.show, name="leads"),
    path("<slug:slug>/visitors/load/", find.load, name="load_visitors"),
    path("<slug:slug>/visitors.csv", find.export, name="export_visitors"),
]
