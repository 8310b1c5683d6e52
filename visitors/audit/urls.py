"""URLs of a website's audit log, and of erasing a visitor."""

from django.urls import path

from visitors.audit import views

urlpatterns = [
    path("websites/<slug:slug>/audit-log/", views.show_log, name="audit_log"),
    path("websites/<slug:slug>/audit-log.csv", views.export_log, name="audit_log_csv"),
    path("<slug:slug>/visitors/<visitor_id:visitor_id>/erase/", views.erase, name="erase"),
]
