"""One adapter for each program: its signature, its request, and the format of its answer."""

from visitors.integrations.cards.adapters.base import Adapter
from visitors.integrations.cards.adapters.freescout import FreeScout
from visitors.integrations.cards.adapters.helpscout import HelpScout
from visitors.integrations.cards.adapters.intercom import Intercom
from visitors.integrations.cards.adapters.slack import Slack
from visitors.models import IntegrationKind

ADAPTERS: dict[str, Adapter] = {
    IntegrationKind.INTERCOM.value: Intercom(),
    IntegrationKind.HELP_SCOUT.value: HelpScout(),
    IntegrationKind.FREESCOUT.value: FreeScout(),
    IntegrationKind.SLACK.value: Slack(),
}

__all__ = ["ADAPTERS", "Adapter"]
