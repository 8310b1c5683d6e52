"""What the pages show, prepared in words: templates only lay it out.

From a profile to plain frozen records of text. Knows no HTTP request and no ORM; the present moment and the time zone
are arguments. Text of the upstream is cleaned here and escaped by the templates; none of it is HTML or a link.
"""

from visitors.journey_page.presenters.arrivals import Arrivals, arrivals
from visitors.journey_page.presenters.colleagues import colleagues
from visitors.journey_page.presenters.header import Age, Head, age
from visitors.journey_page.presenters.page import JourneyPage, journey
from visitors.journey_page.presenters.problems import Notice, Problem, notice, problem, wait

__all__ = [
    "Age",
    "Arrivals",
    "Head",
    "JourneyPage",
    "Notice",
    "Problem",
    "age",
    "arrivals",
    "colleagues",
    "journey",
    "notice",
    "problem",
    "wait",
]
