"""URLs of the cards, and of the pages that set them up."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from visitors.integrations.cards import set_up, views
from visitors.models import IntegrationKind


class CardKindConverter(StringConverter):
    """Match the kinds of integrations that ask for cards."""

    regex = "|".join(IntegrationKind.values)


register_converter(CardKindConverter, "card_kind")

urlpatterns = [
    path("cards/<card_kind:kind>/<slug:slug>/", views.card, name="card"),
    path("websites/<slug:slug>/integrations/<card_kind:kind>/", set_up.set_up, name="set_up_card"),
    path("integrations/slack/<str:signed>/", set_up.link_slack, name="link_slack"),
]
