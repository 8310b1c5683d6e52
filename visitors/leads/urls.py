"""URLs of the visitor list."""

from django.urls import path

from visitors.leads.views import alerts, find, leads, live, saved_views

urlpatterns = [
    path("alerts/", alerts.show, name="alerts"),
    path("alerts/read/", alerts.mark_read, name="read_alerts"),
    path("<slug:slug>/visitors/", find.find, name="visitors"),
    path("now/", live.show_strip, name="live_strip"),
    path("<slug:slug>/visitors/now/", live.show, name="live"),
    path("<slug:slug>/visitors/leads/", leads.show, name="leads"),
    path("<slug:slug>/visitors/load/", find.load, name="load_visitors"),
    path("<slug:slug>/visitors/views/", saved_views.save, name="save_view"),
    path("<slug:slug>/visitors/views/<int:view>/", saved_views.change, name="change_view"),
    path("<slug:slug>/visitors.csv", find.export, name="export_visitors"),
]
