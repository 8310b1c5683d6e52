"""`{% address 'summary' website.slug visitor_id %}`: the address of a page about a visitor, see `views.addresses`."""

from django import template

from visitors.views.addresses import address

register = template.Library()
register.simple_tag(address)
