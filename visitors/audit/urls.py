"""URLs of erasing one visitor, below `<website>/visitors/<visitor_id>/`."""

from django.urls import path

from visitors.audit.views import erase

urlpatterns = [path("erase/", erase.forget, name="forget")]
