"""URLs of the visitor list."""

from django.urls import path

from visitors.leads.views import find, leads

urlpatterns = [
    path("<slug:slug>/visitors/", find.find, name="visitors"),
    path("<slug:slug>/visitors/leads/", leads.show, name="leads"),
    path("<slug:slug>/visitors/load/", find.load, name="load_visitors"),
    path("<slug:slug>/visitors.csv", find.export, name="export_visitors"),
]
