"""What the pages show, prepared in words: templates only lay it out.

From a profile to plain frozen records of text. Knows no HTTP request and no ORM; the present moment and the time zone
are arguments. Text of the upstream is cleaned here and escaped by the templates; none of it is HTML or a link.
"""

from visitors.screens.arrivals import Arrivals, arrivals
from visitors.screens.colleagues import colleagues
from visitors.screens.head import Age, age
from visitors.screens.journey_screen import JourneyScreen, journey
from visitors.screens.problems import Notice, Problem, notice, problem, wait
from visitors.screens.recent import Recent, recent
from visitors.screens.websites import WebsiteState, last_answer, website_state

__all__ = [
    "Age",
    "Arrivals",
    "JourneyScreen",
    "Notice",
    "Problem",
    "Recent",
    "WebsiteState",
    "age",
    "arrivals",
    "colleagues",
    "journey",
    "last_answer",
    "notice",
    "problem",
    "recent",
    "wait",
    "website_state",
]
