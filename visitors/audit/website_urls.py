"""URLs of a website's audit log, below `websites/<website>/`."""

from django.urls import path

from visitors.audit import views

urlpatterns = [
    path("audit-log/", views.show_log, name="audit_log"),
    path("audit-log.csv", views.export_log, name="audit_log_csv"),
]
