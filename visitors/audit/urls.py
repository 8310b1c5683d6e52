"""URLs of erasing one visitor, below `<website>/visitors/<visitor_id>/`."""

from django.urls import path

from visitors.audit import views

urlpatterns = [path("erase/", views.erase, name="erase")]
