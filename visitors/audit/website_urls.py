"""URLs of a website's audit log, below `websites/<website>/`."""

from django.urls import path

from visitors.audit.views import log

urlpatterns = [
    path("audit-log/", log.show, name="audit_log"),
    path("audit-log.csv", log.export, name="audit_log_csv"),
]
