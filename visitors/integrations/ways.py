"""A row of the Integrations page: one way to use Journeydesk in another program, and its state for a website."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """A way to integrate. `state` is "On", "Not set up"; `level` its class: "good", "warn", "bad" or "".

    `action` is what the link says: "Set up", "Manage".
    """

    name: str
    text: str
    state: str
    level: str
    url: str
    action: str
