"""URLs of the panel. Those below a slug are called by the panel itself."""

from django.urls import path

from visitors.integrations.panel import demo, views

urlpatterns = [
    path("demo/desk/", demo.desk, name="demo_desk"),
    path("panel/", views.confirm, name="confirm_panel"),
    path("panel/<slug:slug>/", views.panel, name="panel"),
    path("panel/<slug:slug>/pair/", views.start_pairing, name="start_pairing"),
    path("panel/<slug:slug>/paired/", views.check_pairing, name="check_pairing"),
    path("panel/<slug:slug>/visitor/", views.show_visitor, name="panel_visitor"),
    path("websites/<slug:slug>/integrations/panel/", views.set_up, name="set_up_panel"),
]
